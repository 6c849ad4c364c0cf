"""Dates and times as templates are given them, and as the formats of two worlds print them: PHP's and moment.js'."""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from envoi.errors import TemplateError
from envoi.templates.limits import require

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


def moment(value: object) -> datetime:
    """A date, a time or a text as an exact moment; UTC where it names no zone.

    >>> moment("2020-01-01T23:00:00.000Z").hour, moment("1/31/2020").day, moment(0).year
    (23, 31, 1970)

    Raises:
        TemplateError: it is none.
    """
    found = _read(value)
    if found is None:
        hint = 'write it as "2026-03-01" or "2026-03-01T09:30:00Z"'
        raise TemplateError(f"{str(value)!r:.60} is no date", hint=hint)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=value)
        return _written(value.strip()) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def _written(text: str) -> datetime:
    parts = _SLASHED.fullmatch(text)
    if not parts:
        return datetime.fromisoformat(text)
    return datetime(int(parts[3]), int(parts[1]), int(parts[2]), tzinfo=UTC)


def zone(name: str) -> tzinfo:
    """A time zone by its distance from UTC or its name: "-0800", "+05:30", "Europe/Berlin".

    Raises:
        TemplateError: there is none.
    """
    if parts := _OFFSET.fullmatch(name):
        away = timedelta(hours=int(parts[2]), minutes=int(parts[3]))
        if away < timedelta(days=1):
            return timezone(-away if parts[1] == "-" else away)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TemplateError(f"there is no time zone {name!r:.60}", hint='write "-0800" or "Europe/Berlin"') from None


def php(at: datetime, layout: str) -> str:
    r"""The moment by PHP's letters, as Mailchimp and Mandrill use them; a backslash keeps a letter.

    >>> php(datetime(2026, 3, 1, 15, 4, 5, tzinfo=UTC), "l, F jS Y, g:i a (\\w\\e\\e\\k W)")
    'Sunday, March 1st 2026, 3:04 pm (week 9)'
    """
    require(len(layout) * 2)
    return re.sub(r"\\(.)|([A-Za-z])", lambda sign: sign[1] or _sign(_PHP, sign[2], at), layout, flags=re.DOTALL)


def js(at: datetime, layout: str) -> str:
    """The moment by moment.js' tokens, as SendGrid uses them; what stands in [brackets] is kept.

    >>> js(datetime(2020, 1, 1, 15, tzinfo=UTC), "dddd, MMMM DD, YYYY h:mm:ss A [Z] Z")
    'Wednesday, January 01, 2020 3:00:00 PM Z +00:00'
    """
    require(len(layout) * 2)
    return _JS_TOKEN.sub(lambda sign: sign[1] if sign[1] is not None else _sign(_JS, sign[0], at), layout)


def _sign(signs: Mapping[str, Callable[[datetime], object]], sign: str, at: datetime) -> str:
    return str(signs[sign](at)) if sign in signs else sign


def _suffix(day: int) -> str:
    """The two letters behind a day.

    >>> [_suffix(day) for day in (1, 2, 3, 4, 11, 12, 13, 21, 22, 30)]
    ['st', 'nd', 'rd', 'th', 'th', 'th', 'th', 'st', 'nd', 'th']
    """
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th") if day not in (11, 12, 13) else "th"


def _away(at: datetime, colon: str) -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


def _beats(at: datetime) -> str:
    """Swatch Internet time, which PHP still knows."""
    there = at.astimezone(timezone(timedelta(hours=1)))
    return f"{(there.hour * 3600 + there.minute * 60 + there.second) * 1000 // 86400:03}"


_PHP: Mapping[str, Callable[[datetime], object]] = {
    "d": lambda at: f"{at.day:02}",
    "D": lambda at: _DAYS[at.weekday()][:3],
    "j": lambda at: at.day,
    "l": lambda at: _DAYS[at.weekday()],
    "N": lambda at: at.isoweekday(),
    "S": lambda at: _suffix(at.day),
    "w": lambda at: at.isoweekday() % 7,
    "z": lambda at: at.timetuple().tm_yday - 1,
    "W": lambda at: at.isocalendar().week,
    "F": lambda at: _MONTHS[at.month - 1],
    "m": lambda at: f"{at.month:02}",
    "M": lambda at: _MONTHS[at.month - 1][:3],
    "n": lambda at: at.month,
    "t": lambda at: monthrange(at.year, at.month)[1],
    "L": lambda at: int(isleap(at.year)),
    "o": lambda at: at.isocalendar().year,
    "Y": lambda at: at.year,
    "y": lambda at: f"{at.year % 100:02}",
    "a": lambda at: "am" if at.hour < 12 else "pm",  # noqa: PLR2004 - noon
    "A": lambda at: "AM" if at.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "B": _beats,
    "g": lambda at: (at.hour + 11) % 12 + 1,
    "G": lambda at: at.hour,
    "h": lambda at: f"{(at.hour + 11) % 12 + 1:02}",
    "H": lambda at: f"{at.hour:02}",
    "i": lambda at: f"{at.minute:02}",
    "s": lambda at: f"{at.second:02}",
    "u": lambda at: f"{at.microsecond:06}",
    "v": lambda at: f"{at.microsecond // 1000:03}",
    "e": lambda at: str(at.tzinfo),
    "I": lambda at: int(bool(at.dst())),
    "O": lambda at: _away(at, ""),
    "P": lambda at: _away(at, ":"),
    "T": lambda at: at.tzname() or "",
    "Z": lambda at: int((at.utcoffset() or timedelta()).total_seconds()),
    "c": lambda at: at.replace(microsecond=0).isoformat(),
    "r": lambda at: f"{php(at, 'D, d M Y H:i:s O')}",
    "U": lambda at: int(at.timestamp()),
}
_JS: Mapping[str, Callable[[datetime], object]] = {
    "YYYY": lambda at: f"{at.year:04}",
    "YY": _PHP["y"],
    "MMMM": _PHP["F"],
    "MMM": _PHP["M"],
    "MM": _PHP["m"],
    "M": _PHP["n"],
    "DDDD": lambda at: f"{at.timetuple().tm_yday:03}",
    "DDD": lambda at: at.timetuple().tm_yday,
    "DD": _PHP["d"],
    "Do": lambda at: f"{at.day}{_suffix(at.day)}",
    "D": _PHP["j"],
    "dddd": _PHP["l"],
    "ddd": _PHP["D"],
    "dd": lambda at: _DAYS[at.weekday()][:2],
    "d": _PHP["w"],
    "HH": _PHP["H"],
    "H": _PHP["G"],
    "hh": _PHP["h"],
    "h": _PHP["g"],
    "mm": _PHP["i"],
    "m": lambda at: at.minute,
    "ss": _PHP["s"],
    "s": lambda at: at.second,
    "SSS": _PHP["v"],
    "A": _PHP["A"],
    "a": _PHP["a"],
    "ZZ": _PHP["O"],
    "Z": _PHP["P"],
    "X": _PHP["U"],
    "x": lambda at: int(at.timestamp() * 1000),
    "Q": lambda at: (at.month + 2) // 3,
}
_JS_TOKEN = re.compile(r"\[([^\[\]]*)\]|" + "|".join(sorted(_JS, key=len, reverse=True)))
