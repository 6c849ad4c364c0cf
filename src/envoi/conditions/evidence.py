"""Which events of a person count at a moment, and what is measured of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction
from operator import attrgetter
from typing import TYPE_CHECKING

from envoi.conditions.bound import Age, BoundProperty, EventLeaf
from envoi.conditions.facts import find, stored_form, traits_of
from envoi.conditions.tree import All, AnyOf, Function
from envoi.events.event import ABOUT_PEOPLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.clock import Instant
    from envoi.conditions.bound import BoundFilter, Events, FollowedLeaf, Held, Measure, NthLeaf, Quantity
    from envoi.conditions.facts import Facts
    from envoi.events.event import Stored, Value

_AT = attrgetter("event.at")


def evidence(events: Events, facts: Facts, at: Instant) -> list[Stored]:
    """The events that count at `at`, oldest first."""
    return passing(events, facts)[_window(events, facts, at)]


def passing(events: Events, facts: Facts) -> list[Stored]:
    """The events of that name that pass the filter, whenever they happened, oldest first."""
    if events not in facts.passing:
        facts.passing[events] = [one for one in facts.events.get(events.name, ()) if counts(events, one.event.props)]
    return facts.passing[events]


def counts(events: Events, props: Mapping[str, Value]) -> bool:
    """Whether an event of that name passes the filter."""
    if events.items:
        return any(_passes(events.where, props, item) for item in _items(events, props))
    return _passes(events.where, props, {})


def telling(key: str, facts: Facts) -> list[Stored]:
    """The events that said what this trait is, oldest first."""
    told = [one for name in ABOUT_PEOPLE for one in facts.events.get(name, ())]
    return sorted((one for one in told if key in traits_of(one.event)), key=attrgetter("event.at", "seq"))


def _window(events: Events, facts: Facts, at: Instant) -> slice:
    """Where among the events that pass those are that lie in the window at `at`."""
    found = passing(events, facts)
    first = 0 if events.far is None else bisect_right(found, at - events.far, key=_AT)
    end = bisect_right(found, at - events.near, key=_AT)
    if events.since is not None:
        first = max(first, bisect_left(found, events.since, key=_AT))
    if events.until is not None:
        end = min(end, bisect_left(found, events.until, key=_AT))
    if events.after is not None:
        before = passing(events.after, facts)
        first = max(first, bisect_right(found, before[-1].event.at, key=_AT)) if before else end
    return slice(first, end)


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


# -- measures


def measured(leaf: EventLeaf | Quantity, facts: Facts, at: Instant) -> Held:
    """The measure over the events in its window."""
    found = evidence(leaf.events, facts, at)
    match leaf.measure.function:
        case Function.COUNT:
            return len(found)
        case Age.OF_LAST:
            return at - found[-1].event.at if found else None
        case Age.OF_FIRST:
            return at - found[0].event.at if found else None
        case _:
            each = _values(leaf.events, leaf.measure, facts)[_window(leaf.events, facts, at)]
            return _folded(leaf.measure, [one for values in each for one in values])


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


def _values(events: Events, measure: Measure, facts: Facts) -> list[list[int | str]]:
    """What is measured of each event that passes, in their order."""
    found = facts.measured.get((events, measure))
    if found is None:
        found = [list(_of_event(events, measure, one.event.props)) for one in passing(events, facts)]
        facts.measured[events, measure] = found
    return found


def _of_event(events: Events, measure: Measure, props: Mapping[str, Value]) -> Iterator[int | str]:
    for row in _items(events, props) if measure.of_item else [props]:
        if measure.of_item and not _passes(events.where, props, row):
            continue
        found = stored_form(find(row, measure.path), measure.storage)
        if found is not None:
            yield found


# -- order


def nth(leaf: NthLeaf, facts: Facts, at: Instant) -> Stored | None:
    """The event in that place; None if there are not so many."""
    found = evidence(leaf.events, facts, at)
    if leaf.place < 0:
        return found[-1] if found else None
    return found[leaf.place - 1] if leaf.place <= len(found) else None


def followed(leaf: FollowedLeaf, facts: Facts, at: Instant) -> list[tuple[Stored, Stored | None]]:
    """The events that count as followed, each with the first that followed it; or as not followed, alone."""
    found: list[tuple[Stored, Stored | None]] = []
    for one in evidence(leaf.first, facts, at):
        then = _next(leaf, one, facts)
        if leaf.path and _same(leaf, one) is None:
            continue
        if leaf.happened and then is not None:
            found.append((one, then))
        elif not leaf.happened and then is None and one.event.at + (leaf.within or 0) <= at:
            found.append((one, None))
    return found


def _next(leaf: FollowedLeaf, first: Stored, facts: Facts) -> Stored | None:
    then = passing(leaf.then, facts)
    for one in then[bisect_right(then, first.event.at, key=_AT) :]:
        if leaf.within is not None and one.event.at > first.event.at + leaf.within:
            return None
        if not leaf.path or _same(leaf, one) == _same(leaf, first):
            return one
    return None


def _same(leaf: FollowedLeaf, one: Stored) -> int | str | None:
    return stored_form(find(one.event.props, leaf.path), leaf.storage)
