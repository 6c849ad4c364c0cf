"""Hours in which people are left alone, in their own time: when it is quiet, and the exact moment at which it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.clock import Instant, duration, instant
from envoi.messages.wall_clock import DAYS, changes, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from envoi.settings import QuietHours

_DAY = timedelta(days=1)
#: Hours that leave any time of the week free end within so many days, whatever clocks do.
_LONGEST = 9


def is_quiet(hours: Sequence[QuietHours], clock: datetime) -> bool:
    """Whether it is quiet when the clock on the wall shows this.

    The hours of a day that end before they begin last into the next one; those that end as they begin last a whole day.

    >>> from datetime import datetime, time
    >>> from envoi.settings import QuietHours
    >>> nights = [QuietHours(begins=time(21), ends=time(8))]
    >>> [is_quiet(nights, datetime(2026, 11, 23, hour)) for hour in (7, 8, 20, 21)]
    [True, False, False, True]
    """
    return any(_covers(one, clock) for one in hours)


@lru_cache(maxsize=1024)
def open_at(hours: tuple[QuietHours, ...], at: Instant, zone: tzinfo) -> Instant:
    """The first moment from `at` on at which it is not quiet in the zone: `at` itself if it is not quiet then."""
    if not is_quiet(hours, shown(at, zone)):
        return at
    return next(end for end in _ends(hours, at, zone) if end > at and not is_quiet(hours, shown(end, zone)))


def is_never_open(hours: Sequence[QuietHours]) -> bool:
    """Whether no minute of the week is left."""
    week = duration(timedelta(days=4)), duration(timedelta(days=11))
    clocks = (shown(Instant(at), UTC) for at in range(*week, duration(timedelta(minutes=1))))
    return all(is_quiet(hours, clock) for clock in clocks)


def told(one: QuietHours) -> str:
    """The hours as people say them.

    >>> from datetime import time
    >>> from envoi.settings import QuietHours
    >>> told(QuietHours(begins=time(21), ends=time(8), days=frozenset({4, 5})))
    '21:00 to 08:00 on friday, saturday'
    """
    days = "" if len(one.days) == len(DAYS) else f" on {', '.join(DAYS[day] for day in sorted(one.days))}"
    return f"{one.begins:%H:%M} to {one.ends:%H:%M}{days}"


def _covers(one: QuietHours, clock: datetime) -> bool:
    today, time = clock.weekday() in one.days, clock.time()
    if one.begins < one.ends:
        return today and one.begins <= time < one.ends
    yesterday = (clock - _DAY).weekday() in one.days
    return (today and time >= one.begins) or (yesterday and time < one.ends)


def _ends(hours: Sequence[QuietHours], at: Instant, zone: tzinfo) -> Iterator[Instant]:
    """The moments, in order, at which it may cease to be quiet: clocks show the end of some hours, or are changed."""
    day = shown(at, zone).date() - _DAY
    readings = [
        instant(datetime.combine(day + n * _DAY, one.ends, zone).replace(fold=fold))
        for n in range(_LONGEST + 2)
        for one in hours
        for fold in (0, 1)
    ]
    yield from sorted({*readings, *changes(at, Instant(at + duration(_LONGEST * _DAY)), zone)})
