"""What the clocks on people's walls show, and the instant at which they first show it, in summer and in winter.

Clocks that are put forward leave a gap: what they never show is taken as shown when they are past it, so 02:30 on such
a night is 03:00. Clocks that are put back show an hour twice: the first time counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from envoi.clock import MICROS_PER_SECOND, Instant, duration, instant, moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, time, tzinfo

#: In the order of `date.weekday`.
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)


def shown(at: Instant, zone: tzinfo) -> datetime:
    """What the clocks of the zone show at `at`, without the zone."""
    return moment(at).astimezone(zone).replace(tzinfo=None)


def first_at(day: date, at: time, zone: tzinfo) -> Instant:
    """The first instant at which the clocks of the zone show that day and time, or have passed over it.

    >>> from datetime import date, time
    >>> from zoneinfo import ZoneInfo
    >>> from envoi.clock import iso
    >>> iso(first_at(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Berlin")))  # 02:00 to 03:00 is not there
    '2026-03-29T01:00:00Z'
    >>> iso(first_at(date(2026, 10, 25), time(2, 30), ZoneInfo("Europe/Berlin")))  # 02:00 to 03:00 comes twice
    '2026-10-25T00:30:00Z'
    """
    wanted = datetime.combine(day, at)
    # By PEP 495 the first reading has fold 0; in a gap that counts past its end, and fold 1 before its beginning.
    first, second = (instant(wanted.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    return first if first <= second else _change(second, first, zone)


def has_day(day: date, zone: tzinfo) -> bool:
    """Whether the zone has that day at all: at the date line a country may pass over one.

    >>> from datetime import date
    >>> from zoneinfo import ZoneInfo
    >>> [has_day(date(2011, 12, day), ZoneInfo("Pacific/Apia")) for day in (29, 30, 31)]
    [True, False, True]
    """
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what a wall clock shows has no zone
    return shown(first_at(day, midnight.time(), zone), zone).date() == day


def changes(since: Instant, until: Instant, zone: tzinfo) -> Iterator[Instant]:
    """When the clocks of the zone are changed after `since` and up to `until`; not more than one change a day is seen.

    >>> from zoneinfo import ZoneInfo
    >>> from envoi.clock import iso, parse_instant
    >>> year = parse_instant("2026-01-01"), parse_instant("2027-01-01")
    >>> [iso(at) for at in changes(*year, ZoneInfo("Europe/Berlin"))]
    ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z']
    """
    day = duration(_DAY)
    for begin in range(since, until, day):
        end = Instant(min(begin + day, until))
        if _offset(Instant(begin), zone) != _offset(end, zone):
            yield _change(Instant(begin), end, zone)


def week_of(day: date) -> date:
    """The Monday of the week that the day is in."""
    return day - day.weekday() * _DAY


def _offset(at: Instant, zone: tzinfo) -> timedelta | None:
    return moment(at).astimezone(zone).utcoffset()


def _change(before: Instant, after: Instant, zone: tzinfo) -> Instant:
    """The instant within (before, after] at which the clocks are changed; that is on a whole second."""
    offset = _offset(before, zone)
    low, high = before // MICROS_PER_SECOND, -(-after // MICROS_PER_SECOND)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(Instant(middle * MICROS_PER_SECOND), zone) == offset else (low, middle)
    return Instant(high * MICROS_PER_SECOND)
