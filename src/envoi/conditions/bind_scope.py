"""Which events a scope means, in the form that judges take: names looked up, filters checked, windows resolved."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.conditions.bind_values import begins, fitted, single, storage
from envoi.conditions.bound import BoundFilter, BoundProperty, Events
from envoi.conditions.lexer import place
from envoi.conditions.tree import After, Ago, All, AnyOf, Filter, Not, Property, Scope
from envoi.errors import ConditionError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.conditions.definitions import Definitions
    from envoi.conditions.tree import Window
    from envoi.events.catalogue import EventPlan
    from envoi.events.catalogue import Property as Planned


@dataclass(frozen=True, slots=True)
class Scoped:
    """Binds scopes of one text."""

    known: Definitions
    #: The source, for the places in errors; empty where there is none, as inside another segment.
    text: str = ""

    @contextmanager
    def at(self, offset: int) -> Iterator[None]:
        """Gives an error its place in the text, unless it has one already."""
        try:
            yield
        except ConditionError as error:
            if self.text and not error.at.line:
                error.at = place(self.text, offset)
            raise

    def events(self, scope: Scope, measured: str = "") -> Events:
        """The events in scope, of which the property at `measured` is wanted."""
        with self.at(scope.at):
            plan = self.plan(scope.event)
            where = None if scope.where is None else self._filter(scope.where, plan)
            lists = {plan.split(path)[0] for path in [*_paths(scope.where), measured]} - {""}
            if len(lists) > 1:
                several = " and ".join(repr(name) for name in sorted(lists))
                raise ConditionError(f"one condition speaks of the items of {several}", hint="write two conditions")
            return replace(self._window(scope.window), name=plan.name, where=where, items=next(iter(lists), ""))

    def plan(self, event: str) -> EventPlan:
        """What the plan says of an event."""
        known = self.known.catalogue.events
        if event not in known:
            raise ConditionError(f'no event "{event}"', hint=did_you_mean(event, known))
        return known[event]

    def planned(self, plan: EventPlan, path: str) -> Planned:
        """What the plan says of a property."""
        found = plan.find(path)
        if found is None:
            near = [known for known in plan.paths() if known.endswith(f".{path}")]
            hint = did_you_mean(path, near or plan.paths())
            raise ConditionError(f'no property {path!r} in "{plan.name}"', hint=hint)
        return single(found, path)

    def _window(self, window: Window | None) -> Events:
        """The window alone, of events without a name."""
        if isinstance(window, Ago):
            near = window.near.micros if window.near else 0
            return Events("", far=window.far.micros if window.far else None, near=near)
        if isinstance(window, After):
            return Events("", after=self.events(Scope(window.event, window.where, None, window.at)))
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
        with self.at(part.at):
            planned = self.planned(plan, part.path)
            check = fitted(part.test, planned, part.path, self.known.zone)
        items, path = plan.split(part.path)
        return BoundProperty(path, bool(items), storage(planned.kind), check)


def _paths(part: Filter | None) -> list[str]:
    if part is None:
        return []
    if isinstance(part, Property):
        return [part.path]
    return [path for one in ((part.part,) if isinstance(part, Not) else part.parts) for path in _paths(one)]
