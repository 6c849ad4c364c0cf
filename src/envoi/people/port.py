"""What people need from outside: a place where the latest profile of each is found by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.events.event import PersonId
    from envoi.people.profile import Profile


class ProfileStore(Protocol):
    """The profiles folded so far: a cache of the log, which can be thrown away and folded again."""

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one."""
        ...

    def put(self, profiles: Sequence[Profile]) -> None:
        """Stores these profiles in one commit, each in place of the person's earlier one.

        One that is behind what is stored changes nothing: another process has folded further.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
        """
        ...

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Profile]:
        """Up to `limit` profiles with an id >= `start`, ordered by id."""
        ...

    def position(self) -> int:
        """The highest `seq` among the profiles stored; 0 if there are none."""
        ...
