"""Counts of a day's mails in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant


class MemoryDayBook:
    """Forgets when the process ends."""

    def __init__(self) -> None:
        self._days: defaultdict[tuple[str, Instant], Counter[str]] = defaultdict(Counter)

    def sent(self, domain: str, day: Instant) -> Mapping[str, int]:
        """See `DayBook.sent`."""
        return dict(self._days[domain, day])

    def add(self, domain: str, day: Instant, campaign: str, mails: int) -> None:
        """See `DayBook.add`."""
        self._days[domain, day][campaign] += mails
