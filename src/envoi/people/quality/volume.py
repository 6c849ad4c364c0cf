"""How much of something comes on a day, against what comes on such days: a band that few odd days can move.

A day is held against the same weekdays before it: their median, and around it some times their median distance from it
(MAD, scaled to a standard deviation: Hampel, JASA 69, 1974). Counts vary by themselves with their square root, so the
band is never narrower than that of a Poisson count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor, sqrt
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

#: So many weeks are looked back at.
WEEKS = 8
#: Of fewer such weekdays nothing is expected.
FEWEST = 4
#: A normal distribution's standard deviation, in median distances.
_MAD = 1.4826


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """A day's count, and the band in which it was expected; None where nothing was, and then why."""

    day: date
    count: int
    expected: tuple[int, int] | None = None
    #: Why nothing was expected: "too little history", or "irregular" where most such days have none.
    why: str = "too little history"

    @property
    def verdict(self) -> str:
        """In a word.

        >>> from datetime import date
        >>> DayCount(day=date(2024, 5, 1), count=3, expected=(40, 60)).verdict
        'too few'
        """
        if self.expected is None:
            return self.why
        low, high = self.expected
        return "too few" if self.count < low else "too many" if self.count > high else "as expected"


def banded(counts: Mapping[date, int], days: Sequence[date], *, begins: date, width: float) -> list[DayCount]:
    """Each of these days with its count and band; a day without a count had none, from `begins` on.

    `width` is half of the band, in standard deviations.
    """
    found = []
    for day in days:
        before = _before(counts, day, begins=begins)
        why = "too little history" if len(before) < FEWEST else "irregular"
        found.append(DayCount(day=day, count=counts.get(day, 0), expected=band(before, width=width), why=why))
    return found


def band(before: Sequence[int], *, width: float) -> tuple[int, int] | None:
    """The lowest and the highest count to be expected after these; None if they are too few, or most of them none.

    What comes in bursts, as mailings do, has no usual day.

    >>> band([100, 104, 96, 2, 101, 99], width=4)  # the outage among them moves nothing
    (60, 139)
    >>> band([1, 2, 1, 0], width=4), band([0, 0, 900, 0], width=4), band([9, 9, 9], width=4)
    ((0, 5), None, None)
    """
    middle = median(before) if len(before) >= FEWEST else 0
    if not middle:
        return None
    spread = max(_MAD * median(abs(each - middle) for each in before), sqrt(middle), 1.0)
    return max(0, ceil(middle - width * spread)), floor(middle + width * spread)


def _before(counts: Mapping[date, int], day: date, *, begins: date) -> list[int]:
    """What came on the same weekdays before it."""
    weekdays = (day - timedelta(weeks=back) for back in range(1, WEEKS + 1))
    return [counts.get(each, 0) for each in weekdays if each >= begins]
