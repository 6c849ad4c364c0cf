"""A condition with every name looked up and every value in the form that history holds: what all judges judge.

Equal leaves are equal values here, however they were written, so judges can share what they know of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from envoi.conditions.pattern import found_in
from envoi.conditions.tree import All, AnyOf, Function, Not, Op

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import tzinfo

#: A value in stored form, None if it is missing; an average is an exact fraction of them.
Held = int | str | Fraction | None


class Storage(StrEnum):
    """How a value is held; a value of another sort is missing."""

    #: Numbers in whole millionths.
    NUM = "num"
    #: 1 and 0.
    BOOL = "bool"
    #: Microseconds, in the column of numbers.
    TIME = "time"
    #: As it is; a day as ISO 8601.
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Check:
    """A comparison with stored values; with a missing value only `is missing` holds."""

    op: Op
    values: tuple[int | str, ...] = ()

    def passes(self, value: Held) -> bool:
        """Whether `value`, in stored form, passes.

        >>> Check(Op.BETWEEN, (1, 3)).passes(3), Check(Op.NE, (1,)).passes(None), Check(Op.MISSING).passes(None)
        (True, False, True)
        """
        if value is None or self.op is Op.MISSING:
            return value is None and self.op is Op.MISSING
        return _OPS[self.op](value, self.values)


# Any: binding made sure that both sides are of one sort.
_OPS: dict[Op, Callable[[Any, Any], bool]] = {
    Op.EQ: lambda value, to: value == to[0],
    Op.NE: lambda value, to: value != to[0],
    Op.LT: lambda value, to: value < to[0],
    Op.LE: lambda value, to: value <= to[0],
    Op.GT: lambda value, to: value > to[0],
    Op.GE: lambda value, to: value >= to[0],
    Op.BETWEEN: lambda value, to: to[0] <= value <= to[1],
    Op.IN: lambda value, to: value in to,
    Op.NOT_IN: lambda value, to: value not in to,
    Op.CONTAINS: lambda value, to: to[0] in value,
    Op.STARTS: lambda value, to: value.startswith(to[0]),
    Op.ENDS: lambda value, to: value.endswith(to[0]),
    Op.MATCHES: lambda value, to: found_in(to[0], value),
    Op.PRESENT: lambda value, to: True,  # noqa: ARG005 - a missing value never comes here
}


@dataclass(frozen=True, slots=True)
class BoundProperty:
    """A test of one property of an event, or of one field of its line items."""

    #: The property, or within line items the field.
    path: str
    #: True if `path` is a field of the line items that the scope speaks of.
    of_item: bool
    storage: Storage
    check: Check


BoundFilter = All["BoundFilter"] | AnyOf["BoundFilter"] | Not["BoundFilter"] | BoundProperty


@dataclass(frozen=True, slots=True)
class Events:
    """Which events count at `now`: those called `name`, passing `where`, in the window.

    The window is now - far < at <= now - near, since <= at < until, and later than the person's last event of `after`;
    None leaves an end open. After an event that never happened there is nothing.
    """

    name: str
    where: BoundFilter | None = None
    #: The list property whose line items `where` or the measure speaks of; an event passes if some item does.
    items: str = ""
    far: int | None = None
    near: int = 0
    since: int | None = None
    until: int | None = None
    #: Without a window of its own.
    after: Events | None = None


class Age(StrEnum):
    """How long ago, in microseconds; missing if there was none."""

    OF_LAST = "age of last"
    OF_FIRST = "age of first"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is computed over the events; COUNT and the ages need no path."""

    function: Function | Age
    path: str = ""
    #: True if the line items are measured, not the events.
    of_item: bool = False
    storage: Storage = Storage.NUM


@dataclass(frozen=True, slots=True)
class EventLeaf:
    """A measure of a person's events, compared; over no events counts and sums are 0, all else is missing."""

    events: Events
    measure: Measure
    check: Check
    #: How it is written.
    text: str = field(default="", compare=False)
    #: What people count in: so many of what the measure counts make one.
    unit: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class PointsLeaf:
    """Points given for events, added up in millionths and compared; over no events they are 0."""

    parts: tuple[tuple[int, Events], ...]
    check: Check
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class TraitLeaf:
    """The latest value of a trait, compared."""

    key: str
    storage: Storage
    check: Check
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class DecayedLeaf:
    """Points that lose their worth: each times its weight in millionths, added up and compared; over no events 0."""

    parts: tuple[tuple[int, Events], ...]
    #: By the age of the event in whole days; beyond the last it is worth nothing.
    weights: tuple[int, ...]
    check: Check
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measure of a person's events, as an amount of `unit`s."""

    events: Events
    measure: Measure
    unit: int


@dataclass(frozen=True, slots=True)
class ComparedLeaf:
    """The difference of two quantities, compared with 0; missing if one of them is."""

    left: Quantity
    right: Quantity
    check: Check
    text: str = field(default="", compare=False)


#: Holds for 1 and more: how often something is so, or 1 for true.
SOME = Check(Op.GE, (1,))


@dataclass(frozen=True, slots=True)
class FollowedLeaf:
    """How many of `first` were followed by `then`: later, by at most `within`, with an equal value at `path`, if given.

    If it must not have happened: how many were not, the time for it having passed. Without that value none counts.
    """

    first: Events
    #: Without a window.
    then: Events
    happened: bool
    path: str = ""
    storage: Storage = Storage.TEXT
    within: int | None = None
    check: Check = SOME
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class NthLeaf:
    """Whether the event at this place passes a filter, 1 or 0; missing if there are not so many."""

    events: Events
    #: From 1, or -1 for the last; what arrived later is later.
    place: int
    #: Events of that name that pass it.
    had: Events
    check: Check = SOME
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AnniversaryLeaf:
    """Whether the anniversary of the day in a trait is among these days, 1 or 0; missing without a day.

    The days count from the person's own today, `last` included; in the zone of the trait `time_zone`, else in `zone`.
    """

    key: str
    first: int
    last: int
    zone: tzinfo
    check: Check = SOME
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Named:
    """A part that people know by a name: a segment, a tier; bound once, it is one object wherever it is named."""

    text: str
    part: Bound


BoundLeaf = EventLeaf | PointsLeaf | DecayedLeaf | ComparedLeaf | FollowedLeaf | NthLeaf | TraitLeaf | AnniversaryLeaf
Bound = All["Bound"] | AnyOf["Bound"] | Not["Bound"] | Named | BoundLeaf


def leaves(condition: Bound) -> Iterator[BoundLeaf]:
    """The leaves of a condition; those of a named part once, however often it is named."""
    opened: set[int] = set()
    waiting = [condition]
    while waiting:
        part = waiting.pop()
        if isinstance(part, All | AnyOf):
            waiting += reversed(part.parts)
        elif isinstance(part, Not):
            waiting.append(part.part)
        elif not isinstance(part, Named):
            yield part
        elif id(part.part) not in opened:
            opened.add(id(part.part))
            waiting.append(part.part)
