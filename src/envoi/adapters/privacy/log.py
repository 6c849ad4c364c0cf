"""The log lets go of people: their events keep their places, and nothing else of them is left.

An event of somebody else that names an address of theirs loses the address, unless it is that person's own as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.privacy.sql import places, some, text_of
from envoi.events.emptied import emptied
from envoi.events.event import NOBODY, Event, PersonId, Rejected, Stored, forgets
from envoi.people.privacy.names import Names, is_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.adapters.privacy.sql import Sql

#: How many positions of the log are looked through at a time.
_PAGE = 20_000

_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(Event).decode
_rejected = msgspec.json.Decoder(Rejected).decode


class ErasableLog:
    """The table `events`, up to a position: what came after is of a new person, should it bear the same id."""

    def __init__(self, sql: Sql, key: bytes, *, until: int = 1 << 62) -> None:
        self._sql = sql
        self._key = key
        self._until = until

    def events(self, people: Sequence[PersonId]) -> list[Stored]:
        """All events of these people, in order."""
        found = [
            row
            for few in some(list(people))
            for row in self._sql.rows(
                f"SELECT seq, person, body FROM events WHERE person IN {places(few)} AND seq <= ?",
                (*map(self._sql.held, few), self._until),
            )
        ]
        return [
            Stored(seq=seq, person=PersonId(text_of(person)), event=_event(bytes(body)))
            for seq, person, body in sorted(found)
        ]

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.erase`."""
        with self._sql.together():
            found = self.events(people)
            for one in found:
                self._empty(one)
        return sum(not forgets(one.event) for one in found)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`."""
        return len(self.events(people))

    def empty(self, seqs: Sequence[int]) -> int:
        """Empties the places of these events, whosever they are."""
        with self._sql.together():
            for seq in seqs:
                for person, body in self._sql.rows("SELECT person, body FROM events WHERE seq = ?", (seq,)):
                    self._empty(Stored(seq=seq, person=PersonId(text_of(person)), event=_event(bytes(body))))
        return len(seqs)

    def _empty(self, one: Stored) -> None:
        # The word that somebody was erased stays, without saying who.
        event = one.event if forgets(one.event) else emptied(one.event.source, one.event.id, self._key)
        values = (self._sql.held(NOBODY), self._sql.held(event.id), _encode(event), one.seq)
        self._sql.rows("UPDATE events SET person = ?, id = ?, body = ? WHERE seq = ?", values)


class ErasableMentions:
    """Other people's events in the table `events` that hold an address of theirs, and not as their own."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        names, count = Names(people=frozenset(people), addresses=frozenset(addresses)), 0
        with self._sql.together():
            for seq, event in self._events(names):
                self._sql.rows("UPDATE events SET body = ? WHERE seq = ?", (_encode(taken_out(event, names)), seq))
                count += 1
        return count

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        names = Names(people=frozenset(people), addresses=frozenset(addresses))
        return sum(1 for _ in self._events(names))

    def _events(self, names: Names) -> Iterator[tuple[int, Event]]:
        needles = [each.encode() for each in names.addresses]
        ((last,),) = self._sql.rows("SELECT COALESCE(MAX(seq), 0) FROM events")
        people = [*map(self._sql.held, names.people)]
        sql = f"SELECT seq, body FROM events WHERE seq > ? AND seq <= ? AND person NOT IN {places(people)}"
        for start in range(0, last if needles and people else 0, _PAGE):
            for seq, body in self._sql.rows(sql, (start, start + _PAGE, *people)):
                data = bytes(body)
                lower = data.lower()
                if any(needle in lower for needle in needles):
                    event = _event(data)
                    if not is_own(event, names) and taken_out(event, names) != event:
                        yield seq, event


class ErasableAside:
    """The table `rejected`: records that could not be events."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def records(self, names: Names) -> list[tuple[int, Rejected]]:
        """Those that name the person, and their numbers."""
        rows = self._sql.rows("SELECT number, body FROM rejected ORDER BY number")
        aside = ((number, _rejected(bytes(body))) for number, body in rows)
        return [(number, one) for number, one in aside if names.are_in_record(one.raw) or names.are_in(one.reason)]

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        found = self.records(Names(people=frozenset(people), addresses=frozenset(addresses)))
        with self._sql.together():
            for number, _ in found:
                self._sql.rows("DELETE FROM rejected WHERE number = ?", (number,))
        return len(found)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        return len(self.records(Names(people=frozenset(people), addresses=frozenset(addresses))))


def taken_out(event: Event, names: Names) -> Event:
    """Somebody else's event without these addresses."""
    props = names.taken_out(event.props)
    raw = {path: (names.taken_out(value), rule) for path, (value, rule) in event.raw.items()}
    return msgspec.structs.replace(event, props=props, raw=raw)
