"""From a comparison as it is written to one with values as history holds them, or why they do not fit together."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from envoi.clock import instant
from envoi.conditions.bound import Check, Storage
from envoi.conditions.pattern import why_refused
from envoi.conditions.tree import Day, Literal, Op, Test
from envoi.errors import ConditionError, did_you_mean
from envoi.events.catalogue import Kind
from envoi.events.number import SCALE

if TYPE_CHECKING:
    from datetime import tzinfo

    from envoi.clock import Instant
    from envoi.events.catalogue import Property

_OF_TEXTS = (Op.CONTAINS, Op.STARTS, Op.ENDS, Op.MATCHES)
_OF_PRESENCE = (Op.MISSING, Op.PRESENT)
_OF_BOOLEANS = (Op.EQ, Op.NE, *_OF_PRESENCE)
_OF_CHOICES = (Op.EQ, Op.NE, Op.IN, Op.NOT_IN)
_STORAGE = {Kind.NUMBER: Storage.NUM, Kind.BOOLEAN: Storage.BOOL, Kind.TIME: Storage.TIME}
_HOW_TO_MATCH = 'write a regular expression of RE2, such as "^A-[0-9]+$"; a backslash is written once'
_HOW_TO_WRITE = {
    Kind.TEXT: 'texts go in quotes: "..."',
    Kind.NUMBER: "numbers go without quotes",
    Kind.BOOLEAN: "write true or false",
    Kind.TIME: "write a date without quotes: 2017-12-01",
    Kind.DATE: "write a date without quotes: 2017-12-01",
}


def storage(kind: Kind) -> Storage:
    """In which form values of this kind are held."""
    return _STORAGE.get(kind, Storage.TEXT)


def fitted(test: Test, planned: Property, name: str, zone: tzinfo) -> Check:
    """The test of a property or trait called `name`; a date without a time begins in `zone`.

    Raises:
        ConditionError: the property never holds such a value, or cannot be asked this.
    """
    kind = planned.kind
    if test.op in _OF_TEXTS and kind is not Kind.TEXT:
        raise ConditionError(f"'{test.op}' needs a text, and {name!r} is a {kind}")
    if kind is Kind.BOOLEAN and test.op not in _OF_BOOLEANS:
        raise ConditionError(f"{name!r} is true or false", hint=f"write {name} = true")
    for value in test.values if planned.one_of and test.op in _OF_CHOICES else ():
        if isinstance(value, str) and value not in planned.one_of:
            raise ConditionError(f"{name!r} is never {value!r}", hint=did_you_mean(value, planned.one_of))
    check = Check(test.op, tuple(_held(value, kind, name, zone) for value in test.values))
    if check.op is Op.MATCHES and (why := why_refused(str(check.values[0]))):
        raise ConditionError(f"{shown(test.values[0])} is not a pattern: {why}", hint=_HOW_TO_MATCH)
    return _ordered(check, test)


def fitted_number(test: Test, unit: int, *, most: int = (1 << 63) - 1) -> Check:
    """The test of a number that is held as so many `unit`ths, at most `most`; engines compare 64-bit integers.

    Raises:
        ConditionError: a number cannot be asked this, or is not compared with numbers.
    """
    if test.op in _OF_TEXTS:
        raise ConditionError(f"a number cannot be asked '{test.op}'")
    values = []
    for value in test.values:
        if not isinstance(value, Decimal):
            raise ConditionError(f"{shown(value)} is not a number", hint=_HOW_TO_WRITE[Kind.NUMBER])
        held = value * unit
        if held != int(held):
            raise ConditionError(f"{shown(value)} is not a whole number", hint="this is counted in whole numbers")
        if abs(held) > most:
            raise ConditionError(f"{shown(value)} is too large to compare with")
        values.append(int(held))
    return _ordered(Check(test.op, tuple(values)), test)


def single(planned: Property, name: str) -> Property:
    """The property itself, which holds one value.

    Raises:
        ConditionError: it holds a list of items.
    """
    if planned.kind is Kind.ITEMS:
        fields = ", ".join(f"{name}.{field}" for field in planned.fields)
        raise ConditionError(f"{name!r} is a list of items", hint=f"name a field of theirs: {fields}" if fields else "")
    return planned


def always_there(test: Test, what: str) -> Test:
    """The test itself, of something that is 0 where nothing happened.

    Raises:
        ConditionError: it asks whether that is missing.
    """
    if test.op in _OF_PRESENCE:
        raise ConditionError(f"{what} is never missing", hint="where nothing happened it is 0: write = 0")
    return test


def begins(day: Day, zone: tzinfo) -> Instant:
    """The instant that a date with a time names, or a date alone begins; without a zone of its own in `zone`."""
    at = datetime.fromisoformat(day.text)
    return instant(at if at.tzinfo else at.replace(tzinfo=zone))


def shown(value: Literal) -> str:
    """A value as an error names it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return f'"{value}"' if isinstance(value, str) else value.text


def _held(value: Literal, kind: Kind, name: str, zone: tzinfo) -> int | str:
    if kind is Kind.TEXT and isinstance(value, str):
        return value
    if kind is Kind.NUMBER and isinstance(value, Decimal):
        return int(value * SCALE)
    if kind is Kind.BOOLEAN and isinstance(value, bool):
        return int(value)
    if kind is Kind.TIME and isinstance(value, Day):
        return begins(value, zone)
    if kind is Kind.DATE and isinstance(value, Day) and "T" not in value.text:
        return value.text
    raise ConditionError(f"{name!r} is a {kind}, and {shown(value)} is not", hint=_HOW_TO_WRITE.get(kind, ""))


def _ordered(check: Check, test: Test) -> Check:
    if check.op is Op.BETWEEN and not check.passes(check.values[0]):
        between = " and ".join(map(shown, test.values))
        raise ConditionError(f"nothing lies between {between}", hint="write the smaller one first")
    return check
