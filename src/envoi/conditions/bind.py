"""From what a person wrote to what judges need: names looked up, values checked, segments and points put in."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from envoi.conditions.bind_events import happened
from envoi.conditions.bind_scope import Scoped
from envoi.conditions.bind_values import always_there, fitted, fitted_number, single, storage
from envoi.conditions.bound import AnniversaryLeaf, Bound, BoundLeaf, DecayedLeaf, Events, Named, PointsLeaf, TraitLeaf
from envoi.conditions.decay import weights
from envoi.conditions.definitions import Definitions, Derived
from envoi.conditions.tree import (
    All,
    Anniversary,
    AnyOf,
    Compared,
    Condition,
    Did,
    Followed,
    Gated,
    Leaf,
    Measured,
    Member,
    Not,
    Nth,
    Points,
    Scope,
    Since,
    Trait,
)
from envoi.conditions.written import written
from envoi.errors import ConditionError, did_you_mean
from envoi.events.catalogue import Kind
from envoi.events.catalogue import Property as Planned
from envoi.events.event import CONSENT, MODEL
from envoi.events.number import SCALE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["DEEPEST", "Definitions", "Derived", "bind", "bind_all", "bind_scope"]

#: Groups, and segments within segments, may nest this deep: judges go down one by one.
DEEPEST = 100


def bind(condition: Condition, definitions: Definitions, *, text: str = "") -> Bound:
    """The condition in the form that judges take; `text` is its source, for the places in errors.

    Raises:
        ConditionError: a name that is not in the plan, a value that does not fit, or segments in a circle.
    """
    return _Binder(Scoped(definitions, text)).bind(condition)


def bind_all(conditions: Mapping[str, Condition], definitions: Definitions) -> dict[str, Bound]:
    """Several conditions; a segment that many of them are built on is bound once and shared.

    Raises:
        ConditionError: one of them does not fit; it says which.
    """
    binder = _Binder(Scoped(definitions))
    bound = {}
    for name, condition in conditions.items():
        with _of(f"segment {name!r}"):
            bound[name] = binder.bind(condition)
    return bound


def bind_scope(scope: Scope, definitions: Definitions, *, text: str = "") -> Events:
    """Which events a scope alone means, in the form that judges take.

    Raises:
        ConditionError: a name that is not in the plan, or a value that does not fit.
    """
    return Scoped(definitions, text).events(scope)


@dataclass(slots=True)
class _Deepest:
    """How deep binding went."""

    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Binder:
    scoped: Scoped
    #: The segments being put in, outermost first.
    inside: tuple[str, ...] = ()
    depth: int = 0
    #: The segments that are bound, and how many levels each has: many may be built on one.
    bound: dict[str, tuple[Bound, int]] = field(default_factory=dict)
    deepest: _Deepest = field(default_factory=_Deepest)

    @property
    def known(self) -> Definitions:
        return self.scoped.known

    def bind(self, condition: Condition) -> Bound:
        self._reach(self.depth)
        if isinstance(condition, All | AnyOf):
            inner = replace(self, depth=self.depth + 1)
            parts = tuple(inner.bind(part) for part in condition.parts)
            if isinstance(condition, Gated):
                return Gated(parts)
            return All(parts) if isinstance(condition, All) else AnyOf(parts)
        if isinstance(condition, Not):
            return Not(replace(self, depth=self.depth + 1).bind(condition.part))
        with self.scoped.at(_begin(condition)):
            return self._leaf(condition)

    def _reach(self, depth: int) -> None:
        if depth > DEEPEST:
            raise ConditionError(f"nested more than {DEEPEST} deep, segments included", hint="build on fewer segments")
        self.deepest.depth = max(self.deepest.depth, depth)

    def _deeper(self, *segments: str) -> _Binder:
        inside = (*self.inside, *segments)
        return replace(self, scoped=Scoped(self.known), inside=inside, depth=self.depth + 1)

    def _leaf(self, leaf: Leaf) -> Named | BoundLeaf:
        match leaf:
            case Member():
                return self._member(leaf)
            case Trait():
                return self._trait(leaf)
            case Anniversary():
                return self._anniversary(leaf)
            case Points():
                return self._points(leaf)
            case _:
                return happened(leaf, self.scoped)

    def _member(self, leaf: Member) -> Named:
        name = leaf.segment
        if name in self.inside:
            circle = " -> ".join([*self.inside[self.inside.index(name) :], name])
            raise ConditionError(f"segments go round in a circle: {circle}")
        found = self.known.segments.get(name)
        if found is None:
            raise ConditionError(f"no segment {name!r}", hint=did_you_mean(name, self.known.segments))
        with _of(f"segment {name!r}"):
            return Named(written(leaf), self._segment(name, found))

    def _segment(self, name: str, condition: Condition) -> Bound:
        if name not in self.bound:
            before, self.deepest.depth = self.deepest.depth, self.depth
            part = self._deeper(name).bind(condition)
            self.bound[name] = part, self.deepest.depth - self.depth
            self.deepest.depth = max(before, self.deepest.depth)
        part, levels = self.bound[name]
        self._reach(self.depth + levels)
        return part

    def _trait(self, leaf: Trait) -> Named | TraitLeaf:
        derived = self.known.derived.get(leaf.name)
        if derived is not None:
            return Named(written(leaf), self._deeper().bind(derived(leaf.test)))
        planned = self._planned(leaf.name)
        check = fitted(leaf.test, single(planned, leaf.name), leaf.name, self.known.zone)
        return TraitLeaf(leaf.name, storage(planned.kind), check, written(leaf))

    def _planned(self, name: str) -> Planned:
        """What is known of a field of people."""
        if name.startswith(CONSENT):
            purpose, known = name.removeprefix(CONSENT), self.known.purposes
            if known and purpose not in known:
                raise ConditionError(f"no purpose {purpose!r}", hint=did_you_mean(purpose, known))
            return Planned(kind=Kind.BOOLEAN)
        planned = self.known.catalogue.traits.get(name)
        if planned is None and name.startswith(MODEL):
            return Planned(kind=Kind.NUMBER)
        if planned is None:
            raise ConditionError(f"no field {name!r}", hint=self._where_it_could_be(name))
        return planned

    def _where_it_could_be(self, name: str) -> str:
        having = [event.name for event in self.known.catalogue.events.values() if event.find(name)]
        if having:
            return f'it is a property of "{having[0]}": put all tests of an event in parentheses after where'
        known = [*self.known.catalogue.traits, *self.known.derived]
        return did_you_mean(name, [one for one in known if one.endswith(f".{name}")] or known)

    def _anniversary(self, leaf: Anniversary) -> AnniversaryLeaf:
        kind = self._planned(leaf.name).kind
        if kind is not Kind.DATE:
            raise ConditionError(f"{leaf.name!r} is a {kind}, and anniversaries are of a date")
        first, last = (1, leaf.days) if leaf.days > 0 else (leaf.days, -1) if leaf.days < 0 else (0, 0)
        return AnniversaryLeaf(leaf.name, first, last, self.known.zone, text=written(leaf))

    def _points(self, leaf: Points) -> PointsLeaf | DecayedLeaf:
        scheme = self.known.points.get(leaf.name)
        if scheme is None:
            raise ConditionError(f"no points scheme {leaf.name!r}", hint=did_you_mean(leaf.name, self.known.points))
        with _of(f"points {leaf.name!r}"):
            plain = Scoped(self.known)
            parts = tuple((int(points * SCALE), plain.events(scope)) for points, scope in scheme)
            half_life = self.known.half_lives.get(leaf.name)
            fading = None if half_life is None else weights(half_life.micros)
        test = always_there(leaf.test, "a number of points")
        if fading is None:
            return PointsLeaf(parts, fitted_number(test, SCALE), written(leaf))
        return DecayedLeaf(parts, fading, fitted_number(test, SCALE * SCALE), written(leaf))


def _begin(leaf: Leaf) -> int:
    """Where in the text the leaf is, for errors about the whole of it."""
    match leaf:
        case Did() | Measured() | Since() | Nth():
            return leaf.scope.at
        case Compared():
            return leaf.left.scope.at
        case Followed():
            return leaf.first.at
        case _:
            return leaf.at


@contextmanager
def _of(what: str) -> Iterator[None]:
    """Says of an error which definition it is in: its place would be in another text."""
    try:
        yield
    except ConditionError as error:
        raise ConditionError(f"{what}: {error.what}", hint=error.hint) from None
