"""Filters and measures as functions of an event's properties: made once, called for every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import inf, nextafter
from typing import TYPE_CHECKING, Any

from envoi.conditions.bound import BoundProperty, Storage
from envoi.conditions.facts import find, stored_form
from envoi.conditions.tree import All, Not
from envoi.events.number import LARGEST, SCALE
from envoi.segments.live.slots.base import Keep

if TYPE_CHECKING:
    from envoi.conditions.bound import BoundFilter, Events, Measure
    from envoi.events.event import Value
    from envoi.segments.live.slots.base import Read

Props = Mapping[str, "Value"]
#: Finds a value and gives it in stored form, None if it is missing.
Find = Callable[[Props], int | str | None]
#: Says of an event's properties and one of its line items whether they pass.
Pass = Callable[[Props, Props], bool]

_NO_ITEM: Props = {}


def passing(events: Events) -> Callable[[Props], bool]:
    """Whether an event's properties pass the filter; where it speaks of line items, some item has to."""
    passes = _pass(events.where)
    if events.items:
        return lambda props: any(passes(props, item) for item in _items(events.items, props))
    return lambda props: passes(props, _NO_ITEM)


def reader(events: Events, read: Read | Keep) -> Callable[[Props], Any]:
    """What is taken from the properties of an event that passes; None if the event has none of it."""
    if isinstance(read, Keep):
        names = read.names
        return lambda props: {name: props[name] for name in names if name in props}
    values, above, times = _values(events, read.measure), read.above, read.times
    if above is None:
        return lambda props: values(props) or None

    def excess(props: Props) -> int | None:
        found = values(props)
        return (sum(found) - above * len(found)) * times if found else None

    return excess


def finder(path: str, storage: Storage) -> Find:
    """What finds the value at `path`; the common cases are written out, since they are most of the work."""
    if "." in path or storage not in (Storage.TEXT, Storage.NUM):
        return lambda props: stored_form(find(props, path), storage)

    def text(props: Props) -> str | None:
        value = props.get(path)
        return value if isinstance(value, str) else None

    def number(props: Props) -> int | str | None:
        value = props.get(path)
        if type(value) is float and -LARGEST <= value <= LARGEST:
            return round(value * SCALE)
        return stored_form(value, storage)

    return text if storage is Storage.TEXT else number


def first_float(millionths: int) -> float:
    """The smallest float that is held as so many millionths or more: comparing with it spares rounding every value.

    >>> from envoi.events.number import scaled
    >>> mark = first_float(9_990_000)
    >>> scaled(mark), scaled(nextafter(mark, -inf))
    (9990000, 9989999)
    """
    found = (millionths - 0.5) / SCALE
    while round(found * SCALE) >= millionths:
        found = nextafter(found, -inf)
    while round(found * SCALE) < millionths:
        found = nextafter(found, inf)
    return found


def _values(events: Events, measure: Measure) -> Callable[[Props], list[Any]]:
    """The values of an event that passes, or of each of its items that passes, in stored form."""
    found = finder(measure.path, measure.storage)
    if not measure.of_item:
        return lambda props: [value] if (value := found(props)) is not None else []
    passes = _pass(events.where)

    def of_items(props: Props) -> list[Any]:
        values = [found(item) for item in _items(events.items, props) if passes(props, item)]
        return [value for value in values if value is not None]

    return of_items


def _items(path: str, props: Props) -> Iterable[Props]:
    items = find(props, path)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else ()


def _pass(part: BoundFilter | None) -> Pass:
    if part is None:
        return lambda props, item: True  # noqa: ARG005
    if isinstance(part, BoundProperty):
        found, passes = finder(part.path, part.storage), part.check.passes
        return (lambda _, item: passes(found(item))) if part.of_item else (lambda props, _: passes(found(props)))
    if isinstance(part, Not):
        inner = _pass(part.part)
        return lambda props, item: not inner(props, item)
    parts, every = [_pass(one) for one in part.parts], all if isinstance(part, All) else any
    return lambda props, item: every(one(props, item) for one in parts)
