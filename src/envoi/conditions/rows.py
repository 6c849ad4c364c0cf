"""The judge of one person: whether a condition holds now, and when time alone would next change that."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING, assert_never

from envoi.clock import Instant
from envoi.conditions.bound import Age, BoundProperty, EventLeaf, Named, PointsLeaf
from envoi.conditions.facts import find, stored_form
from envoi.conditions.tree import All, AnyOf, Function, Not

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.conditions.bound import Bound, BoundFilter, BoundLeaf, Events, Held, Measure
    from envoi.conditions.facts import Facts
    from envoi.events.event import Stored, Value

_AT = attrgetter("event.at")


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a condition holds, and until when if nothing more happens; None: for ever."""

    holds: bool
    until: Instant | None


def judge(condition: Bound, facts: Facts) -> Judgement:
    """Judges the person at `facts.now`."""
    holds = holds_at(condition, facts, facts.now)
    turning = sorted(set(turning_points(condition, facts)))
    return Judgement(holds, next((at for at in turning if holds_at(condition, facts, at) != holds), None))


def holds_at(condition: Bound, facts: Facts, at: Instant) -> bool:
    """Whether the condition would hold at `at`, at or after `facts.now`, if nothing more happened until then."""
    if isinstance(condition, All):
        return all(holds_at(part, facts, at) for part in condition.parts)
    if isinstance(condition, AnyOf):
        return any(holds_at(part, facts, at) for part in condition.parts)
    if isinstance(condition, Not):
        return not holds_at(condition.part, facts, at)
    if isinstance(condition, Named):
        return holds_at(condition.part, facts, at)
    return condition.check.passes(value(condition, facts, at))


def value(leaf: BoundLeaf, facts: Facts, at: Instant) -> Held:
    """What the leaf compares, at `at`, in stored form; None if it is missing."""
    if isinstance(leaf, EventLeaf):
        return measured(leaf, facts, at)
    if isinstance(leaf, PointsLeaf):
        return sum(points * len(evidence(events, facts, at)) for points, events in leaf.parts)
    return stored_form(facts.traits.get(leaf.key), leaf.storage)


def measured(leaf: EventLeaf, facts: Facts, at: Instant) -> Held:
    """The leaf's measure over the events in its window."""
    found = evidence(leaf.events, facts, at)
    match leaf.measure.function:
        case Function.COUNT:
            return len(found)
        case Age.OF_LAST:
            return at - found[-1].event.at if found else None
        case Age.OF_FIRST:
            return at - found[0].event.at if found else None
        case Function.SUM | Function.AVERAGE | Function.MIN | Function.MAX | Function.DISTINCT:
            each = _values(leaf, facts)[_window(leaf.events, facts, at)]
            return _folded(leaf.measure, [one for values in each for one in values])
        case _:
            assert_never(leaf.measure.function)


def _folded(measure: Measure, values: list[int | str]) -> Held:
    if measure.function is Function.DISTINCT:
        return len(set(values))
    numbers = [one for one in values if isinstance(one, int)]
    if measure.function is Function.SUM:
        return sum(numbers)
    if not numbers:
        return None
    if measure.function is Function.AVERAGE:
        return Fraction(sum(numbers), len(numbers))
    return min(numbers) if measure.function is Function.MIN else max(numbers)


def _values(leaf: EventLeaf, facts: Facts) -> list[list[int | str]]:
    """What is measured of each event that passes, in their order."""
    if leaf not in facts.measured:
        facts.measured[leaf] = [list(_of_event(leaf, one.event.props)) for one in _passing(leaf.events, facts)]
    return facts.measured[leaf]


def _of_event(leaf: EventLeaf, props: Mapping[str, Value]) -> Iterator[int | str]:
    rows = _items(leaf.events, props) if leaf.measure.of_item else [props]
    for row in rows:
        if leaf.measure.of_item and not _passes(leaf.events.where, props, row):
            continue
        found = stored_form(find(row, leaf.measure.path), leaf.measure.storage)
        if found is not None:
            yield found


def evidence(events: Events, facts: Facts, at: Instant) -> list[Stored]:
    """The events that count at `at`, oldest first."""
    return _passing(events, facts)[_window(events, facts, at)]


def _window(events: Events, facts: Facts, at: Instant) -> slice:
    """Where among the events that pass those are that lie in the window at `at`."""
    found = _passing(events, facts)
    first = 0 if events.far is None else bisect_right(found, at - events.far, key=_AT)
    end = bisect_right(found, at - events.near, key=_AT)
    if events.since is not None:
        first = max(first, bisect_left(found, events.since, key=_AT))
    if events.until is not None:
        end = min(end, bisect_left(found, events.until, key=_AT))
    return slice(first, end)


def _passing(events: Events, facts: Facts) -> list[Stored]:
    """The events of that name that pass the filter, whenever they happened, oldest first."""
    if events not in facts.passing:
        facts.passing[events] = [one for one in facts.events.get(events.name, ()) if _counts(events, one.event.props)]
    return facts.passing[events]


def _counts(events: Events, props: Mapping[str, Value]) -> bool:
    if events.items:
        return any(_passes(events.where, props, item) for item in _items(events, props))
    return _passes(events.where, props, {})


def _items(events: Events, props: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    items = find(props, events.items)
    return (item for item in items if isinstance(item, dict)) if isinstance(items, list) else iter(())


def _passes(part: BoundFilter | None, props: Mapping[str, Value], item: Mapping[str, Value]) -> bool:
    if part is None:
        return True
    if isinstance(part, BoundProperty):
        return part.check.passes(stored_form(find(item if part.of_item else props, part.path), part.storage))
    if isinstance(part, All):
        return all(_passes(one, props, item) for one in part.parts)
    if isinstance(part, AnyOf):
        return any(_passes(one, props, item) for one in part.parts)
    return not _passes(part.part, props, item)


def turning_points(condition: Bound, facts: Facts) -> Iterator[Instant]:
    """The instants after `facts.now` at which some leaf may change by time alone, in no order."""
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from turning_points(part, facts)
    elif isinstance(condition, Not | Named):
        yield from turning_points(condition.part, facts)
    elif isinstance(condition, EventLeaf):
        yield from _edges(condition.events, facts)
        if isinstance(condition.measure.function, Age):
            yield from _birthdays(condition, facts)
    elif isinstance(condition, PointsLeaf):
        for _, events in condition.parts:
            yield from _edges(events, facts)


def _edges(events: Events, facts: Facts) -> Iterator[Instant]:
    """When each event comes into the window, and when it leaves it."""
    for stored in _passing(events, facts):
        for edge in (events.near, events.far):
            if edge and stored.event.at + edge > facts.now:
                yield Instant(stored.event.at + edge)


def _birthdays(leaf: EventLeaf, facts: Facts) -> Iterator[Instant]:
    """When an age reaches a value of the check, and the first instant beyond it."""
    for stored in _passing(leaf.events, facts):
        for age in leaf.check.values:
            for past in (0, 1):
                at = stored.event.at + int(age) + past
                if at > facts.now:
                    yield Instant(at)
