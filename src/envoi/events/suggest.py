"""What the columns of somebody's table seem to mean, from their names and values, and how sure that is, in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Use(StrEnum):
    """What a column is taken for."""

    LEAVE_OUT = "leave out"
    #: A trait of people, a property of events.
    KEEP = "keep"
    USER_ID = "user_id"
    EMAIL = "email"
    PHONE = "phone"
    ANONYMOUS_ID = "anonymous_id"
    CONSENT = "consent"
    #: When it happened; of people, when all of it was so.
    AT = "at"
    #: What happened.
    EVENT = "event"
    #: What tells an event from all others.
    ID = "id"


#: The uses that say who it was.
KEYS = (Use.USER_ID, Use.EMAIL, Use.PHONE, Use.ANONYMOUS_ID)


class Confidence(StrEnum):
    """How sure a suggestion is."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "a guess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What one column seems to be."""

    use: Use
    confidence: Confidence
    because: str


#: The share of values that must look like what a column is taken for.
_MOST = 0.6
#: A column of so few different values may be answers.
_FEW = 6
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s()./-]{7,20}")
_TIME = re.compile(r"\d{4}-\d\d?-\d\d?([T ]\d\d?:\d\d.*)?|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}( .*)?|\d{10}(\d{3}|\d{6})?")
_ANSWERS = frozenset(["yes", "no", "y", "n", "true", "false", "0", "1", "ja", "nein", "oui", "non", "si", "on", "off"])
#: Names without case, spaces, "_" and "-", in the order in which they are looked for.
_NAMES: Mapping[Use, tuple[str, ...]] = {
    Use.USER_ID: ("userid", "customerid", "personid", "memberid", "contactid", "customerno", "user", "customer"),
    Use.ANONYMOUS_ID: ("anonymousid", "visitorid", "deviceid", "cookieid"),
    Use.EVENT: ("event", "eventname", "eventtype", "action"),
    Use.ID: ("messageid", "eventid", "orderid", "transactionid", "invoice", "invoiceno", "orderno", "id"),
    Use.AT: ("timestamp", "occurredat", "eventtime", "datetime", "createdat", "orderdate", "invoicedate", "time", "at"),
}
_CHANGED = ("updatedat", "modifiedat", "lastupdated", "lastmodified", "timestamp")
_CONSENT = ("newsletter", "consent", "optin", "subscribed", "subscriber", "marketing", "permission", "mailing")
_PHONES = ("phone", "mobile", "telephone", "tel", "cell", "msisdn", "phonenumber")


def kind_of(columns: Iterable[str]) -> str:
    """What the records of a table with these columns seem to be: "events" or "people".

    >>> kind_of(["customer_id", "order_id", "timestamp", "total"]), kind_of(["id", "email", "first_name"])
    ('events', 'people')
    """
    names = {plain(column) for column in columns}
    happened = names & {*_NAMES[Use.EVENT], *_NAMES[Use.ID][:-1]}
    return "events" if happened and names & {*_NAMES[Use.AT], "date"} else "people"


def suggest(columns: Mapping[str, Sequence[str]], *, people: bool) -> dict[str, Suggestion]:
    """What each column seems to be, from its name and some of its values; a use that is one column's is given once.

    >>> found = suggest({"Mail": ["a@b.org", "c@d.org"], "city": ["Leeds", ""]}, people=True)
    >>> [(each.use.value, each.confidence.value) for each in found.values()]
    [('email', 'sure'), ('keep', 'likely')]
    """
    taken: set[Use] = set()
    found: dict[str, Suggestion] = {}
    for column in sorted(columns, key=lambda name: _rank(name, people=people)):
        one = _suggested(column, [value for value in columns[column] if value], people=people)
        if one.use in taken:
            one = _kept("another column is that already")
        if one.use not in (Use.KEEP, Use.LEAVE_OUT, Use.CONSENT):
            taken.add(one.use)
        found[column] = one
    if people and Use.USER_ID not in taken:
        found |= {column: _likely(Use.USER_ID, "its name says so") for column in _ids(columns)[:1]}
    return {column: found[column] for column in columns}


def plain(column: str) -> str:
    """The column's name without case, spaces and marks."""
    return "".join(filter(str.isalnum, column.lower()))


def _ids(columns: Iterable[str]) -> list[str]:
    return [column for column in columns if plain(column) in {"id", "no", "number", "key"}]


def _rank(column: str, *, people: bool) -> int:
    """Columns whose names are the most telling come first."""
    names = [name for use in _NAMES for name in (_CHANGED if people and use is Use.AT else _NAMES[use])]
    return names.index(plain(column)) if plain(column) in names else len(names)


def _suggested(column: str, values: Sequence[str], *, people: bool) -> Suggestion:
    if not values:
        return Suggestion(use=Use.LEAVE_OUT, confidence=Confidence.SURE, because="it is empty")
    return (
        _contact(column, values)
        or _answer(column, values, people=people)
        or _by_name(column, values, people=people)
        or _kept("it says more about them" if people else "it says more about what happened")
    )


def _contact(column: str, values: Sequence[str]) -> Suggestion | None:
    name = plain(column)
    if _most(_EMAIL, values):
        return _sure(Use.EMAIL, f"{_count(_EMAIL, values)} of {len(values)} values looked at are e-mail addresses")
    if name in _PHONES or name.endswith(("phone", "mobile")):
        fits = _most(_PHONE, values)
        return _sure(Use.PHONE, "name and values say so") if fits else _kept("its name says phone, its values do not")
    return None


def _answer(column: str, values: Sequence[str], *, people: bool) -> Suggestion | None:
    """A consent: by its name, and where the values are few."""
    different = {value.strip().casefold() for value in values}
    if not people or len(different) > _FEW or not any(word in plain(column) for word in _CONSENT):
        return None
    if different <= _ANSWERS:
        return _likely(Use.CONSENT, "name and values say so; how you know it is yours to say")
    return Suggestion(use=Use.CONSENT, confidence=Confidence.GUESS, because="its name says so, and its values are few")


def _by_name(column: str, values: Sequence[str], *, people: bool) -> Suggestion | None:
    name = plain(column)
    if name in _NAMES[Use.USER_ID]:
        return _sure(Use.USER_ID, "its name says so")
    if name in _NAMES[Use.ANONYMOUS_ID]:
        return _likely(Use.ANONYMOUS_ID, "its name says so")
    if name in (_CHANGED if people else (*_NAMES[Use.AT], "date")) and _most(_TIME, values):
        return _sure(Use.AT, "name and values say so")
    if people:
        return None
    if name in _NAMES[Use.EVENT]:
        return _sure(Use.EVENT, "its name says so")
    return _likely(Use.ID, "its name says so") if name in _NAMES[Use.ID] else None


def _sure(use: Use, because: str) -> Suggestion:
    return Suggestion(use=use, confidence=Confidence.SURE, because=because)


def _likely(use: Use, because: str) -> Suggestion:
    return Suggestion(use=use, confidence=Confidence.LIKELY, because=because)


def _kept(because: str) -> Suggestion:
    return Suggestion(use=Use.KEEP, confidence=Confidence.LIKELY, because=because)


def _most(pattern: re.Pattern[str], values: Sequence[str]) -> bool:
    return _count(pattern, values) >= _MOST * len(values)


def _count(pattern: re.Pattern[str], values: Sequence[str]) -> int:
    return sum(1 for value in values if pattern.fullmatch(value.strip()))
