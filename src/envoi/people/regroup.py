"""Two people turn out to be one, or one to be two: the events of the log that say so.

Every store is a fold of the log and follows them: profiles, history, live segments. Each says who decided it and why.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from envoi.events.event import ENVOI, WHO_IS_WHO, Event, Name, PersonId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.clock import Instant
    from envoi.events.event import Stored, Value

#: What the ids of these events begin with, so that a log finds them by its index.
PREFIX = "people "
#: The first text after all that begin so.
BEYOND = "people!"
#: Who decides by the rules of `[identity]`.
RULES = "rules"


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """What `gone` did is `into`'s too, and nobody is `gone` any more."""

    into: PersonId
    gone: PersonId
    #: The nodes that `gone` had.
    nodes: tuple[PersonId, ...]
    #: One line in words.
    because: str
    #: How sure that is, up to 1.
    score: float = 1.0
    #: RULES, or the person or program who said so.
    by: str = RULES


class Separated(msgspec.Struct, frozen=True, kw_only=True):
    """Whatever `nodes` did was not `person`'s: it is that of `to`, who is called by the most trusted of them."""

    person: PersonId
    nodes: tuple[PersonId, ...]
    to: PersonId
    because: str
    by: str


Change = Merged | Separated


def as_event(change: Change, *, cause: str, at: Instant, seen_at: Instant) -> Event:
    """The event that records a change; for the same change by the same cause it has the same id.

    A merge belongs to whom it makes larger, a separation to whom it makes smaller. It happens when its cause did.
    """
    if isinstance(change, Merged):
        who, name, other = change.into, Name.PEOPLE_MERGED, change.gone
        props: dict[str, Value] = {
            "into": change.into,
            "from": change.gone,
            "nodes": list(change.nodes),
            "because": change.because,
            "score": change.score,
            "by": change.by,
        }
    else:
        who, name, other = change.person, Name.PEOPLE_SEPARATED, PersonId("\0".join(change.nodes))
        props = {
            "person": change.person,
            "nodes": list(change.nodes),
            "to": change.to,
            "because": change.because,
            "by": change.by,
        }
    told = blake2b("\0".join((name, who, other, cause)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Event(
        id=f"{PREFIX}{told}", source=ENVOI, name=name, keys={"user_id": who}, at=at, seen_at=seen_at, props=props
    )


def change_of(event: Event) -> Change | None:
    """The change that an event records; None if it is another event."""
    if event.name not in WHO_IS_WHO or event.source != ENVOI:
        return None
    told = event.props
    nodes = tuple(PersonId(str(node)) for node in _listed(told["nodes"]))
    if event.name == Name.PEOPLE_MERGED:
        score = told["score"]
        return Merged(
            into=PersonId(str(told["into"])),
            gone=PersonId(str(told["from"])),
            nodes=nodes,
            because=str(told["because"]),
            score=float(score) if isinstance(score, int | float) else 0.0,
            by=str(told["by"]),
        )
    return Separated(
        person=PersonId(str(told["person"])),
        nodes=nodes,
        to=PersonId(str(told["to"])),
        because=str(told["because"]),
        by=str(told["by"]),
    )


def concerned(stored: Stored) -> list[PersonId]:
    """The people whom an event of the log is about."""
    match change_of(stored.event):
        case Merged() as merged:
            return [merged.into, merged.gone]
        case Separated() as separated:
            return [separated.person, separated.to, *separated.nodes]
    return [stored.person]


def lineage(changes: Iterable[Stored], person: PersonId) -> set[PersonId]:
    """Everyone under whose id the log may have what is the person's now, by these changes."""
    found = {person}
    for stored in sorted(changes, key=lambda one: -one.seq):
        match change_of(stored.event):
            case Merged(into=into, gone=gone) if into in found:
                found.add(gone)
            case Separated(person=had, to=to, nodes=nodes) if to in found or found.intersection(nodes):
                found.add(had)
    return found


def related(changes: Iterable[Stored], people: Iterable[PersonId]) -> set[PersonId]:
    """These people, and everyone whom the changes connect with them, in whatever way."""
    groups = [set(concerned(stored)) for stored in changes]
    found = set(people)
    while more := set().union(*(group for group in groups if group & found)) - found:
        found |= more
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
