"""Why a condition holds for a person or not: each leaf's value and evidence, and when time will change it."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant, iso
from envoi.conditions.bound import EventLeaf, Named, Storage, TraitLeaf
from envoi.conditions.rows import evidence, judge, value
from envoi.conditions.tree import All, AnyOf, Not
from envoi.events.number import SCALE

if TYPE_CHECKING:
    from envoi.conditions.bound import Bound, BoundLeaf, Held
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
    value: int | float | str | bool | None = None
    #: For a leaf: the newest events that count, newest first.
    evidence: list[Evidence] = []


def explain(condition: Bound, facts: Facts) -> Why:
    """The whole tree, judged at `facts.now`."""
    judgement = judge(condition, facts)
    changes_at = None if judgement.until is None else iso(judgement.until)
    if isinstance(condition, All | AnyOf | Not | Named):
        inner = condition.parts if isinstance(condition, All | AnyOf) else (condition.part,)
        parts = [explain(part, facts) for part in inner]
        return Why(says=_heading(condition), holds=judgement.holds, changes_at=changes_at, parts=parts)
    return Why(
        says=condition.text,
        holds=judgement.holds,
        changes_at=changes_at,
        value=in_words(condition, value(condition, facts, facts.now)),
        evidence=[_evidence(stored) for stored in _newest(condition, facts)],
    )


def _heading(condition: All[Bound] | AnyOf[Bound] | Not[Bound] | Named) -> str:
    if isinstance(condition, Named):
        return condition.text
    return "all" if isinstance(condition, All) else "any" if isinstance(condition, AnyOf) else "not"


def _newest(leaf: BoundLeaf, facts: Facts) -> list[Stored]:
    if isinstance(leaf, TraitLeaf):
        return []
    scopes = [leaf.events] if isinstance(leaf, EventLeaf) else [events for _, events in leaf.parts]
    found = {stored.seq: stored for events in scopes for stored in evidence(events, facts, facts.now)}
    return sorted(found.values(), key=lambda stored: (stored.event.at, stored.seq), reverse=True)[:MOST_EVIDENCE]


def _evidence(stored: Stored) -> Evidence:
    return Evidence(seq=stored.seq, at=iso(stored.event.at), name=stored.event.name)


def in_words(leaf: BoundLeaf, held: Held) -> int | float | str | bool | None:
    """A leaf's value as a person reads it: numbers in the leaf's own unit, times as ISO 8601, true and false."""
    if held is None or isinstance(held, str):
        return held
    if isinstance(leaf, TraitLeaf) and leaf.storage is Storage.BOOL:
        return held == 1
    if isinstance(leaf, TraitLeaf) and leaf.storage is Storage.TIME:
        return iso(Instant(int(held)))
    number = Fraction(held) / (leaf.unit if isinstance(leaf, EventLeaf) else SCALE)
    return int(number) if number.denominator == 1 else round(float(number), 6)
