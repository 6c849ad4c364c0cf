"""AMPscript's functions of dates. What time it is comes from the data; there is one zone, that of the project."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from envoi.errors import TemplateError
from envoi.templates.ampscript.date_formats import format_date as formatted
from envoi.templates.ampscript.moments import read_moment, wall
from envoi.templates.ampscript.values import flag, glimpse, text, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.limits import Run

_UNITS = "Y, M, D, H or MI"


def now(run: Run, at_start: object = 0) -> datetime:
    """When this mail is sent, as the data say it.

    Raises:
        TemplateError: they do not.
    """
    del at_start  # a mail is rendered for the moment at which it is sent
    value = run.data.get("now")
    found = wall(value) if isinstance(value, date) else read_moment(value) if isinstance(value, str) else None
    if found is None:
        raise TemplateError("the data do not say what time it is", hint="bring it as `now`")
    return found


def moment(value: object, what: str) -> datetime:
    """A value as a date.

    Raises:
        TemplateError: it is none.
    """
    found = wall(value) if isinstance(value, date) else read_moment(text(value))
    if found is None:
        raise TemplateError(
            f"{what} takes a date, not {glimpse(value)}", hint="write it as 2024-12-31 or 12/31/2024 6:30 PM"
        )
    return found


def date_add(start: object, amount: object, unit: object) -> datetime:
    """A date so many units later; a month later is the same day, or the last that the month has.

    >>> date_add("2024-01-31", 1, "M"), date_add("2024-02-29", "-1", "y"), date_add("2024-01-01", 90, "mi")
    (datetime.datetime(2024, 2, 29, 0, 0), datetime.datetime(2023, 2, 28, 0, 0), datetime.datetime(2024, 1, 1, 1, 30))
    """
    first, count, name = moment(start, "DateAdd"), whole(amount, "DateAdd"), text(unit).upper()
    try:
        if name in {"Y", "M"}:
            return _months_later(first, count * 12 if name == "Y" else count)
        return first + count * _LENGTHS[name]
    except KeyError as fault:
        raise TemplateError(f"DateAdd has no unit {glimpse(unit)}", hint=f"write {_UNITS}") from fault
    except (OverflowError, ValueError) as fault:
        raise TemplateError("DateAdd leads out of the calendar") from fault


def date_diff(start: object, end: object, unit: object) -> int:
    """How many boundaries of a unit lie between two dates: from 23:00 to 1:00 it is one day.

    >>> date_diff("12/31/2001", "5/31/2002", "Y"), date_diff("2024-01-01 23:00", "2024-01-02 1:00", "d")
    (1, 1)
    """
    name = text(unit).upper()
    if name not in _COUNTS:
        raise TemplateError(f"DateDiff has no unit {glimpse(unit)}", hint=f"write {_UNITS}")
    count = _COUNTS[name]
    return count(moment(end, "DateDiff")) - count(moment(start, "DateDiff"))


def date_part(value: object, part: object) -> str:
    """The year, month, monthName, day, hour (of twelve) or minute of a date.

    >>> date_part("2023-09-25 13:05", "M"), date_part("2023-09-25 13:05", "hour"), date_part("2023-09-25", "monthName")
    ('09', '1', 'September')
    """
    if text(part).lower() not in _PARTS:
        hint = "write year, month, monthName, day, hour or minute"
        raise TemplateError(f"DatePart has no part {glimpse(part)}", hint=hint)
    return _PARTS[text(part).lower()](moment(value, "DatePart"))


def date_parse(value: object, utc: object = 0) -> datetime:
    """The date that a text names, in the zone it names, or in UTC."""
    if isinstance(value, str) and flag(utc, "DateParse"):
        found = read_moment(value, utc=True)
        if found:
            return found
    return moment(value, "DateParse")


def string_to_date(value: object) -> datetime:
    """The date that a text names."""
    return moment(value, "StringToDate")


def format_date(value: object, day: object = "", time: object = "", locale: object = "") -> str:
    """A date by a pattern for the day and one for the time; nothing if there is no date."""
    if value is None or text(value) == "":
        return ""
    return formatted(moment(value, "FormatDate"), text(day), text(time), text(locale))


def same_zone(value: object) -> datetime:
    """A date of the system as a local one, or back: both are in the project's zone."""
    return moment(value, "this function")


def _months_later(first: datetime, months: int) -> datetime:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    if not 1 <= year <= 9999:  # noqa: PLR2004 - the calendar's
        raise ValueError(year)
    return first.replace(year=year, month=month + 1, day=min(first.day, monthrange(year, month + 1)[1]))


_LENGTHS = {"D": timedelta(days=1), "H": timedelta(hours=1), "MI": timedelta(minutes=1)}
_COUNTS: dict[str, Callable[[datetime], int]] = {
    "Y": lambda at: at.year,
    "M": lambda at: at.year * 12 + at.month,
    "D": lambda at: at.toordinal(),
    "H": lambda at: at.toordinal() * 24 + at.hour,
    "MI": lambda at: (at.toordinal() * 24 + at.hour) * 60 + at.minute,
}
_PARTS: dict[str, Callable[[datetime], str]] = {
    "year": lambda at: str(at.year),
    "month": lambda at: f"{at:%m}",
    "monthname": lambda at: formatted(at, "MMMM"),
    "day": lambda at: f"{at:%d}",
    "hour": lambda at: str(at.hour % 12 or 12),
    "minute": lambda at: str(at.minute),
}
_PARTS |= {
    short: _PARTS[long] for short, long in {"y": "year", "m": "month", "d": "day", "h": "hour", "mi": "minute"}.items()
}
