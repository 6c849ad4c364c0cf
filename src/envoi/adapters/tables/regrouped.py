"""Events to be written to history, in parts: rows follow people who turn out to be one, or two, at little cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.people.regroup import Merged, Separated, change_of
from envoi.people.undone import taken_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envoi.events.event import PersonId, Stored


@dataclass(slots=True)
class Part:
    """Events that are written together, and what becomes of rows that were there before."""

    #: Each with the person whose it is after all of them.
    stored: list[Stored] = field(default_factory=list)
    #: Whose rows of before become whose.
    merged: dict[PersonId, PersonId] = field(default_factory=dict)
    #: After that: of whom to whom the events at these positions go.
    given_back: tuple[PersonId, PersonId, Sequence[int]] | None = None
    #: The positions of events that count no more.
    taken: set[int] = field(default_factory=set)


def parts(stored: Sequence[Stored], given_back: Mapping[int, Sequence[int]]) -> Iterator[Part]:
    """The events in parts, each of which ends where someone turns out to be two; mostly there is one part."""
    part = Part()
    places: dict[PersonId, list[int]] = {}
    for one in stored:
        change = change_of(one.event)
        if one.person in part.merged:
            # Someone new by the old id: what was there before goes first.
            yield part
            part, places = Part(), {}
        if isinstance(change, Merged):
            _merge(part, places, change)
        part.taken |= taken_by(one.event)
        places.setdefault(one.person, []).append(len(part.stored))
        part.stored.append(one)
        if isinstance(change, Separated):
            part.given_back = (change.person, change.to, given_back[one.seq])
            yield part
            part, places = Part(), {}
    if part.stored:
        yield part


def _merge(part: Part, places: dict[PersonId, list[int]], change: Merged) -> None:
    """What was `gone`'s is `into`'s."""
    moving = places.pop(change.gone, [])
    for place in moving:
        part.stored[place] = replace(part.stored[place], person=change.into)
    places.setdefault(change.into, []).extend(moving)
    for before, now in part.merged.items():
        if now == change.gone:
            part.merged[before] = change.into
    part.merged.setdefault(change.gone, change.into)
