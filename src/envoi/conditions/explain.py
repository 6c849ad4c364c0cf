"""Why a condition holds for a person or not: each leaf's value and evidence, and when time will change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import iso
from envoi.conditions.bound import (
    AnniversaryLeaf,
    ComparedLeaf,
    DecayedLeaf,
    EventLeaf,
    FollowedLeaf,
    Named,
    NthLeaf,
    PointsLeaf,
    TraitLeaf,
)
from envoi.conditions.evidence import evidence, followed, measured, nth, telling
from envoi.conditions.rows import judge, value
from envoi.conditions.tree import All, AnyOf, Gated, Not
from envoi.conditions.wording import Shown, in_words, number, threshold

if TYPE_CHECKING:
    from envoi.conditions.bound import Bound, BoundLeaf, Events
    from envoi.conditions.facts import Facts
    from envoi.events.event import Stored

#: Evidence shown a leaf: the newest events; their number is in the value.
MOST_EVIDENCE = 10


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One event that counted."""

    seq: int
    at: str
    name: str


class Why(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One node of an explanation."""

    #: "all", "any", "not", or the leaf or name as it is written.
    says: str
    holds: bool
    #: When time alone changes it, as ISO 8601; None: never.
    changes_at: str | None = None
    parts: list[Why] = []
    #: For a leaf: what it compares, in the units of its text; None if missing.
    value: Shown = None
    #: What it is compared with, if that is measured too.
    against: Shown = None
    #: For a leaf: what the value must be to hold, as it is written; of an anniversary, on which days it must be.
    threshold: str = ""
    #: For a leaf: the newest events that count, newest first; of a field, the one that last told it.
    evidence: list[Evidence] = []


def explain(condition: Bound, facts: Facts) -> Why:
    """The whole tree, judged at `facts.now`; a segment that is named again is not opened again."""
    return _explained(condition, facts, set())


def _explained(condition: Bound, facts: Facts, opened: set[int]) -> Why:
    judgement = judge(condition, facts)
    if isinstance(condition, Gated):
        # Of gates that let the person through, nobody needs to know.
        shut = [gate for gate in condition.parts[1:] if not judge(gate, facts).holds]
        if not shut:
            return _explained(condition.parts[0], facts, opened)
        condition = Gated((condition.parts[0], *shut))
    changes_at = None if judgement.until is None else iso(judgement.until)
    if isinstance(condition, All | AnyOf | Not | Named):
        parts = [_explained(part, facts, opened) for part in _inner(condition, opened)]
        return Why(says=_heading(condition), holds=judgement.holds, changes_at=changes_at, parts=parts)
    held, against = _compared(condition, facts)
    return Why(
        says=condition.text,
        holds=judgement.holds,
        changes_at=changes_at,
        value=held,
        against=against,
        threshold=threshold(condition, against, facts),
        evidence=[_evidence(stored) for stored in _newest(condition, facts)],
    )


def _inner(condition: All[Bound] | AnyOf[Bound] | Not[Bound] | Named, opened: set[int]) -> tuple[Bound, ...]:
    if isinstance(condition, All | AnyOf):
        return condition.parts
    if isinstance(condition, Named):
        if id(condition.part) in opened:
            return ()
        opened.add(id(condition.part))
    return (condition.part,)


def _heading(condition: All[Bound] | AnyOf[Bound] | Not[Bound] | Named) -> str:
    if isinstance(condition, Named):
        return condition.text
    return "all" if isinstance(condition, All) else "any" if isinstance(condition, AnyOf) else "not"


def _newest(leaf: BoundLeaf, facts: Facts) -> list[Stored]:
    found = {stored.seq: stored for stored in _counting(leaf, facts)}
    return sorted(found.values(), key=lambda stored: (stored.event.at, stored.seq), reverse=True)[:MOST_EVIDENCE]


def _counting(leaf: BoundLeaf, facts: Facts) -> list[Stored]:
    if isinstance(leaf, FollowedLeaf):
        return [one for pair in followed(leaf, facts, facts.now) for one in pair if one is not None]
    if isinstance(leaf, NthLeaf):
        found = nth(leaf, facts, facts.now)
        return [found] if found else []
    if isinstance(leaf, TraitLeaf | AnniversaryLeaf):
        return telling(leaf.key, facts)[-1:]
    return [one for events in _scopes(leaf) for one in evidence(events, facts, facts.now)]


def _scopes(leaf: BoundLeaf) -> list[Events]:
    if isinstance(leaf, EventLeaf):
        return [leaf.events]
    if isinstance(leaf, ComparedLeaf):
        return [leaf.left.events, leaf.right.events]
    return [events for _, events in leaf.parts] if isinstance(leaf, PointsLeaf | DecayedLeaf) else []


def _evidence(stored: Stored) -> Evidence:
    return Evidence(seq=stored.seq, at=iso(stored.event.at), name=stored.event.name)


def _compared(leaf: BoundLeaf, facts: Facts) -> tuple[Shown, Shown]:
    """What the leaf compares, and with what, if that is measured too."""
    if isinstance(leaf, ComparedLeaf):
        left, right = (number(measured(side, facts, facts.now), side.unit) for side in (leaf.left, leaf.right))
        return left, right
    if isinstance(leaf, AnniversaryLeaf):
        day = facts.traits.get(leaf.key)
        return (day if isinstance(day, str) else None), None
    return in_words(leaf, value(leaf, facts, facts.now)), None
