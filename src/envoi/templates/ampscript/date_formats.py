"""Dates by the patterns of .NET that AMPscript uses: one letter for a whole form, or drawn as in dddd, MMMM d, yyyy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from babel.dates import format_datetime, get_day_names, get_month_names, get_period_names

from envoi.errors import TemplateError
from envoi.templates.ampscript.number_formats import locale_of
from envoi.templates.ampscript.values import glimpse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from babel import Locale

_DRAWN = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|%(?=[a-z])|(?P<token>d+|f+|F+|g+|h+|H+|m+|M+|s+|t+|y+|z+)|.", re.DOTALL)
_LONGEST_PATTERN = 200
_ISO = "yyyy-MM-ddTHH:mm:ss"
#: What FormatDate calls the usual forms, of dates and of times.
_DATE_WORDS = {"s": "d", "short": "d", "l": "D", "long": "D", "iso": "o", "rfc": "r", "sortable": "yyyy-MM-dd"}
_TIME_WORDS = {"s": "t", "short": "t", "l": "T", "long": "T", "iso": "T"}


def format_moment(value: datetime, pattern: str, locale: str = "") -> str:
    """A date as `Format` writes it.

    >>> from datetime import datetime
    >>> moment = datetime(2017, 10, 5, 20, 9, 34)
    >>> format_moment(moment, "d"), format_moment(moment, "ddd 'at' h:mm tt"), format_moment(moment, "D", "de-DE")
    ('10/5/2017', 'Thu at 8:09 PM', 'Donnerstag, 5. Oktober 2017')

    Raises:
        TemplateError: there is no such locale, or the pattern is too long.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise TemplateError(f"there is no date format {glimpse(pattern)}", hint="write one as MMMM d, yyyy")
    known = locale_of(locale)
    if pattern in _WHOLE:
        return _WHOLE[pattern](value, known)
    return "".join(_part(found, value, known) for found in _DRAWN.finditer(pattern))


def format_date(value: datetime, day: str = "", time: str = "", locale: str = "") -> str:
    """A date as `FormatDate` writes it: its two patterns ask for the day and for the time, in words of their own.

    >>> from datetime import datetime
    >>> moment = datetime(2017, 10, 5, 20, 9, 34)
    >>> format_date(moment, "mm/dd/yyyy"), format_date(moment, "ddddd", "HH:MM"), format_date(moment, "l")
    ('10/05/2017', 'Thursday 20:09', 'Thursday, October 5, 2017')
    """
    if not day.strip() and not time.strip():
        return format_moment(value, "G", locale)
    shown = [
        format_moment(value, _DATE_WORDS.get(day.lower(), _of_day(day)), locale) if day.strip() else "",
        format_moment(value, _TIME_WORDS.get(time.lower(), _of_time(time)), locale) if time.strip() else "",
    ]
    return " ".join(part for part in shown if part)


def _of_day(pattern: str) -> str:
    """A day's pattern in the letters of `Format`: in it mm is a month, but for the minutes behind an hour."""
    if len(pattern) == 1:
        return pattern
    pattern = re.sub(r"D+|Y+", lambda found: found[0].lower(), pattern)
    pattern = re.sub(r"d{4,}", lambda found: "dddd" if len(found[0]) > 4 else "ddd", pattern)  # noqa: PLR2004 - dddd is Thu
    pattern = re.sub(r"M{5,}", "MMMM", pattern)
    return re.sub(r"(?<!:)m+(?!:)", lambda found: found[0].upper(), pattern)


def _of_time(pattern: str) -> str:
    """A time's pattern in the letters of `Format`: in it MM is minutes, and MMM behind a point parts of a second."""
    pattern = re.sub(r"(?<=\.)[mM]{1,3}", lambda found: "f" * len(found[0]), pattern)
    pattern = re.sub(r"[MST]+", lambda found: found[0].lower(), pattern)
    return f"%{pattern}" if len(pattern) == 1 and pattern in "hHmst" else pattern


def _part(found: re.Match[str], value: datetime, locale: Locale) -> str:
    token = found["token"]
    if token:
        return _TOKENS[token[0]](value, len(token), locale)
    text = found[0]
    if text[0] in "'\"" and len(text) > 1:
        return text[1:-1]
    return "" if text == "%" else text[-1]


def _day(value: datetime, size: int, locale: Locale) -> str:
    if size <= 2:  # noqa: PLR2004 - longer ones are names
        return str(value.day).rjust(size, "0")
    return str(get_day_names("wide" if size > 3 else "abbreviated", locale=locale)[value.weekday()])  # noqa: PLR2004


def _month(value: datetime, size: int, locale: Locale) -> str:
    if size <= 2:  # noqa: PLR2004 - longer ones are names
        return str(value.month).rjust(size, "0")
    return str(get_month_names("wide" if size > 3 else "abbreviated", locale=locale)[value.month])  # noqa: PLR2004


def _year(value: datetime, size: int, locale: Locale) -> str:
    del locale
    return str(value.year % 100).rjust(size, "0") if size <= 2 else str(value.year).rjust(size, "0")  # noqa: PLR2004


def _half(value: datetime, size: int, locale: Locale) -> str:
    name = str(get_period_names("abbreviated", locale=locale)["am" if value.hour < 12 else "pm"])  # noqa: PLR2004
    return name[:1] if size == 1 else name


def _two(ask: Callable[[datetime], int]) -> Callable[[datetime, int, Locale], str]:
    return lambda value, size, _: str(ask(value)).rjust(min(size, 2), "0")


def _offset(value: datetime, size: int, locale: Locale) -> str:
    del value, locale
    return ("+0", "+00", "+00:00")[min(size, 3) - 1]


def _of_locale(form: str, *, longer_year: bool = False) -> Callable[[datetime, Locale], str]:
    """A whole form as the locale writes it; with years of four digits."""

    def shown(value: datetime, locale: Locale) -> str:
        patterns = locale.date_formats if form in {"short", "full"} else locale.time_formats
        pattern = patterns[form.removesuffix(" time")].pattern
        if longer_year:
            pattern = re.sub(r"(?<!y)yy(?!y)", "yyyy", pattern)
        return _spaced(format_datetime(value, pattern, locale=locale))

    return shown


def _both(
    day: Callable[[datetime, Locale], str], time: Callable[[datetime, Locale], str]
) -> Callable[[datetime, Locale], str]:
    return lambda value, locale: f"{day(value, locale)} {time(value, locale)}"


def _drawn(pattern: str) -> Callable[[datetime, Locale], str]:
    return lambda value, locale: "".join(_part(found, value, locale) for found in _DRAWN.finditer(pattern))


def _spaced(made: str) -> str:
    return made.replace("\N{NARROW NO-BREAK SPACE}", " ")


_SHORT, _LONG = _of_locale("short", longer_year=True), _of_locale("full")
_SHORT_TIME, _LONG_TIME = _of_locale("short time"), _of_locale("medium time")
_RFC = "%a, %d %b %Y %H:%M:%S GMT"
_WHOLE: dict[str, Callable[[datetime, Locale], str]] = {
    "d": _SHORT, "D": _LONG, "t": _SHORT_TIME, "T": _LONG_TIME,
    "f": _both(_LONG, _SHORT_TIME), "F": _both(_LONG, _LONG_TIME), "U": _both(_LONG, _LONG_TIME),
    "g": _both(_SHORT, _SHORT_TIME), "G": _both(_SHORT, _LONG_TIME), "S": _both(_SHORT, _LONG_TIME),
    "M": _drawn("MMMM d"), "m": _drawn("MMMM d"), "Y": _drawn("MMMM yyyy"), "y": _drawn("MMMM yyyy"),
    "r": lambda value, _: value.strftime(_RFC), "R": lambda value, _: value.strftime(_RFC),
    "s": _drawn(_ISO.replace("T", "'T'")), "u": _drawn("yyyy-MM-dd HH:mm:ss'Z'"),
    "o": _drawn(f"{_ISO.replace('T', chr(39) + 'T' + chr(39))}.fffffff"),
    "O": _drawn(f"{_ISO.replace('T', chr(39) + 'T' + chr(39))}.fffffff"),
}  # fmt: skip
_TOKENS: dict[str, Callable[[datetime, int, Locale], str]] = {
    "d": _day, "M": _month, "y": _year, "t": _half, "z": _offset,
    "h": _two(lambda value: value.hour % 12 or 12), "H": _two(lambda value: value.hour),
    "m": _two(lambda value: value.minute), "s": _two(lambda value: value.second),
    "f": lambda value, size, _: f"{value.microsecond:06}0".ljust(size, "0")[:size],
    "F": lambda value, size, _: f"{value.microsecond:06}0"[:size].rstrip("0"),
    "g": lambda *_: "A.D.",
}  # fmt: skip
