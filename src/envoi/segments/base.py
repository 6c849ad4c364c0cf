"""What every live judge promises: it is told what happens, and says who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from envoi.clock import Instant
    from envoi.events.event import PersonId, Stored
    from envoi.segments.port import State
    from envoi.segments.transition import Transition


class Judge(Protocol):
    """Knows of every person what the conditions of the segments need, and nothing else."""

    @property
    def conditions(self) -> Mapping[str, str]:
        """The digest of each segment's condition."""
        ...

    def event(self, stored: Stored) -> Sequence[Transition]:
        """What changes for the person: by time alone up to the event's arrival, then by the event.

        While deadlines of others are overdue, what a few of them change may come first.
        An event at or before the last position that the person's state has seen changes nothing.
        """
        ...

    def merge(self, stored: Stored, other: PersonId) -> Sequence[Transition]:
        """By this event of a person, what `other` did is the person's too, and nobody is `other` any more.

        Where the person's state has seen the event already, it is so already.
        """
        ...

    def rebuild(self, person: PersonId, events: Sequence[Stored], by: Stored) -> Sequence[Transition]:
        """By this event, someone has done what these events of the log say, in its order, and nothing else.

        Where the person's state has seen the event already, it is so already.
        """
        ...

    def advance(self, to: Instant, limit: int) -> Sequence[Transition]:
        """Works off up to `limit` deadlines that are due at or before `to`, in their order."""
        ...

    def due(self) -> Instant | None:
        """The next deadline; None if nobody would ever move by time alone."""
        ...

    def pack(self, person: PersonId) -> State:
        """What is known of a person, to be stored; of one who is gone, that."""
        ...

    def unpack(self, states: Iterable[State]) -> None:
        """Takes back what `pack` gave."""
        ...

    def people(self) -> Collection[PersonId]:
        """Everyone who is known."""
        ...

    def forget(self, person: PersonId) -> None:
        """Lets go of all that is known of a person."""
        ...

    def segments(self, person: PersonId) -> Collection[str]:
        """The segments that the person is in, as of the last event or deadline worked off; nobody is in none."""
        ...
