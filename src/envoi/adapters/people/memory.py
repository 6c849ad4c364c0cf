"""Profiles in memory: for tests and trials; they are gone when the process ends."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.events.event import PersonId
    from envoi.people.profile import Profile


class MemoryProfileStore:
    """A ProfileStore in memory."""

    def __init__(self) -> None:
        self._profiles: dict[PersonId, Profile] = {}
        self._upto = 0

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one."""
        return {person: self._profiles[person] for person in people if person in self._profiles}

    def put(self, profiles: Sequence[Profile], *, upto: int = 0) -> None:
        """Keeps these profiles, each in place of the person's earlier one unless it is behind that."""
        self._upto = max(self._upto, upto)
        for profile in profiles:
            known = self._profiles.get(profile.person)
            if known is None or known.seq <= profile.seq:
                self._profiles[profile.person] = profile

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Profile]:
        """Up to `limit` profiles with an id >= `start`, ordered by id; of those who turned out to be others, none."""
        ids = sorted(
            person for person, one in self._profiles.items() if person >= start and not one.into and not one.is_gone
        )
        return (self._profiles[person] for person in islice(ids, limit))

    def position(self) -> int:
        """The highest `seq` among the profiles kept, or `upto` if that is higher; 0 if there are none."""
        return max(self._upto, *(profile.seq for profile in self._profiles.values()), 0)
