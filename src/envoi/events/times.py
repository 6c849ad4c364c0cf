"""When it happened, read from whatever a source writes for it."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from envoi.clock import Instant, duration, instant, moment
from envoi.events.port import Form
from envoi.events.values import Unfit, numeral

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[object], Instant]

#: Microseconds in each unit that a number of an epoch may count.
UNITS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_HOUR = 3_600_000_000
_DAY = len("2017-12-01")
_ZONELESS = "should be a time with a time zone, or the mapping should say its zone"
_FIRST, _LAST = instant(datetime.min.replace(tzinfo=UTC)), instant(datetime.max.replace(tzinfo=UTC))


def reader(*, form: Form = Form.PLAIN, zone: str = "", style: str = "", unit: str = "") -> Read:
    """What reads a time written in `form`: as `strptime` reads `style`, as a number of `unit`, else as ISO 8601.

    A time without a zone is one of `zone`. A clock that is set forward leaves an hour out: a time in it counts as if
    the clock had not been set yet. A clock that is set back shows an hour twice: a time in it is the first of the two.

    >>> from envoi.clock import iso
    >>> read = reader(zone="Europe/London")
    >>> [iso(read(text)) for text in ("2011-03-27 01:30", "2011-10-30 01:30", "2011-07-01", "2011-07-01T00:00Z")]
    ['2011-03-27T01:30:00Z', '2011-10-30T00:30:00Z', '2011-06-30T23:00:00Z', '2011-07-01T00:00:00Z']

    What it returns raises `Unfit` for a value that is no such time.
    """
    if form is Form.UTC:
        return _instant
    if form is Form.WALL:
        return partial(_on_wall, ZoneInfo(zone)) if zone else _no_zone
    if unit:
        return partial(_of_epoch, UNITS[unit])
    return partial(_written, ZoneInfo(zone) if zone else None, style)


def in_years(at: float) -> Instant:
    """The nearest instant, if people's calendars have it."""
    if _FIRST <= at <= _LAST:
        return Instant(round(at))
    raise Unfit("should be a time between the years 1 and 9999", at)


def _instant(value: object) -> Instant:
    if type(value) is int and _FIRST <= value <= _LAST:
        # To call Instant would take longer than all of this.
        return value  # type: ignore[return-value]
    raise Unfit("should be a time between the years 1 and 9999", value)


def _on_wall(zone: ZoneInfo, value: object) -> Instant:
    shown = _instant(value)
    offset = _offset(zone, shown // _HOUR)
    return Instant(shown - offset) if offset is not None else in_years(instant(moment(shown).replace(tzinfo=zone)))


@lru_cache(maxsize=1 << 12)
def _offset(zone: ZoneInfo, hour: int) -> int | None:
    """How far the zone is ahead of UTC all through an hour of its wall clock; None if that changes within it."""
    ends = Instant(hour * _HOUR), Instant((hour + 1) * _HOUR - 1)
    begin, end = (moment(at).replace(tzinfo=zone).utcoffset() for at in ends)
    return None if begin is None or begin != end else duration(begin)


def _no_zone(value: object) -> Instant:
    raise Unfit(_ZONELESS, value)


def _of_epoch(scale: int, value: object) -> Instant:
    return in_years(numeral(value) * scale)


def _written(zone: ZoneInfo | None, style: str, value: object) -> Instant:
    if not isinstance(value, str):
        raise Unfit("should be a time written as text, or the mapping should say its unit", value)
    written = value.strip()
    try:
        at = datetime.strptime(written, style) if style else datetime.fromisoformat(written)  # noqa: DTZ007 the zone follows
    except ValueError:
        raise Unfit(f"should be a time written as {style or '2017-12-01T09:00:00Z'}", value) from None
    if at.tzinfo is None:
        if zone is None and not (len(written) == _DAY and not style):
            raise Unfit(_ZONELESS, value)
        at = at.replace(tzinfo=zone or UTC)
    return in_years(instant(at))
