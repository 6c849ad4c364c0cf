"""What events need from outside: somewhere to come from, and a log that forgets nothing it acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import msgspec

from envoi.events.event import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.events.event import Event, PersonId, Rejected, Stored


class Form(StrEnum):
    """How the values of a column are written."""

    #: As they are.
    PLAIN = "plain"
    #: Instants: whole microseconds since 1970 in UTC, as events count.
    UTC = "utc"
    #: What a clock on a wall showed: whole microseconds since 1970 in a time zone that only the mapping knows.
    WALL = "wall"


class Record(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record as a source gave it: its fields, or why they could not be read."""

    #: Position from 0 in the source, counting unreadable records too: where a later run goes on.
    position: int
    #: The line of a text file at which it begins, from 1; 0 where there are no lines.
    line: int = 0
    #: By column; an empty cell is None.
    fields: dict[str, Value] = {}
    #: Why it could not be read; empty if it could.
    fault: str = ""
    #: The unreadable record itself, shortened to a few hundred characters.
    raw: str = ""

    @property
    def place(self) -> str:
        """Where in the source; made when it is asked for, as few records have to say it.

        >>> Record(position=89).place, Record(position=10, line=12).place
        ('row 90', 'line 12')
        """
        return f"line {self.line}" if self.line else f"row {self.position + 1}"


class Source(Protocol):
    """A place that records come from."""

    @property
    def columns(self) -> Mapping[str, Form]:
        """The columns by name, in order, and how each is written; empty where each record brings its own."""
        ...

    def read(self, start: int = 0) -> Iterator[Record]:
        """Every record from position `start` on, in order; an unreadable one comes with its fault and the rest goes on.

        Raises:
            DataError: the source as a whole cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a named import has come: written in the same commit as the events, so a crash never doubles or skips."""

    name: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is written to the log in one commit."""

    events: Sequence[tuple[PersonId, Event]] = ()
    rejected: Sequence[Rejected] = ()
    mark: Mark | None = None


#: Whose events are, told of each with the node that it names: within the commit that puts them into the log.
Whose = Callable[[Sequence[tuple["PersonId", "Event"]]], Sequence[tuple["PersonId", "Event"]]]
#: What follows from events that are new, as more events.
Follow = Callable[[Sequence["Stored"]], Sequence[tuple["PersonId", "Event"]]]


class EventLog(Protocol):
    """The truth: an append-only list of events, each once per (source, id)."""

    def append(self, batch: Batch, follow: Follow | None = None) -> list[Stored]:
        """Writes the batch in one commit and returns what was new, in order; a repeated (source, id) is left out.

        Of a log that was made with a `Whose`, that says first whose these events are, and what they say of who is who.
        Before the commit, `follow` is told what was new, be it nothing. The events that it returns go into the same
        commit, and it is told what was new among those, until nothing was; what is returned here is all that was new.
        What `follow` writes into the same file is part of the commit too.

        When it returns, all of it survives the loss of power (fsync). When it raises, none of it is stored.

        Raises:
            StoreFailed: the disk is full or failed.
            StoreBusy: another process kept the log locked too long.
        """
        ...

    def read(self, after: int = 0) -> Iterator[Stored]:
        """Every event with a position above `after`, in order of position."""
        ...

    def set_aside(self, source: str = "") -> Iterator[Rejected]:
        """The records that could not be events, oldest first; of one source, or of all if `source` is empty."""
        ...

    def position(self, mark: str = "") -> int:
        """How far the named import has come (0 if it never ran); for the empty name, the last position of the log."""
        ...


class Archive(Protocol):
    """The log's events by what they are known by; reading only."""

    def fetch(self, seqs: Sequence[int]) -> list[Stored]:
        """The events at these positions, in the order asked; a position that does not exist is left out."""
        ...

    def find(self, source: str, ids: Sequence[str]) -> list[Stored]:
        """The events of one source with these ids, in order of position; an id that is not there is left out."""
        ...

    def of(self, person: PersonId, after: int) -> list[Stored]:
        """The person's events with a position above `after`, in order; for the end of the log, all of which is read."""
        ...

    def regrouped(self, after: int = 0) -> list[Stored]:
        """The events above `after` by which people turned out to be one, or two (people/regroup.py), in order."""
        ...
