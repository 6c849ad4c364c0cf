"""A suppression list in memory: for tests, and the plainest form of the contract."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from envoi.messages.suppression import merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from envoi.messages.suppression import Key, Standing


class MemorySuppressionList:
    """A SuppressionList in a dictionary."""

    def __init__(self) -> None:
        self._known: dict[Key, Standing] = {}

    def get(self, keys: Sequence[Key]) -> dict[Key, Standing]:
        """See `SuppressionList.get`."""
        return {key: self._known[key] for key in keys if key in self._known}

    def add(self, standings: Iterable[Standing]) -> None:
        """See `SuppressionList.add`."""
        for standing in standings:
            known = self._known.get(standing.key)
            self._known[standing.key] = merge(known, standing) if known else standing

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Standing]:
        """See `SuppressionList.scan`."""
        return islice((self._known[key] for key in sorted(self._known) if key >= start), limit)
