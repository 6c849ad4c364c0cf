"""A value made into what the tracking plan says it is, or the reason why it cannot be."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING

from envoi.clock import instant, iso
from envoi.events.catalogue import Kind
from envoi.events.number import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.events.catalogue import Property
    from envoi.events.event import Value

    Convert = Callable[[object], Value]

#: A value nested deeper than this is no record of something that happened, but a mistake or an attack.
DEEPEST = 32
#: The most keys of one object: a plan has dozens, so thousands are ids used as names.
MOST_KEYS = 10_000

_LEAST = -LARGEST
_LEAST_FLOAT, _LARGEST_FLOAT = float(_LEAST), float(LARGEST)
#: Whole numbers from here on are not all there in floating point, and from there on in no store.
_EXACT, _LONGEST = 1 << 53, 1 << 64
_SHOWN = 60
_NUMERAL = re.compile(r"(?P<whole>[+-]?\d+)|[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class Unfit(ValueError):
    """A value is not what it should be: the reason to set its record aside. Cleaning raises and catches it.

    >>> print(Unfit("should be a number", "n/a").within("price").within("products"))
    'products.price' should be a number: 'n/a'
    """

    def __init__(self, should: str, *found: object) -> None:
        """Takes what is wrong, and the value if it helps to see it: reasons that differ only in it count as one."""
        super().__init__(should, *found)
        self.should = should
        self.found = found
        self.path: tuple[str, ...] = ()

    def within(self, name: str) -> Unfit:
        """The same reason, about what `name` holds."""
        self.path = (name, *self.path)
        return self

    def __str__(self) -> str:
        """One sentence: where, what, the value."""
        where = f"'{'.'.join(self.path)}' " if self.path else ""
        return where + self.should + "".join(f": {shown(value)}" for value in self.found)


def shown(value: object) -> str:
    """A value as a reason shows it, shortened.

    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'"
    """
    if isinstance(value, str):
        return repr(value[:_SHOWN] + "..." if len(value) > _SHOWN else value)
    if isinstance(value, float) or (isinstance(value, int) and abs(value) < _LONGEST):
        return repr(value)
    return f"a value of type {type(value).__name__}"


def number(value: object) -> int | float:
    """A number that history can count with, or text that spells one.

    >>> number(" 12.50 "), number("3"), number(7)
    (12.5, 3, 7)
    """
    # Nearly every number ends here; comparing like with like halves the time it takes.
    if type(value) is float and _LEAST_FLOAT <= value <= _LARGEST_FLOAT:
        return value
    if type(value) is int and _LEAST <= value <= LARGEST:
        return value
    found = numeral(value)
    if _LEAST <= found <= LARGEST:
        return found
    raise Unfit(f"should be a number up to {LARGEST:,}", value)


def numeral(value: object) -> int | float:
    """A number of any size, or text that spells one; a thousands separator is no part of one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and (spelled := _NUMERAL.fullmatch(value.strip())):
        found = float(spelled[0])
        return int(found) if spelled["whole"] and abs(found) < _EXACT else found
    raise Unfit("should be a number", value)


def text(value: object) -> str:
    """Text, or what a number or a boolean reads as; a whole number has no decimal point.

    >>> text(17850.0), text(2.5), text(True), text("as it is")
    ('17850', '2.5', 'true', 'as it is')
    """
    if type(value) is str:
        return value if value.isascii() else _encodable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, int) and abs(value) < _LONGEST:
        return str(value)
    raise Unfit("should be text", value)


def boolean(value: object) -> bool:
    """A boolean, or what people write for one: true, false, yes, no, 1, 0.

    >>> boolean("Yes"), boolean(0)
    (True, False)
    """
    if type(value) is bool:
        return value
    found = _BOOLEANS.get(text(value).strip().lower()) if isinstance(value, str | int | float) else None
    if found is None:
        raise Unfit("should be true or false", value)
    return found


def time(value: object) -> str:
    """An instant in one spelling.

    >>> time("2017-12-01 10:00+01:00")
    '2017-12-01T09:00:00Z'
    """
    if not isinstance(value, str):
        raise Unfit("should be a time as 2017-12-01T09:00:00Z", value)
    try:
        at = datetime.fromisoformat(value.strip())
        if at.tzinfo is not None:
            return iso(instant(at))
    except (ValueError, OverflowError):
        raise Unfit("should be a time as 2017-12-01T09:00:00Z", value) from None
    raise Unfit("should be a time with a time zone, as 2017-12-01T09:00:00Z", value)


def day(value: object) -> str:
    """A day; of a time, the day where it was written.

    >>> day("1984-02-29"), day("1984-02-29T23:59:00-08:00")
    ('1984-02-29', '1984-02-29')
    """
    if isinstance(value, str):
        try:
            return date.isoformat(datetime.fromisoformat(value.strip()).date())
        except ValueError:
            pass
    raise Unfit("should be a day as 2017-12-01", value)


def anything(value: object, depth: int = DEEPEST) -> Value:
    """A value of JSON as it is, up to `depth` levels deep."""
    if isinstance(value, str):
        return text(value)
    if value is None or (isinstance(value, int) and abs(value) < _LONGEST):
        return value
    if isinstance(value, float) and isfinite(value):
        return value
    if depth == 0:
        raise Unfit(f"should be at most {DEEPEST} levels deep")
    if isinstance(value, dict):
        if len(value) > MOST_KEYS:
            raise _too_many_keys()
        return {named(name): anything(inner, depth - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [anything(inner, depth - 1) for inner in value]
    raise Unfit("should be a value that JSON has", value)


def named(name: object) -> str:
    """The name of a property.

    >>> named("total")
    'total'
    """
    if not isinstance(name, str) or not name:
        raise Unfit("should be a name of a property", name)
    if "\0" in name:
        raise Unfit("should be a name without the character NUL", name)
    return text(name)


class Fields:
    """Makes the fields of an event, a line item or a profile into what their plan says; what is not planned stays."""

    def __init__(self, plan: Mapping[str, Property]) -> None:
        """Compiles the plan: from here on a field costs one look-up and one call."""
        self._planned = {name: converter(prop) for name, prop in plan.items()}
        self._required = tuple(name for name, prop in plan.items() if prop.required)
        #: What is planned, and what was met beside it.
        self._converters = dict(self._planned)

    def __call__(self, values: Mapping[str, object]) -> dict[str, Value]:
        """The fields as planned; one that is null stays so, unless it is required.

        Raises:
            Unfit: a field cannot be what it should be, or a required one is missing.
        """
        if len(values) > MOST_KEYS:
            raise _too_many_keys()
        converters = self._converters
        cleaned: dict[str, Value] = {}
        name = ""
        try:
            for name, value in values.items():
                if name not in converters:
                    self._admit(name)
                cleaned[name] = None if value is None else converters[name](value)
        except Unfit as unfit:
            raise unfit.within(shown(name)[1:-1]) from None
        for name in self._required:
            if cleaned.get(name) is None:
                raise Unfit("is required, and it is missing").within(name)
        return cleaned

    def _admit(self, name: str) -> None:
        """Lets a field that is not planned pass; too many to remember are made up by a program, and forgotten."""
        if len(self._converters) > MOST_KEYS + len(self._planned):
            self._converters.clear()
            self._converters.update(self._planned)
        self._converters[named(name)] = anything


def converter(prop: Property) -> Convert:
    """What makes a value into this property."""
    if prop.kind is Kind.ITEMS:
        return partial(_items, Fields(prop.fields))
    if prop.kind is Kind.TEXT and prop.one_of:
        return partial(_choice, frozenset(prop.one_of), ", ".join(repr(each) for each in prop.one_of))
    return _CONVERTERS[prop.kind]


_CONVERTERS: dict[Kind, Convert] = {
    Kind.TEXT: text,
    Kind.NUMBER: number,
    Kind.BOOLEAN: boolean,
    Kind.TIME: time,
    Kind.DATE: day,
}


def _choice(allowed: frozenset[str], listed: str, value: object) -> str:
    chosen = text(value)
    if chosen in allowed:
        return chosen
    raise Unfit(f"should be one of {listed}", value)


def _items(fields: Fields, value: object) -> list[Value]:
    if not isinstance(value, list):
        raise Unfit("should be a list of items", value)
    items: list[Value] = []
    for item in value:
        if not isinstance(item, dict):
            raise Unfit("should be a list of items, each with fields", item)
        items.append(fields(item))
    return items


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Unfit("should be text without halves of surrogate pairs", value) from None
    return value


def _too_many_keys() -> Unfit:
    return Unfit(f"should have at most {MOST_KEYS:,} keys: ids belong in values, not in names")
