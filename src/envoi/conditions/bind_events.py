"""The leaves about events, bound: how often, how much, how recently, in what order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from envoi.conditions.bind_values import always_there, fitted_number, storage
from envoi.conditions.bound import (
    Age,
    Check,
    ComparedLeaf,
    EventLeaf,
    Events,
    FollowedLeaf,
    Measure,
    NthLeaf,
    Quantity,
    Storage,
)
from envoi.conditions.reader import LONGEST
from envoi.conditions.tree import Amount, Compared, Did, Followed, Function, Measured, Nth, Scope, Since, Span
from envoi.conditions.written import written
from envoi.errors import ConditionError
from envoi.events.catalogue import Kind
from envoi.events.number import SCALE

if TYPE_CHECKING:
    from envoi.conditions.bind_scope import Scoped
    from envoi.conditions.tree import Deed

_OVER_NOTHING_0 = (Function.COUNT, Function.DISTINCT, Function.SUM)


def happened(leaf: Deed, scoped: Scoped) -> EventLeaf | ComparedLeaf | FollowedLeaf | NthLeaf:
    """The leaf in the form that judges take.

    Raises:
        ConditionError: a name that is not in the plan, or a value that does not fit.
    """
    match leaf:
        case Did():
            check = fitted_number(leaf.times, 1)
            return EventLeaf(scoped.events(leaf.scope), Measure(Function.COUNT), check, written(leaf))
        case Since():
            return _since(leaf, scoped)
        case Measured():
            if leaf.function in _OVER_NOTHING_0:
                always_there(leaf.test, f"a {leaf.function}")
            found = _quantity(Amount(leaf.function, leaf.scope, leaf.path), scoped)
            check = fitted_number(leaf.test, found.unit)
            return EventLeaf(found.events, found.measure, check, written(leaf), found.unit)
        case Compared():
            left, right = _quantity(leaf.left, scoped), _quantity(leaf.right, scoped)
            return ComparedLeaf(left, right, Check(leaf.op, (0,)), written(leaf))
        case Followed():
            return _followed(leaf, scoped)
        case Nth():
            had = scoped.events(Scope(leaf.scope.event, leaf.had, None, leaf.scope.at))
            return NthLeaf(scoped.events(leaf.scope), leaf.place, had, text=written(leaf))


def _since(leaf: Since, scoped: Scoped) -> EventLeaf:
    unit = Span(1, leaf.unit).micros
    check = fitted_number(leaf.test, unit, most=LONGEST.micros)
    measure = Measure(Age.OF_FIRST if leaf.first else Age.OF_LAST)
    return EventLeaf(scoped.events(leaf.scope), measure, check, written(leaf), unit)


def _quantity(amount: Amount, scoped: Scoped) -> Quantity:
    with scoped.at(amount.scope.at):
        events = scoped.events(amount.scope, amount.path)
        if amount.function is Function.COUNT:
            return Quantity(events, Measure(Function.COUNT), 1)
        plan = scoped.plan(amount.scope.event)
        planned = scoped.planned(plan, amount.path)
        if amount.function is not Function.DISTINCT and planned.kind is not Kind.NUMBER:
            raise ConditionError(f"{amount.function} needs a number, and {amount.path!r} is a {planned.kind}")
        items, path = plan.split(amount.path)
        measure = Measure(amount.function, path, bool(items), storage(planned.kind))
        return Quantity(events, measure, 1 if amount.function is Function.DISTINCT else SCALE)


def _followed(leaf: Followed, scoped: Scoped) -> FollowedLeaf:
    first, then = scoped.events(leaf.first), scoped.events(leaf.then)
    found = FollowedLeaf(first, then, leaf.happened, text=written(leaf))
    if leaf.within is not None:
        found = replace(found, within=leaf.within.micros)
    return replace(found, path=leaf.same, storage=_shared(leaf, first, then, scoped)) if leaf.same else found


def _shared(leaf: Followed, first: Events, then: Events, scoped: Scoped) -> Storage:
    """How both events hold the property that must be the same."""
    held = set()
    for scope, events in ((leaf.first, first), (leaf.then, then)):
        with scoped.at(scope.at):
            plan = scoped.plan(events.name)
            planned = scoped.planned(plan, leaf.same)
            if plan.split(leaf.same)[0]:
                raise ConditionError(f"{leaf.same!r} is a field of items", hint="name a property of the event itself")
            held.add(storage(planned.kind))
    if len(held) > 1:
        raise ConditionError(f'{leaf.same!r} is not of one kind in "{first.name}" and "{then.name}"')
    return held.pop()
