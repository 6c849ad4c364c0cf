"""The stretches of time that a report on data compares, and the days of the project that they have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from envoi.clock import Instant, duration
from envoi.messages.wall_clock import shown

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from envoi.people.quality.limits import Limits

HOUR = 3_600_000_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The present window, begin < at <= end, and the reference window before it."""

    begins: Instant
    at: Instant
    reference: Instant
    zone: tzinfo

    @classmethod
    def of(cls, limits: Limits, at: Instant, zone: tzinfo) -> Windows:
        """Those of a report at `at`."""
        begins = Instant(at - duration(limits.present))
        return cls(begins=begins, at=at, reference=Instant(begins - duration(limits.reference)), zone=zone)

    def day(self, hour: int) -> date:
        """The project's day in which an hour lies that is counted from 1970 in UTC."""
        return shown(Instant(hour * HOUR), self.zone).date()

    def whole_days(self, back: int) -> list[date]:
        """The last days that are over, the oldest first."""
        today = shown(self.at, self.zone).date()
        return [today - n * _DAY for n in range(back, 0, -1)]
