"""What live segments need from outside: a place for what is known of each person, and for who is where.

Both are caches of the log: thrown away, they are worked out again, and come out the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from envoi.clock import Instant
from envoi.events.event import PersonId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.segments.transition import Transition


class State(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the judge knows of one person, as it packed it."""

    person: PersonId
    #: The position in the log of the last event in it.
    seq: int
    body: bytes


class Defined(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a segment has had its condition."""

    segment: str
    #: The digest of its condition.
    condition: str
    #: Transitions are recorded for events after this position of the log, and for instants after `at`.
    seq: int
    at: Instant


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The segments that are judged."""

    #: States of another number belong to other segments, and are of no use to these.
    number: int = 0
    segments: tuple[Defined, ...] = ()
    #: When it came into force: after this position of the log, and then.
    seq: int = 0
    at: Instant = Instant(0)
    #: False until everyone whom a new or edited segment moved has been told of in the log.
    announced: bool = True


class StateStore(Protocol):
    """What the judge knows of people, by plan."""

    def plan(self) -> tuple[Plan, int]:
        """The plan in force, and the position of the log up to which all that it did to people has been saved."""
        ...

    def adopt(self, plan: Plan, saved: int) -> None:
        """Puts this plan in force; its states hold what every event up to `saved` did.

        Raises:
            StoreFailed: the disk is full or failed; then the earlier one stays.
        """
        ...

    def load(self, number: int, after: str = "", limit: int = 1_000) -> list[State]:
        """Up to `limit` states of that plan, ordered by person, of people after `after`."""
        ...

    def save(self, number: int, states: Sequence[State], saved: int | None = None) -> None:
        """Stores these states of that plan in one commit, each in place of the person's earlier one.

        With them, what every event up to `saved` did has been saved, if that is said.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
        """
        ...

    def forget(self, number: int, limit: int = 1_000) -> int:
        """Removes up to `limit` states of plans before that number; returns how many."""
        ...


class Memberships(Protocol):
    """Who is in which segment since when: the fold of the transitions in the log."""

    def note(self, transitions: Sequence[Transition]) -> None:
        """Lets people in and out, in one commit; in this order.

        Raises:
            StoreFailed: the disk is full or failed; then nobody has moved.
        """
        ...

    def of(self, person: PersonId) -> Mapping[str, Instant]:
        """The segments the person is in, and since when."""
        ...

    def members(self, segment: str, after: str = "", limit: int = 1_000) -> list[PersonId]:
        """Up to `limit` people in the segment, ordered by id, after `after`."""
        ...

    def sizes(self) -> Mapping[str, int]:
        """How many people each segment has that has any."""
        ...
