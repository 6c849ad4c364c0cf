"""From what a person wrote to what judges need: names looked up, values checked, segments and points put in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from envoi.conditions.bound import (
    Age,
    Bound,
    BoundFilter,
    BoundLeaf,
    BoundProperty,
    EventLeaf,
    Events,
    Measure,
    Named,
    PointsLeaf,
    TraitLeaf,
)
from envoi.conditions.fit import always_there, begins, fitted, fitted_number, single, storage
from envoi.conditions.lexer import place
from envoi.conditions.reader import LONGEST
from envoi.conditions.tree import (
    Ago,
    All,
    AnyOf,
    Condition,
    Dates,
    Did,
    Filter,
    Function,
    Leaf,
    Measured,
    Member,
    Not,
    Points,
    Property,
    Scope,
    Since,
    Span,
    Test,
    Trait,
)
from envoi.conditions.written import written
from envoi.errors import ConditionError, did_you_mean
from envoi.events.catalogue import Catalogue, EventPlan, Kind
from envoi.events.catalogue import Property as Planned
from envoi.events.event import CONSENT
from envoi.events.number import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

#: A field that is worked out from others: the condition its test stands for (features/rfm.py has some).
Derived = Callable[[Test], Condition]

#: Groups, and segments within segments, may nest this deep: judges go down one by one.
DEEPEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """Everything a condition may speak of by name."""

    catalogue: Catalogue
    segments: Mapping[str, Condition] = field(default_factory=dict)
    #: By name: how many points for each of which events.
    points: Mapping[str, tuple[tuple[Decimal, Scope], ...]] = field(default_factory=dict)
    derived: Mapping[str, Derived] = field(default_factory=dict)
    #: Where a date without a time begins.
    zone: tzinfo = UTC


def bind(condition: Condition, definitions: Definitions, *, text: str = "") -> Bound:
    """The condition in the form that judges take; `text` is its source, for the places in errors.

    Raises:
        ConditionError: a name that is not in the plan, a value that does not fit, or segments in a circle.
    """
    return _Binder(definitions, text).bind(condition)


def bind_scope(scope: Scope, definitions: Definitions, *, text: str = "") -> Events:
    """Which events a scope alone means, in the form that judges take.

    Raises:
        ConditionError: a name that is not in the plan, or a value that does not fit.
    """
    return _Binder(definitions, text).events(scope)


@dataclass(frozen=True, slots=True)
class _Binder:
    known: Definitions
    #: The source, for the places in errors; empty where there is none, as inside another segment.
    text: str = ""
    #: The segments being put in, outermost first.
    inside: tuple[str, ...] = ()
    depth: int = 0

    def bind(self, condition: Condition) -> Bound:
        if self.depth > DEEPEST:
            raise ConditionError(f"nested more than {DEEPEST} deep, segments included", hint="build on fewer segments")
        if isinstance(condition, All | AnyOf):
            inner = replace(self, depth=self.depth + 1)
            parts = tuple(inner.bind(part) for part in condition.parts)
            return All(parts) if isinstance(condition, All) else AnyOf(parts)
        if isinstance(condition, Not):
            return Not(replace(self, depth=self.depth + 1).bind(condition.part))
        return self._leaf(condition)

    @contextmanager
    def _at(self, offset: int) -> Iterator[None]:
        """Gives an error its place in the text, unless it has one already."""
        try:
            yield
        except ConditionError as error:
            if self.text and not error.at.line:
                error.at = place(self.text, offset)
            raise

    @contextmanager
    def _of(self, what: str) -> Iterator[None]:
        """Says of an error which definition it is in: its place would be in another text."""
        try:
            yield
        except ConditionError as error:
            raise ConditionError(f"{what}: {error.what}", hint=error.hint) from None

    def _deeper(self, *segments: str) -> _Binder:
        return _Binder(self.known, "", (*self.inside, *segments), self.depth + 1)

    # -- leaves

    def _leaf(self, leaf: Leaf) -> Named | BoundLeaf:
        with self._at(leaf.scope.at if isinstance(leaf, Did | Measured | Since) else leaf.at):
            if isinstance(leaf, Member):
                return self._member(leaf)
            if isinstance(leaf, Trait):
                return self._trait(leaf)
            if isinstance(leaf, Points):
                return self._points(leaf)
            if isinstance(leaf, Measured):
                return self._measured(leaf)
            return self._happened(leaf)

    def _member(self, leaf: Member) -> Named:
        name = leaf.segment
        if name in self.inside:
            circle = " -> ".join([*self.inside[self.inside.index(name) :], name])
            raise ConditionError(f"segments go round in a circle: {circle}")
        found = self.known.segments.get(name)
        if found is None:
            raise ConditionError(f"no segment {name!r}", hint=did_you_mean(name, self.known.segments))
        with self._of(f"segment {name!r}"):
            return Named(written(leaf), self._deeper(name).bind(found))

    def _trait(self, leaf: Trait) -> Named | TraitLeaf:
        derived = self.known.derived.get(leaf.name)
        if derived is not None:
            return Named(written(leaf), self._deeper().bind(derived(leaf.test)))
        planned = self.known.catalogue.traits.get(leaf.name)
        if leaf.name.startswith(CONSENT):
            planned = Planned(kind=Kind.BOOLEAN)
        if planned is None:
            raise ConditionError(f"no field {leaf.name!r}", hint=self._where_it_could_be(leaf.name))
        check = fitted(leaf.test, single(planned, leaf.name), leaf.name, self.known.zone)
        return TraitLeaf(leaf.name, storage(planned.kind), check, written(leaf))

    def _where_it_could_be(self, name: str) -> str:
        having = [event.name for event in self.known.catalogue.events.values() if event.find(name)]
        if having:
            return f'it is a property of "{having[0]}": put all tests of an event in parentheses after where'
        return did_you_mean(name, [*self.known.catalogue.traits, *self.known.derived])

    def _points(self, leaf: Points) -> PointsLeaf:
        scheme = self.known.points.get(leaf.name)
        if scheme is None:
            raise ConditionError(f"no points scheme {leaf.name!r}", hint=did_you_mean(leaf.name, self.known.points))
        with self._of(f"points {leaf.name!r}"):
            parts = tuple((int(points * SCALE), self._deeper().events(scope)) for points, scope in scheme)
        check = fitted_number(always_there(leaf.test, "a number of points"), SCALE)
        return PointsLeaf(parts, check, written(leaf))

    def _happened(self, leaf: Did | Since) -> EventLeaf:
        events = self.events(leaf.scope)
        if isinstance(leaf, Did):
            return EventLeaf(events, Measure(Function.COUNT), fitted_number(leaf.times, 1), written(leaf))
        unit = Span(1, leaf.unit).micros
        check = fitted_number(leaf.test, unit, most=LONGEST.micros)
        return EventLeaf(events, Measure(Age.OF_FIRST if leaf.first else Age.OF_LAST), check, written(leaf), unit)

    def _measured(self, leaf: Measured) -> EventLeaf:
        events = self.events(leaf.scope, leaf.path)
        if leaf.function in (Function.COUNT, Function.DISTINCT, Function.SUM):
            always_there(leaf.test, f"a {leaf.function}")
        if leaf.function is Function.COUNT:
            return EventLeaf(events, Measure(Function.COUNT), fitted_number(leaf.test, 1), written(leaf))
        plan = self._plan(leaf.scope)
        planned = self._planned(plan, leaf.path)
        if leaf.function is not Function.DISTINCT and planned.kind is not Kind.NUMBER:
            raise ConditionError(f"{leaf.function} needs a number, and {leaf.path!r} is a {planned.kind}")
        items, path = plan.split(leaf.path)
        measure = Measure(leaf.function, path, bool(items), storage(planned.kind))
        unit = 1 if leaf.function is Function.DISTINCT else SCALE
        return EventLeaf(events, measure, fitted_number(leaf.test, unit), written(leaf), unit)

    # -- events and their filters

    def events(self, scope: Scope, measured: str = "") -> Events:
        """The events in scope, of which the property at `measured` is wanted."""
        with self._at(scope.at):
            plan = self._plan(scope)
            where = None if scope.where is None else self._filter(scope.where, plan)
            lists = {plan.split(path)[0] for path in [*_paths(scope.where), measured]} - {""}
            if len(lists) > 1:
                several = " and ".join(repr(name) for name in sorted(lists))
                raise ConditionError(f"one condition speaks of the items of {several}", hint="write two conditions")
            return replace(self._window(scope.window), name=plan.name, where=where, items=next(iter(lists), ""))

    def _plan(self, scope: Scope) -> EventPlan:
        known = self.known.catalogue.events
        if scope.event not in known:
            raise ConditionError(f'no event "{scope.event}"', hint=did_you_mean(scope.event, known))
        return known[scope.event]

    def _window(self, window: Ago | Dates | None) -> Events:
        """The window alone, of events without a name."""
        if isinstance(window, Ago):
            near = window.near.micros if window.near else 0
            return Events("", far=window.far.micros if window.far else None, near=near)
        if window is None:
            return Events("")
        since, until = (begins(day, self.known.zone) if day else None for day in (window.since, window.until))
        if since is not None and until is not None and since >= until:
            raise ConditionError("the window ends before it begins", hint="write the earlier date first")
        return Events("", since=since, until=until)

    def _filter(self, part: Filter, plan: EventPlan) -> BoundFilter:
        if isinstance(part, All | AnyOf):
            parts = tuple(self._filter(one, plan) for one in part.parts)
            return All(parts) if isinstance(part, All) else AnyOf(parts)
        if isinstance(part, Not):
            return Not(self._filter(part.part, plan))
        with self._at(part.at):
            planned = self._planned(plan, part.path)
            check = fitted(part.test, planned, part.path, self.known.zone)
        items, path = plan.split(part.path)
        return BoundProperty(path, bool(items), storage(planned.kind), check)

    def _planned(self, plan: EventPlan, path: str) -> Planned:
        found = plan.find(path)
        if found is None:
            raise ConditionError(f'no property {path!r} in "{plan.name}"', hint=did_you_mean(path, plan.paths()))
        return single(found, path)


def _paths(part: Filter | None) -> list[str]:
    if part is None:
        return []
    if isinstance(part, Property):
        return [part.path]
    return [path for one in ((part.part,) if isinstance(part, Not) else part.parts) for path in _paths(one)]
