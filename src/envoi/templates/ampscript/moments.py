"""Reads dates as people and systems write them: 2023-05-01T14:30Z, 5/1/2023 2:30 PM, Mon, 2 Oct 2023, Oct 5, 2017."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATES = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4}|\d\d)",
    rf"(?P<day>{_DAY})[ -](?P<month>[a-z]{{3,9}})\.?,?[ -](?P<year>\d{{4}})",
    rf"(?P<month>[a-z]{{3,9}})\.?\s(?P<day>{_DAY}),?\s(?P<year>\d{{4}})",
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
)
_TIME = (
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?::(?P<second>\d\d)(?:\.(?P<part>\d{1,7}))?)?"
    r"\s*(?P<half>[ap]m)?\s*(?P<zone>Z|GMT|UTC|[-+]\d{1,2}(?::?\d\d)?)?)?"
)
_FORMS = [re.compile(rf"\s*{_WEEKDAY}{form}{_TIME}\s*", re.IGNORECASE) for form in _DATES]
_LONGEST = 60
#: A year of two digits from here on is of the last century.
_CENTURY = 30


def read_moment(text: str, *, utc: bool = False) -> datetime | None:
    """The moment that a text names, as clocks on a wall show it; None if it names none. A month comes before its day.

    An offset is counted off if the time is wanted in UTC.

    >>> read_moment("10/5/2017 8:09 PM"), read_moment("2023-05-01 2:30PM-1:00", utc=True), read_moment("soon")
    (datetime.datetime(2017, 10, 5, 20, 9), datetime.datetime(2023, 5, 1, 15, 30), None)
    """
    if len(text) > _LONGEST:
        return None
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _moment(found, utc=utc)
    return None


def wall(value: date) -> datetime:
    """A date as a moment without a zone: what clocks show there."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - AMPscript's dates have no zone


def _moment(found: re.Match[str], *, utc: bool) -> datetime | None:
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock's face
            return None
        hour = hour % 12 + 12 * (found["half"].lower() == "pm")
    elif found["hour"] and not found["minute"]:
        return None
    try:
        moment = datetime(  # noqa: DTZ001 - AMPscript's dates have no zone
            _year(found["year"]), _month(found["month"]), int(re.sub(r"\D", "", found["day"])),
            hour, int(found["minute"] or 0), int(found["second"] or 0), int((found["part"] or "").ljust(6, "0")[:6]),
        )  # fmt: skip
        return moment - _offset(found["zone"]) if utc else moment
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < _CENTURY else 1900)


def _month(name: str) -> int:
    if name.isdecimal():
        return int(name)
    return _MONTHS.index(name[:3].lower()) + 1


def _offset(zone: str | None) -> timedelta:
    if not zone or zone[0] not in "+-":
        return timedelta()
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")  # noqa: PLR2004
    size = timedelta(hours=int(hours), minutes=int(minutes))
    return size if zone[0] == "+" else -size
