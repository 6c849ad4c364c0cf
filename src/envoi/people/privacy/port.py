"""What an erasure needs of every store that holds personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import PersonId


class Erasable(Protocol):
    """A store that lets go of people; asked again, it has nothing left to let go of."""

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """Erases what it has of these people, who have these addresses; returns how many records that were.

        In one commit, or so that the next call does the rest.

        Raises:
            StoreBusy: another process kept it locked too long; nothing was erased.
            StoreFailed: the disk is full or failed.
        """
        ...

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """How many records it has of them: 0 after `erase`."""
        ...
