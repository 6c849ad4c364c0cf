"""The log in memory: for tests and trials; it forgets everything when the process ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.errors import StoreFailed
from envoi.events.event import Event, Stored
from envoi.people.regroup import change_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.events.event import PersonId, Rejected
    from envoi.events.port import Batch, Follow, Whose


class MemoryEventLog:
    """An EventLog in memory."""

    def __init__(self, whose: Whose | None = None) -> None:
        self._whose = whose
        # As JSON, as on a disk: what is in the log cannot be changed through an object that someone still holds.
        self._events: list[tuple[PersonId, bytes]] = []
        self._known: set[tuple[str, str]] = set()
        self._rejected: list[Rejected] = []
        self._marks: dict[str, int] = {}

    def append(self, batch: Batch, follow: Follow | None = None) -> list[Stored]:
        """Keeps the batch, and what follows from it, and returns what was new."""
        stored: list[Stored] = []
        try:
            msgspec.json.encode(batch.rejected)
            new = self._add(self._whose(batch.events) if self._whose else batch.events)
            stored += new
            while follow and (new := self._add(follow(new))):
                stored += new
        except BaseException as error:
            del self._events[len(self._events) - len(stored) :]
            self._known -= {(one.event.source, one.event.id) for one in stored}
            if isinstance(error, UnicodeEncodeError):
                raise StoreFailed("a text holds what UTF-8 cannot encode") from error
            raise
        self._rejected += batch.rejected
        if batch.mark is not None:
            self._marks[batch.mark.name] = batch.mark.position
        return stored

    def read(self, after: int = 0) -> Iterator[Stored]:
        """Every event with a position above `after`, in order of position."""
        seq = max(after, 0)
        while seq < len(self._events):
            seq += 1
            yield self._at(seq)

    def fetch(self, seqs: Sequence[int]) -> list[Stored]:
        """The events at these positions, in the order asked; a position that does not exist is left out."""
        return [self._at(seq) for seq in seqs if 0 < seq <= len(self._events)]

    def find(self, source: str, ids: Sequence[str]) -> list[Stored]:
        """The events of one source with these ids, in order of position; an id that is not there is left out."""
        wanted = set(ids)
        return [one for one in self.read() if one.event.source == source and one.event.id in wanted]

    def of(self, person: PersonId, after: int) -> list[Stored]:
        """The person's events with a position above `after`, in order; for the end of the log, all of which is read."""
        return [one for one in self.read(after) if one.person == person]

    def regrouped(self, after: int = 0) -> list[Stored]:
        """The events above `after` by which people turned out to be one, or two, in order."""
        return [one for one in self.read(after) if change_of(one.event)]

    def set_aside(self, source: str = "") -> Iterator[Rejected]:
        """The records that could not be events, oldest first; of one source, or of all if `source` is empty."""
        return (each for each in list(self._rejected) if source in ("", each.source))

    def position(self, mark: str = "") -> int:
        """How far the named import has come; for the empty name, the last position of the log."""
        return self._marks.get(mark, 0) if mark else len(self._events)

    def _add(self, events: Sequence[tuple[PersonId, Event]]) -> list[Stored]:
        """Keeps those that are new."""
        fresh: dict[tuple[str, str], tuple[PersonId, Event]] = {}
        for person, event in events:
            if (event.source, event.id) not in self._known:
                fresh.setdefault((event.source, event.id), (person, event))
        head = len(self._events)
        self._events += [(person, msgspec.json.encode(event)) for person, event in fresh.values()]
        self._known |= fresh.keys()
        return [Stored(seq=seq, person=who, event=event) for seq, (who, event) in enumerate(fresh.values(), head + 1)]

    def _at(self, seq: int) -> Stored:
        person, body = self._events[seq - 1]
        return Stored(seq=seq, person=person, event=msgspec.json.decode(body, type=Event))
