"""Dates: however they are written, to ISO 8601; a date that could be two days is told, never guessed."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale

from envoi.people.standardise.base import Clean, folded, spaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Order(StrEnum):
    """What stands first in a date of numbers."""

    DAY = "day-first"
    MONTH = "month-first"


_CENTURY, _YEAR_DIGITS, _MOST_MONTHS = 100, 4, 12
#: A time after a date is no part of the day.
_TIME = r"(?:[T,]?\s*\d{1,2}[:.h]\d{2}.*)?"
_ISO = re.compile(rf"(\d{{4}})\s*[-/.\s]\s*(\d{{1,2}})\s*[-/.\s]\s*(\d{{1,2}})(?!\d)[T\s]*{_TIME}", re.ASCII)
_PACKED = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_NUMBERS = re.compile(rf"(\d{{1,2}})\s*[-/.\s]\s*(\d{{1,2}})\s*[-/.\s]\s*(\d{{4}}|\d\d)(?!\d)\s*{_TIME}", re.ASCII)
_DAY_OF = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_MONTH = r"(?P<month>[^\W\d]+)\.?"
_YEAR = r"(?P<year>\d{4}|'?\d\d)(?!\d)"
_WORDED = (
    # "3rd of April 2017", "3. Apr. 17", "3-Apr-2017", "3 de abril de 2017"
    re.compile(rf"{_DAY_OF}[-/\s]*(?:of|de|del)?[-/\s]*{_MONTH}[-/,\s]*(?:de|del)?\s*{_YEAR},?\s*{_TIME}"),
    # "April 3, 2017"
    re.compile(rf"{_MONTH}[-/\s]*{_DAY_OF}(?:\s*,\s*|[-/\s]+){_YEAR},?\s*{_TIME}"),
    # "2017 April 3"
    re.compile(rf"{_YEAR}[-/,\s]*{_MONTH}[-/\s]*{_DAY_OF},?\s*{_TIME}"),
)
_WEEKDAY = re.compile(r"^[^\W\d]{2,}\.?,\s*(?=\w)")


def date(text: str, *, order: Order | None = None, newest: int = 0, locale: str = "en") -> Clean:
    """The day in ISO 8601.

    `order` tells 3 April from 4 March where both could be meant; `newest` is the latest year that two digits can
    mean; names of months are English or those of the locale.

    >>> date("3rd of April 2017").value, date("25/12/2017").value, date("3.4.2017", order=Order.DAY).value
    ('2017-04-03', '2017-12-25', '2017-04-03')
    >>> date("03/04/2017").fault
    'could be two days: 3 April or 4 March 2017; the rule should say which, as order = "day-first"'
    >>> date("1 May 68", newest=2012).value, date("1 May 68").fault
    ('1968-05-01', 'has a year of two digits: the rule should say the latest it can mean, as newest = 2026')
    """
    written = _WEEKDAY.sub("", spaced(text))
    if found := _ISO.fullmatch(written) or _PACKED.fullmatch(written):
        return _day(*map(int, found.groups()))
    if found := _NUMBERS.fullmatch(written):
        first, second, years = found.groups()
        year = _year(years, newest)
        return _of_numbers(int(first), int(second), year, order) if isinstance(year, int) else year
    months = _months(locale)
    for form in _WORDED:
        found = form.fullmatch(written)
        if found and (month := months.get(folded(found["month"]))):
            year = _year(found["year"].lstrip("'"), newest)
            return _day(year, month, int(found["day"])) if isinstance(year, int) else year
    return Clean(fault="is not a date in any form that is known")


def order_of(values: Iterable[str]) -> Order | None:
    """The order of a column's dates of numbers, as its days after the 12th show; None if none does or they differ.

    >>> order_of(["03/04/2017", "25/12/2017"]), order_of(["03/04/2017"]), order_of(["25/12/2017", "12/25/2017"])
    (<Order.DAY: 'day-first'>, None, None)
    """
    seen = set()
    for value in values:
        if found := _NUMBERS.fullmatch(spaced(value)):
            first, second = int(found[1]), int(found[2])
            if (first > _MOST_MONTHS) != (second > _MOST_MONTHS):
                seen.add(Order.DAY if first > _MOST_MONTHS else Order.MONTH)
    return seen.pop() if len(seen) == 1 else None


def order_in(locale: str) -> Order | None:
    """Which order the people of a locale write; None where they begin with the year.

    >>> order_in("en_GB"), order_in("en_US"), order_in("sv_SE")
    (<Order.DAY: 'day-first'>, <Order.MONTH: 'month-first'>, None)
    """
    pattern = Locale.parse(locale).date_formats["short"].pattern
    places = pattern.find("y"), pattern.find("M"), pattern.find("d")
    if min(places) == places[0]:
        return None
    return Order.DAY if places[2] < places[1] else Order.MONTH


def _of_numbers(first: int, second: int, year: int, order: Order | None) -> Clean:
    if order is not None:
        day, month = (first, second) if order is Order.DAY else (second, first)
        return _day(year, month, day)
    by_day, by_month = _day(year, second, first), _day(year, first, second)
    if by_day.value and by_month.value and by_day.value != by_month.value:
        names = Locale("en").months["format"]["wide"]
        either = f"{first} {names[second]} or {second} {names[first]} {year}"
        return Clean(fault=f'could be two days: {either}; the rule should say which, as order = "day-first"')
    return by_day if by_day.value else by_month


def _day(year: int, month: int, day: int) -> Clean:
    try:
        return Clean(value=datetime.date(year, month, day).isoformat())
    except ValueError:
        return Clean(fault="is no day of any calendar year")


def _year(written: str, newest: int) -> int | Clean:
    year = int(written)
    if len(written) == _YEAR_DIGITS:
        return year
    if not newest:
        return Clean(fault="has a year of two digits: the rule should say the latest it can mean, as newest = 2026")
    return newest - (newest - year) % _CENTURY


@lru_cache(maxsize=32)
def _months(locale: str) -> Mapping[str, int]:
    """The number of each month by the names it has, in full and short."""
    found: dict[str, int] = {"sept": 9}
    for each in (Locale.parse(locale), Locale("en")):
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in each.months[context][width].items():
                    # Some locales write months as numbers, "5月": these have no name to be known by.
                    if not (key := folded(name)).isdecimal():
                        found.setdefault(key, month)
    return found
