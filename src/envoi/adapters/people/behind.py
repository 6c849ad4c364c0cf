"""Profiles written behind: an import touches the same people again and again, and each is written once for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.events.event import PersonId
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile

#: Profiles held, at about a kilobyte each; beyond it all are written.
MOST_HELD = 200_000


class ProfilesBehind:
    """A ProfileStore in front of another: what is put is held until `flush`, or until there is too much of it.

    What is held when the process dies is folded from the log once more.
    """

    def __init__(self, store: ProfileStore, *, most_held: int = MOST_HELD) -> None:
        self._store = store
        self._most_held = most_held
        self._held: dict[PersonId, Profile] = {}
        self._upto = 0

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one."""
        held = self._held
        found = self._store.get([person for person in people if person not in held])
        return found | {person: held[person] for person in people if person in held}

    def put(self, profiles: Sequence[Profile], *, upto: int = 0) -> None:
        """Holds these profiles, each in place of the person's earlier one."""
        self._upto = max(self._upto, upto)
        self._held.update((profile.person, profile) for profile in profiles)
        if len(self._held) > self._most_held:
            self.flush()

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Profile]:
        """Up to `limit` profiles with an id >= `start`, ordered by id."""
        self.flush()
        return self._store.scan(start, limit)

    def position(self) -> int:
        """The highest `seq` among the profiles held and stored, or `upto` if that is higher; 0 if there are none."""
        held = max((profile.seq for profile in self._held.values()), default=0) or self._store.position()
        return max(held, self._upto)

    def flush(self) -> None:
        """Writes all that is held, in one commit."""
        if self._held:
            self._store.put(list(self._held.values()), upto=self._upto)
            self._held.clear()
