"""From a condition to a formula over atoms: whatever is compared comes down to "at least so many", or nearly so.

An age is "none in the last ...", a greatest value is "one of at least ...", an average is by how much the values exceed
a mark in all: so a few kinds of slot answer every kind of condition.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.conditions.bound import (
    SOME,
    Age,
    AnniversaryLeaf,
    BoundProperty,
    Check,
    ComparedLeaf,
    DecayedLeaf,
    EventLeaf,
    Events,
    FollowedLeaf,
    Measure,
    Named,
    PointsLeaf,
    Storage,
    TraitLeaf,
)
from envoi.conditions.tree import All, AnyOf, Function, Not, Op
from envoi.segments.live.slots.again import Again
from envoi.segments.live.slots.anniversaries import Near
from envoi.segments.live.slots.base import Input, Read
from envoi.segments.live.slots.counts import Times
from envoi.segments.live.slots.distinct import Distinct
from envoi.segments.live.slots.fading import Faded
from envoi.segments.live.slots.sequences import Followed
from envoi.segments.live.slots.since import TimesSince
from envoi.segments.live.slots.since_sums import SumSince
from envoi.segments.live.slots.sums import Sum
from envoi.segments.live.slots.traits import Told

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.conditions.bound import Bound, BoundFilter, BoundLeaf, Quantity
    from envoi.segments.live.formula import Formula
    from envoi.segments.live.slots.asked import OfEvents

_ALWAYS: Formula = All(())
_NEVER: Formula = AnyOf(())


@dataclass(frozen=True, slots=True)
class _Scale:
    """Something that is compared with whole numbers."""

    #: It is so large, or larger.
    at_least: Callable[[int], Formula]
    #: It is larger.
    above: Callable[[int], Formula]
    #: It is not missing.
    there: Formula = _ALWAYS


def formula(condition: Bound) -> Formula:
    """The condition over atoms; a part with a name is one object wherever it is named, for many may be built on it."""
    known: dict[int, Formula] = {}

    def of(part: Bound) -> Formula:
        if isinstance(part, All):
            return All(tuple(of(one) for one in part.parts))
        if isinstance(part, AnyOf):
            return AnyOf(tuple(of(one) for one in part.parts))
        if isinstance(part, Not):
            return Not(of(part.part))
        if isinstance(part, Named):
            if id(part.part) not in known:
                known[id(part.part)] = of(part.part)
            return known[id(part.part)]
        return _leaf(part)

    return of(condition)


def _leaf(leaf: BoundLeaf) -> Formula:
    """The leaf over the atom that remembers least of what happened."""
    if isinstance(leaf, TraitLeaf):
        return Told(leaf.key, leaf.storage, leaf.check)
    if isinstance(leaf, AnniversaryLeaf):
        return Near(leaf.key, leaf.first, leaf.last, leaf.zone, leaf.check)
    scale = _scale(leaf)
    if scale is not None:
        return _compared(leaf.check, scale)
    if isinstance(leaf, FollowedLeaf) and leaf.check == SOME and leaf.first.after is None:
        return Followed(replace(leaf, text=""))
    if isinstance(leaf, EventLeaf):
        return Again(replace(leaf, text="", unit=1))
    return Again(replace(leaf, text=""))


def _scale(leaf: OfEvents) -> _Scale | None:
    """What the leaf compares, if a number says it all."""
    match leaf:
        case EventLeaf(events, measure) if events.after is None:
            asks_more = measure.function is Function.DISTINCT and events.near
            return None if asks_more else _SCALES[measure.function](events, measure)
        case EventLeaf(Events(after=Events(), far=None, near=0) as events, measure) if measure.function in _SINCE:
            return _SCALES[measure.function](events, measure)
        case PointsLeaf(parts) if _plain(parts):
            inputs = tuple(Input(events, points) for points, events in parts)
            return _whole(lambda least: Sum(inputs, least))
        case DecayedLeaf(parts, weights) if _plain(parts):
            inputs = tuple(Input(events, points) for points, events in parts)
            return _whole(lambda least: Faded(inputs, weights, least))
        case ComparedLeaf(left, right) if _adds_up(left) and _adds_up(right):
            # left / its unit against right / its unit, in whole numbers
            sides = (_amount(left, right.unit), _amount(right, -left.unit))
            return _whole(lambda least: Sum(sides, least))
    return None


def _plain(parts: tuple[tuple[int, Events], ...]) -> bool:
    return all(events.after is None for _, events in parts)


def _adds_up(side: Quantity) -> bool:
    return side.events.after is None and side.measure.function in (Function.COUNT, Function.SUM)


def _amount(side: Quantity, times: int) -> Input:
    counted = side.measure.function is Function.COUNT
    return Input(side.events, times if counted else Read(side.measure, above=0, times=times))


# -- what is measured of events, as a scale


def _whole(at_least: Callable[[int], Formula], there: Formula = _ALWAYS) -> _Scale:
    return _Scale(at_least, lambda mark: at_least(mark + 1), there)


def _times(events: Events, least: int) -> Formula:
    if least <= 0:
        return _ALWAYS
    if events.after is not None:
        return TimesSince(replace(events, after=None), events.after, least)
    # In a window that is closed at both ends all times matter, not a few: each counts one.
    return Sum((Input(events, 1),), least) if events.far and events.near else Times(events, least)


def _sums(events: Events, read: Read, least: int) -> Formula:
    if events.after is not None:
        return SumSince(replace(events, after=None), read, events.after, least)
    return Sum((Input(events, read),), least)


def _age_of_last(events: Events, _: Measure) -> _Scale:
    """The last one is younger than an age if one lies nearer than that."""

    def younger(age: int) -> Formula:
        far = age if events.far is None else min(age, events.far)
        return _times(replace(events, far=far), 1) if far > events.near else _NEVER

    return _whole(lambda age: Not(younger(age)), _times(events, 1))


def _age_of_first(events: Events, _: Measure) -> _Scale:
    """The first one has an age if one lies as far away as that."""

    def older(age: int) -> Formula:
        near = max(age, events.near)
        return _times(replace(events, near=near), 1) if events.far is None or near < events.far else _NEVER

    return _whole(older, _times(events, 1))


def _distinct(events: Events, measure: Measure) -> _Scale:
    return _whole(lambda least: Distinct(events, measure, least) if least > 0 else _ALWAYS)


def _sum(events: Events, measure: Measure) -> _Scale:
    return _whole(lambda least: _sums(events, Read(measure, above=0), least))


def _average(events: Events, measure: Measure) -> _Scale:
    def exceeds(mark: int, least: int) -> Formula:
        return _sums(events, Read(measure, above=mark), least)

    there = _times(_having(events, measure, Check(Op.PRESENT)), 1)
    return _Scale(lambda mark: exceeds(mark, 0), lambda mark: exceeds(mark, 1), there)


def _extreme(events: Events, measure: Measure) -> _Scale:
    """The greatest is at least a mark if one is; the smallest, if none is below."""

    def some(op: Op, mark: int) -> Formula:
        return _times(_having(events, measure, Check(op, (mark,))), 1)

    there = _times(_having(events, measure, Check(Op.PRESENT)), 1)
    if measure.function is Function.MAX:
        return _Scale(lambda mark: some(Op.GE, mark), lambda mark: some(Op.GT, mark), there)
    return _Scale(lambda mark: Not(some(Op.LT, mark)), lambda mark: Not(some(Op.LE, mark)), there)


def _having(events: Events, measure: Measure, check: Check) -> Events:
    """Those that have such a value, of line items in one that passes."""
    such = BoundProperty(measure.path, measure.of_item, Storage.NUM, check)
    where: BoundFilter = such if events.where is None else All((events.where, such))
    return replace(events, where=where)


_SCALES: dict[Function | Age, Callable[[Events, Measure], _Scale]] = {
    Function.COUNT: lambda events, _: _whole(lambda least: _times(events, least)),
    Function.DISTINCT: _distinct,
    Function.SUM: _sum,
    Function.AVERAGE: _average,
    Function.MIN: _extreme,
    Function.MAX: _extreme,
    Age.OF_LAST: _age_of_last,
    Age.OF_FIRST: _age_of_first,
}

#: What is measured of events since another one without a look at all of them.
_SINCE = (Function.COUNT, Function.SUM, Function.AVERAGE, Function.MIN, Function.MAX)

# -- what a check says of something on a scale


def _compared(check: Check, scale: _Scale) -> Formula:
    if check.op is Op.MISSING:
        return Not(scale.there)
    marks = [int(value) for value in check.values]
    return All((scale.there, _COMPARED[check.op](scale, marks)))


def _equal(scale: _Scale, mark: int) -> Formula:
    return All((scale.at_least(mark), Not(scale.above(mark))))


def _among(scale: _Scale, marks: list[int]) -> Formula:
    return AnyOf(tuple(_equal(scale, mark) for mark in marks))


_COMPARED: dict[Op, Callable[[_Scale, list[int]], Formula]] = {
    Op.EQ: lambda scale, marks: _equal(scale, marks[0]),
    Op.NE: lambda scale, marks: Not(_equal(scale, marks[0])),
    Op.LT: lambda scale, marks: Not(scale.at_least(marks[0])),
    Op.LE: lambda scale, marks: Not(scale.above(marks[0])),
    Op.GT: lambda scale, marks: scale.above(marks[0]),
    Op.GE: lambda scale, marks: scale.at_least(marks[0]),
    Op.BETWEEN: lambda scale, marks: All((scale.at_least(marks[0]), Not(scale.above(marks[1])))),
    Op.IN: _among,
    Op.NOT_IN: lambda scale, marks: Not(_among(scale, marks)),
    Op.PRESENT: lambda scale, marks: _ALWAYS,  # noqa: ARG005 - of what is there it is always true
}
