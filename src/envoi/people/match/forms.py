"""Comparable forms: what two ways to write the same thing have in common; coarser than a clean value, never shown."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: How people write that they know nothing.
NOTHING = frozenset({"", "-", "--", "?", ".", "n/a", "na", "nan", "nil", "none", "null", "unknown", "not known", "tbc"})
_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "lord", "lady", "rev", "hon", "capt")
)
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "esq", "phd", "md"])
#: Written out, as most registers have them.
_STREETS = {
    "st": "street",
    "str": "street",
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "ln": "lane",
    "dr": "drive",
    "ct": "court",
    "crt": "court",
    "cct": "circuit",
    "cres": "crescent",
    "cr": "crescent",
    "pl": "place",
    "sq": "square",
    "blvd": "boulevard",
    "hwy": "highway",
    "tce": "terrace",
    "apt": "apartment",
    "no": "number",
}
#: Digits that a phone number ends in whether or not the code of its country was written.
_PHONE_DIGITS = 9
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th"})
_NO_WORD = re.compile(r"[^\w]+|_")
_NO_DIGIT = re.compile(r"\D+")
_DATE = re.compile(r"(\d{1,4})[\W_]+(\d{1,2}|[^\W\d_]{3,})[\W_]+(\d{1,4})")
_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_LONG_YEAR = 4
_MOST_MONTHS = 12


def known(value: object) -> str:
    """The value as text, "" if it says that nothing is known.

    >>> known(" N/A "), known(None), known(17), known(4.0)
    ('', '', '17', '4')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "" if value is None else str(value).strip()
    return "" if text.lower() in NOTHING else text


def comparable(kind: Kind, values: Sequence[str]) -> list[str]:
    """Each value in the form that values of this kind are compared in.

    >>> comparable(Kind.ADDRESS, ["12 High St."]), comparable(Kind.EMAIL, ["Ada+shop@Example.org"])
    (['12 high street'], ['ada@example.org'])
    """
    if kind is Kind.DATE:
        return _dates(values)
    form = _FORMS.get(kind, words)
    return [form(value) if value else "" for value in values]


@lru_cache(maxsize=1 << 16)
def words(value: str) -> str:
    """Words of small letters without marks, one space between them.

    >>> words("  Zoë O'Brien-Łuk ")
    'zoe o brien luk'
    """
    text = value.casefold()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        # Once more, as taking letters apart makes large ones: of a circled A, an A.
        text = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    return _NO_WORD.sub(" ", text).strip()


def parted(name: str) -> tuple[str, str]:
    """A whole name as given names and surname; titles are left out.

    >>> parted("Dr. Ada King"), parted("KING, Ada"), parted("Ada")
    (('ada', 'king'), ('ada', 'king'), ('ada', ''))
    """
    before, comma, after = name.partition(",")
    if comma and words(after) and words(after) not in _SUFFIXES:
        name = f"{after} {before}"
    parts = [part for part in words(name).split() if part not in _TITLES and part not in _SUFFIXES]
    if len(parts) <= 1:
        return (parts[0] if parts else "", "")
    return " ".join(parts[:-1]), parts[-1]


def _email(value: str) -> str:
    local, at, domain = value.casefold().strip().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}" if at else words(value)


def _phone(value: str) -> str:
    return _NO_DIGIT.sub("", value).lstrip("0")[-_PHONE_DIGITS:]


def _code(value: str) -> str:
    return words(value).replace(" ", "").upper()


def _address(value: str) -> str:
    return " ".join(_STREETS.get(word, word) for word in words(value).split())


def _dates(values: Sequence[str]) -> list[str]:
    """As year, month, day; where a column has 12/25 more often than 25/12, its 03/04 is the fourth of March."""
    found = [match for match in map(_DATE.match, values) if match and match[2].isdigit() and len(match[1]) < _LONG_YEAR]
    month_first = sum(int(match[2]) > _MOST_MONTHS for match in found)
    day_first = sum(int(match[1]) > _MOST_MONTHS for match in found)
    return [_date(value, month_first=month_first > day_first) if value else "" for value in values]


@lru_cache(maxsize=1 << 16)
def _date(value: str, *, month_first: bool) -> str:
    digits = _NO_DIGIT.sub("", value)
    if value.isdigit():
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if len(digits) == 8 else digits  # noqa: PLR2004
    found = _DATE.match(value)
    if not found:
        return digits
    first, second, third = found.groups()
    if not second.isdigit():
        second = str(_MONTHS.get(second[:3].lower(), 0))
        month_first = False
    year, month, day = (first, second, third) if len(first) == _LONG_YEAR else (third, second, first)
    if month_first and len(first) != _LONG_YEAR:
        month, day = day, month
    return f"{year}-{month:0>2}-{day:0>2}"


_FORMS: dict[Kind, Callable[[str], str]] = {
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
    Kind.POSTCODE: _code,
    Kind.IDENTIFIER: _code,
    Kind.ADDRESS: _address,
}
