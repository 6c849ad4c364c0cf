"""The judge of one person: whether a condition holds now, and when time alone would next change that."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from envoi.clock import Instant
from envoi.conditions import calendar
from envoi.conditions.bound import (
    Age,
    AnniversaryLeaf,
    BoundLeaf,
    ComparedLeaf,
    DecayedLeaf,
    EventLeaf,
    FollowedLeaf,
    Named,
    NthLeaf,
    PointsLeaf,
    TraitLeaf,
    leaves,
)
from envoi.conditions.decay import DAY
from envoi.conditions.evidence import counts, evidence, followed, measured, nth, passing
from envoi.conditions.facts import stored_form
from envoi.conditions.tree import All, AnyOf, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import tzinfo

    from envoi.conditions.bound import Bound, Events, Held
    from envoi.conditions.facts import Facts


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
    return _Moment(facts, at, {}).holds(condition)


@dataclass(frozen=True, slots=True)
class _Moment:
    facts: Facts
    at: Instant
    #: Of each named part, by the object it is: many may be built on one.
    known: dict[int, bool]

    def holds(self, condition: Bound) -> bool:
        if isinstance(condition, All):
            return all(self.holds(part) for part in condition.parts)
        if isinstance(condition, AnyOf):
            return any(self.holds(part) for part in condition.parts)
        if isinstance(condition, Not):
            return not self.holds(condition.part)
        if isinstance(condition, Named):
            name = id(condition.part)
            if name not in self.known:
                self.known[name] = self.holds(condition.part)
            return self.known[name]
        return condition.check.passes(value(condition, self.facts, self.at))


def value(leaf: BoundLeaf, facts: Facts, at: Instant) -> Held:
    """What the leaf compares, at `at`, in stored form; None if it is missing."""
    return _KINDS[type(leaf)].value(leaf, facts, at)


def turning_points(condition: Bound, facts: Facts) -> Iterator[Instant]:
    """The instants after `facts.now` at which some leaf may change by time alone, in no order."""
    for leaf in leaves(condition):
        for at in _KINDS[type(leaf)].turning(leaf, facts):
            if at > facts.now:
                yield Instant(at)


def _after(events: Events, facts: Facts, spans: Iterable[int] = ()) -> Iterator[int]:
    """When each event comes into the window, when it leaves it, and so long after each."""
    edges = [edge for edge in (events.near, events.far, *spans) if edge]
    return (one.event.at + edge for one in passing(events, facts) for edge in edges)


# -- each kind of leaf: what it compares, and when time alone may change that


def _of_events(leaf: EventLeaf, facts: Facts) -> Iterator[int]:
    ages = leaf.check.values if isinstance(leaf.measure.function, Age) else ()
    # An age reaches a value of the check, and passes it an instant later.
    return _after(leaf.events, facts, [int(age) + past for age in ages for past in (0, 1)])


def _points(leaf: PointsLeaf, facts: Facts, at: Instant) -> int:
    return sum(points * len(evidence(events, facts, at)) for points, events in leaf.parts)


def _faded_points(leaf: DecayedLeaf, facts: Facts, at: Instant) -> int:
    return sum(points * _worth(leaf, events, facts, at) for points, events in leaf.parts)


def _worth(leaf: DecayedLeaf, events: Events, facts: Facts, at: Instant) -> int:
    """The weights of the events that count, added up."""
    ages = ((at - one.event.at) // DAY for one in evidence(events, facts, at))
    return sum(leaf.weights[age] for age in ages if age < len(leaf.weights))


def _of_scheme(leaf: PointsLeaf | DecayedLeaf, facts: Facts) -> Iterator[int]:
    days = range(1, len(leaf.weights) + 1) if isinstance(leaf, DecayedLeaf) else ()
    for _, events in leaf.parts:
        yield from _after(events, facts, [DAY * age for age in days])


def _difference(leaf: ComparedLeaf, facts: Facts, at: Instant) -> Fraction | None:
    left, right = (measured(side, facts, at) for side in (leaf.left, leaf.right))
    if not (isinstance(left, int | Fraction) and isinstance(right, int | Fraction)):
        return None
    return Fraction(left) / leaf.left.unit - Fraction(right) / leaf.right.unit


def _of_sides(leaf: ComparedLeaf, facts: Facts) -> Iterator[int]:
    yield from _after(leaf.left.events, facts)
    yield from _after(leaf.right.events, facts)


def _had(leaf: NthLeaf, facts: Facts, at: Instant) -> int | None:
    found = nth(leaf, facts, at)
    return None if found is None else int(counts(leaf.had, found.event.props))


def _celebrates(leaf: AnniversaryLeaf, facts: Facts, at: Instant) -> int | None:
    mark = calendar.mark(facts.traits.get(leaf.key))
    day = calendar.today(at, zone(leaf, facts))
    return None if mark is None else int(mark in calendar.marks(day, leaf.first, leaf.last))


def _of_days(leaf: AnniversaryLeaf, facts: Facts) -> Iterator[int]:
    mark, place = calendar.mark(facts.traits.get(leaf.key)), zone(leaf, facts)
    for day in calendar.turns(mark or "", leaf.first, leaf.last, calendar.today(facts.now, place)):
        yield calendar.begins(day, place)


def zone(leaf: AnniversaryLeaf, facts: Facts) -> tzinfo:
    """Where the person lives, or else where the project is."""
    return calendar.zone_called(facts.traits.get(calendar.TIME_ZONE), leaf.zone)


@dataclass(frozen=True, slots=True)
class _Kind:
    # Any: each is called with the leaf that it stands beside in the table.
    value: Callable[[Any, Facts, Instant], Held]
    turning: Callable[[Any, Facts], Iterator[int]]


_KINDS: dict[type[BoundLeaf], _Kind] = {
    EventLeaf: _Kind(measured, _of_events),
    PointsLeaf: _Kind(_points, _of_scheme),
    DecayedLeaf: _Kind(_faded_points, _of_scheme),
    ComparedLeaf: _Kind(_difference, _of_sides),
    FollowedLeaf: _Kind(
        lambda leaf, facts, at: len(followed(leaf, facts, at)),
        lambda leaf, facts: _after(leaf.first, facts, [leaf.within or 0]),
    ),
    NthLeaf: _Kind(_had, lambda leaf, facts: _after(leaf.events, facts)),
    TraitLeaf: _Kind(
        lambda leaf, facts, _: stored_form(facts.traits.get(leaf.key), leaf.storage), lambda _, __: iter(())
    ),
    AnniversaryLeaf: _Kind(_celebrates, _of_days),
}
