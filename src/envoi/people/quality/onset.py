"""Since when a field is filled less than before: the day that parts its days best into two shares.

Of all days that could be the first of a worse time, the one is taken whose parting a test of two shares is most sure
of: the greatest chi-squared, as change points of counts are found (Hinkley and Hinkley, Biometrika 57, 1970). As the
best of many is taken, it must be surer than one test alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

#: Of fewer on either side nothing is concluded.
FEWEST = 50
#: A share must fall by a tenth.
MATTERS = 0.1
#: A chi-squared with one degree of freedom is over this once in ten thousand times: there are many days to choose from.
_SURE = 15.1


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledDay:
    """Of how many that came on a day so many had the field."""

    day: date
    total: int
    filled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """The first day of a worse time, and the share that is filled before it and from then on."""

    since: date
    before: float
    after: float


def onset(days: Sequence[FilledDay]) -> Onset | None:
    """Since when less is filled, by days in order; None if there is no such day.

    >>> from datetime import date
    >>> days = [FilledDay(day=date(2024, 5, n), total=100, filled=98 if n < 8 else 60) for n in range(1, 15)]
    >>> onset(days)
    Onset(since=datetime.date(2024, 5, 8), before=0.98, after=0.6)
    >>> onset(days[:7])
    """
    total, filled = sum(each.total for each in days), sum(each.filled for each in days)
    n = f = 0
    best, found = _SURE, None
    for each in days:
        m, g = total - n, filled - f
        if min(n, m) >= FEWEST and f / n - g / m >= MATTERS:
            sure = _chi_squared(f, n, g, m)
            if sure > best:
                best, found = sure, Onset(since=each.day, before=f / n, after=g / m)
        n, f = n + each.total, f + each.filled
    return found


def _chi_squared(f: int, n: int, g: int, m: int) -> float:
    """How sure it is that f of n and g of m are not the same share."""
    share = (f + g) / (n + m)
    return (f / n - g / m) ** 2 / (share * (1 - share) * (1 / n + 1 / m))
