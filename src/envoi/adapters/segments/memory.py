"""What live segments know, in memory: for tests and trials; it is gone when the process ends."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from envoi.segments.port import Plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.clock import Instant
    from envoi.events.event import PersonId
    from envoi.segments.port import State
    from envoi.segments.transition import Transition


class MemoryStateStore:
    """A StateStore in memory."""

    def __init__(self) -> None:
        self._plan, self._saved = Plan(), 0
        self._states: dict[tuple[int, PersonId], State] = {}

    def plan(self) -> tuple[Plan, int]:
        """The plan in force, and the position of the log up to which all that it did to people has been saved."""
        return self._plan, self._saved

    def adopt(self, plan: Plan, saved: int) -> None:
        """Puts this plan in force; its states hold what every event up to `saved` did."""
        self._plan, self._saved = plan, saved

    def load(self, number: int, after: str = "", limit: int = 1_000) -> list[State]:
        """Up to `limit` states of that plan, ordered by person, of people after `after`."""
        wanted = sorted(key for key in self._states if key[0] == number and key[1] > after)
        return [self._states[key] for key in wanted[:limit]]

    def save(self, number: int, states: Sequence[State], saved: int | None = None) -> None:
        """Keeps these states of that plan, each in place of the person's earlier one."""
        self._states |= {(number, state.person): state for state in states}
        self._saved = self._saved if saved is None else saved

    def forget(self, number: int, limit: int = 1_000) -> int:
        """Removes up to `limit` states of plans before that number; returns how many."""
        gone = list(islice((key for key in self._states if key[0] < number), limit))
        for key in gone:
            del self._states[key]
        return len(gone)


class MemoryMemberships:
    """Memberships in memory."""

    def __init__(self) -> None:
        self._since: dict[str, dict[PersonId, Instant]] = {}

    def note(self, transitions: Sequence[Transition]) -> None:
        """Lets people in and out, in this order."""
        for one in transitions:
            members = self._since.setdefault(one.segment, {})
            if one.entered:
                members[one.person] = one.at
            else:
                members.pop(one.person, None)

    def of(self, person: PersonId) -> Mapping[str, Instant]:
        """The segments the person is in, and since when."""
        return {segment: people[person] for segment, people in sorted(self._since.items()) if person in people}

    def members(self, segment: str, after: str = "", limit: int = 1_000) -> list[PersonId]:
        """Up to `limit` people in the segment, ordered by id, after `after`."""
        return sorted(person for person in self._since.get(segment, ()) if person > after)[:limit]

    def sizes(self) -> Mapping[str, int]:
        """How many people each segment has that has any."""
        return {segment: len(people) for segment, people in self._since.items() if people}
