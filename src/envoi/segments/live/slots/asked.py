"""What a leaf asks of events: which ones it speaks of, and which of their properties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from envoi.conditions.bound import (
    BoundProperty,
    ComparedLeaf,
    DecayedLeaf,
    EventLeaf,
    FollowedLeaf,
    NthLeaf,
    PointsLeaf,
)
from envoi.conditions.tree import All, AnyOf, Not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.conditions.bound import BoundFilter, Events

#: A leaf that speaks of events only.
OfEvents = EventLeaf | PointsLeaf | DecayedLeaf | ComparedLeaf | FollowedLeaf | NthLeaf


class Scope(NamedTuple):
    """Events that a leaf speaks of."""

    events: Events
    #: How long one matters; None: for ever.
    far: int | None
    #: Those after whose last one it does.
    after: Events | None


def scopes_of(leaf: OfEvents) -> list[Scope]:
    """All that the leaf speaks of."""
    if isinstance(leaf, FollowedLeaf):
        # What followed came later, so it matters no longer than what it followed.
        return [Scope(events, leaf.first.far, leaf.first.after) for events in (leaf.first, leaf.then)]
    return [Scope(events, events.far, events.after) for events in _events(leaf)]


def whenever(events: Events) -> Events:
    """The same without a window that moves."""
    return replace(events, far=None, near=0, after=None)


def properties_of(leaf: OfEvents, events: Events) -> Iterator[str]:
    """The properties of such events that the leaf asks for."""
    paths = {events.items, *_paths(events.where)}
    if isinstance(leaf, EventLeaf) and not leaf.measure.of_item:
        paths.add(leaf.measure.path)
    if isinstance(leaf, ComparedLeaf):
        paths |= {side.measure.path for side in (leaf.left, leaf.right) if not side.measure.of_item}
    if isinstance(leaf, FollowedLeaf):
        paths.add(leaf.path)
    if isinstance(leaf, NthLeaf):
        paths |= {leaf.had.items, *_paths(leaf.had.where)}
    # What lies in nested objects is found under every name that an object around it may have.
    return (path[:end] for path in paths if path for end in (*_dots(path), len(path)))


def _events(leaf: EventLeaf | NthLeaf | ComparedLeaf | PointsLeaf | DecayedLeaf) -> list[Events]:
    if isinstance(leaf, ComparedLeaf):
        return [leaf.left.events, leaf.right.events]
    return [leaf.events] if isinstance(leaf, EventLeaf | NthLeaf) else [events for _, events in leaf.parts]


def _paths(where: BoundFilter | None) -> Iterator[str]:
    """The properties of an event that a filter asks for; of line items, the whole list is kept."""
    if isinstance(where, BoundProperty):
        if not where.of_item:
            yield where.path
    elif isinstance(where, Not):
        yield from _paths(where.part)
    elif isinstance(where, All | AnyOf):
        for part in where.parts:
            yield from _paths(part)


def _dots(path: str) -> Iterator[int]:
    return (place for place, letter in enumerate(path) if letter == ".")
