"""What the columns of a file mean, guessed from their names and values; a mapping may say it instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Values looked at in a column.
_SAMPLE = 2_000
#: A column of fewer different values than this share says too little to tell people apart, and more than text does.
_FEW = 0.02
_FEW_VALUES = 100
#: The share of values that must look like what the column is taken for.
_MOST = 0.6
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s()./-]{7,20}")
_DATE = re.compile(r"\d{8}|\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?!\d).*|\d{1,2}[ -]\w{3,9}[ -]\d{2,4}")
_LETTERS = re.compile(r"[^\W\d_]{2}")

#: Words in a column's name, most telling first; the first line whose words are all in the name decides.
_NAMES: tuple[tuple[str, Kind], ...] = (
    ("email|mail", Kind.EMAIL),
    ("phone|mobile|telephone|tel|cell|msisdn|fax", Kind.PHONE),
    ("dob|birth date|birthdate|birthday|born|dateofbirth|birth|bday", Kind.DATE),
    ("created|updated|modified|seen|signup|timestamp|registered|subscribed|consent|ip|url|lat|lon", Kind.IGNORED),
    ("postcode|postal|zip|postalcode|zipcode|plz", Kind.POSTCODE),
    (
        "ssn|passport|nino|tax|vat|iban|licence|license|soc|social|insurance|loyalty|card|member|membership",
        Kind.IDENTIFIER,
    ),
    ("surname|lastname|familyname|last|family|sur|lname|maiden|nachname", Kind.SURNAME),
    ("firstname|givenname|forename|given|first|fname|christian|vorname", Kind.GIVEN),
    ("middle|nickname|initials", Kind.TEXT),
    ("street|address|addr|line|house|strasse|apartment|flat", Kind.ADDRESS),
    ("city|town|suburb|village|locality|place|county|district|municipality|birthplace|ort", Kind.PLACE),
    ("state|province|region|country|gender|sex|title|salutation|language|nationality", Kind.CATEGORY),
    ("name|fullname", Kind.NAME),
)
#: A column of these words, without two equal values, names the record and says nothing about the person.
_KEYS = frozenset(["id", "key", "uuid", "guid", "rec", "record", "row", "nr", "no", "number", "index"])
_BIRTHPLACE = {"birth", "place"}


def words_of(column: str) -> list[str]:
    """The words that a column's name is made of.

    >>> words_of("dateOfBirth"), words_of("E-Mail"), words_of("address_1")
    (['date', 'of', 'birth'], ['e', 'mail'], ['address', '1'])
    """
    return [word.lower() for word in _WORD.findall(column)]


def names_records(columns: Mapping[str, Sequence[str]]) -> str:
    """The first column that names the records; empty if there is none.

    >>> names_records({"name": ["Ada", "Ida"], "customer_no": ["1", "2"]})
    'customer_no'
    """
    return next((column for column, values in columns.items() if _is_key(column, values)), "")


def _is_key(column: str, values: Sequence[str]) -> bool:
    words = words_of(column)
    if not _KEYS & set(words) or _named(words):
        return False
    return all(values) and len(set(values)) == len(values)


def guess(columns: Mapping[str, Sequence[str]], said: Mapping[str, Kind]) -> dict[str, Kind]:
    """The kind of each column; `said` overrules what they look like.

    A whole name takes no part where given name and surname are known: it would count the same evidence twice.

    >>> guess({"id": ["1", "2"], "first_name": ["Ada", "Ida"], "Mail": ["a@b.org", ""]}, {})
    {'id': <Kind.IGNORED: 'ignored'>, 'first_name': <Kind.GIVEN: 'given name'>, 'Mail': <Kind.EMAIL: 'email'>}
    """
    kinds = {column: said.get(column) or _kind(column, values) for column, values in columns.items()}
    if {Kind.GIVEN, Kind.SURNAME} <= set(kinds.values()):
        kinds |= {name: Kind.IGNORED for name, kind in kinds.items() if kind is Kind.NAME and name not in said}
    return kinds


def _kind(column: str, values: Sequence[str]) -> Kind:
    words = words_of(column)
    filled = [value for value in values if value]
    if not filled or _is_key(column, values):
        return Kind.IGNORED
    sample = filled[:_SAMPLE]
    if _most(_EMAIL, sample):
        return Kind.EMAIL
    named = _named(words)
    if named in (Kind.EMAIL, Kind.IGNORED) or (named is Kind.DATE and not _most(_DATE, sample)):
        return Kind.IGNORED
    if named is Kind.PHONE and not _most(_PHONE, sample):
        return Kind.TEXT
    return named or _unnamed(words, filled, sample)


def _named(words: Sequence[str]) -> Kind | None:
    have = {*words, "".join(words)}
    if have >= _BIRTHPLACE:
        return Kind.PLACE
    if {"first", "surname"} <= have or {"first", "last"} <= have:
        return Kind.NAME
    return next((kind for names, kind in _NAMES if have & set(names.split("|"))), None)


def _unnamed(words: Sequence[str], filled: Sequence[str], sample: Sequence[str]) -> Kind:
    """The kind of a column whose name says nothing; numbers and times are measures of people more often than names."""
    different = len(set(filled))
    if words and words[-1] in {"id", "number", "no", "nr"}:
        return Kind.IDENTIFIER
    if not _most(_LETTERS, sample) or _most(_DATE, sample):
        return Kind.IGNORED
    if different <= min(_FEW_VALUES, max(2, _FEW * len(filled))):
        return Kind.CATEGORY
    return Kind.TEXT


def _most(pattern: re.Pattern[str], sample: Sequence[str]) -> bool:
    fits = pattern.match if pattern is _LETTERS else pattern.fullmatch
    return sum(1 for value in sample if fits(value)) >= _MOST * len(sample)
