"""Days as people live them: when each begins where they are, and which anniversaries fall on it.

A day begins at its first local midnight, or when the clocks pass over that, and lasts until the next one begins; so it
may have 23 or 25 hours. Who was born on 29 February has their day on the 28th in years without one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from envoi.clock import Instant, instant

if TYPE_CHECKING:
    from datetime import tzinfo

#: The trait that says where a person lives, as the time zone database names it.
TIME_ZONE = "time_zone"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_WRITTEN = len("1984-02-29")


def begins(day: date, zone: tzinfo) -> Instant:
    """When the day begins in the zone.

    >>> from envoi.clock import iso
    >>> iso(begins(date(2017, 3, 13), ZoneInfo("America/New_York")))
    '2017-03-13T04:00:00Z'
    """
    return instant(datetime(day.year, day.month, day.day, tzinfo=zone))


def today(at: Instant, zone: tzinfo) -> date:
    """The day it is in the zone at `at`: the last that has begun."""
    day = (_EPOCH + timedelta(microseconds=at)).astimezone(zone).date()
    # Clocks that go back over midnight show a day, then the one before again; the day has begun for good.
    return day + _DAY if begins(day + _DAY, zone) <= at else day if begins(day, zone) <= at else day - _DAY


def today_in(zone: str, at: Instant) -> date:
    """The day it is in a zone that `zones` names."""
    return today(at, ZoneInfo(zone))


def zone_called(name: object, default: tzinfo) -> tzinfo:
    """The zone of that name, or else the default."""
    return ZoneInfo(name) if isinstance(name, str) and name in zones() else default


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def mark(text: object) -> str | None:
    """What a day has in common with its anniversaries, whatever its year; None if it is not written as a day.

    >>> mark("1984-02-29"), mark("0000-05-10"), mark("soon")
    ('02-29', '05-10', None)
    """
    return text[-5:] if isinstance(text, str) and len(text) == _WRITTEN and text[4] == "-" else None


def marks(day: date, first: int, last: int) -> frozenset[str]:
    """The marks of those whose anniversary falls on the days from `first` to `last` days after `day`.

    >>> sorted(marks(date(2017, 2, 28), 0, 1)), sorted(marks(date(2016, 2, 28), 0, 0))
    (['02-28', '02-29', '03-01'], ['02-28'])
    """
    days = [day + days * _DAY for days in range(first, last + 1)]
    return frozenset(one.isoformat()[-5:] for day in days for one in (day, _no_leap_day_after(day)))


def _no_leap_day_after(day: date) -> date:
    """29 February of some year on a 28th that 1 March follows; else the day itself."""
    return date(2000, 2, 29) if (day.month, day.day) == (2, 28) and (day + _DAY).month == 3 else day  # noqa: PLR2004


def turns(text: str, first: int, last: int, near: date) -> list[date]:
    """The days around `near` with which an anniversary comes among those days, or is no longer among them.

    Its own today is among them from `last` days before it to `first` days before it.
    """
    found = []
    for year in range(near.year - 1, near.year + 3):
        day = _in_year(text, year)
        if day:
            found += [day - last * _DAY, day - (first - 1) * _DAY]
    return found


def _in_year(text: str, year: int) -> date | None:
    """The anniversary in that year; None if there is no such day in any."""
    try:
        return date.fromisoformat(f"{year:04}-{text}")
    except ValueError:
        return date(year, 2, 28) if text == "02-29" else None
