"""The values that leaves compare, and what with, as a person reads them."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from envoi.clock import Instant, iso
from envoi.conditions import calendar
from envoi.conditions.bound import (
    AnniversaryLeaf,
    ComparedLeaf,
    DecayedLeaf,
    EventLeaf,
    FollowedLeaf,
    NthLeaf,
    Storage,
    TraitLeaf,
)
from envoi.conditions.rows import zone
from envoi.conditions.tree import Op
from envoi.events.number import SCALE

if TYPE_CHECKING:
    from envoi.conditions.bound import BoundLeaf, Held
    from envoi.conditions.facts import Facts

#: A value as a person reads it.
Shown = int | float | str | bool | None


def in_words(leaf: BoundLeaf, held: Held) -> Shown:
    """A leaf's value as a person reads it: numbers in the leaf's own unit, times as ISO 8601, true and false."""
    if held is None or isinstance(held, str):
        return held
    if isinstance(leaf, NthLeaf) or (isinstance(leaf, TraitLeaf) and leaf.storage is Storage.BOOL):
        return held == 1
    if isinstance(leaf, TraitLeaf) and leaf.storage is Storage.TIME:
        return iso(Instant(int(held)))
    return number(held, _unit(leaf))


def threshold(leaf: BoundLeaf, against: Shown, facts: Facts) -> str:
    """What the value must be, as it is written; `against` is the other side of a comparison of two measures."""
    if isinstance(leaf, AnniversaryLeaf):
        today = calendar.today(facts.now, zone(leaf, facts))
        first, last = (today + timedelta(days=days) for days in (leaf.first, leaf.last))
        return f"{first}" if first == last else f"{first} to {last}"
    if isinstance(leaf, NthLeaf):
        return "= true"
    if isinstance(leaf, ComparedLeaf):
        return f"{leaf.check.op} {_written(leaf, against)}"
    to = [_written(leaf, in_words(leaf, each)) for each in leaf.check.values]
    match leaf.check.op:
        case Op.BETWEEN:
            return f"between {to[0]} and {to[1]}"
        case Op.IN | Op.NOT_IN:
            return f"{leaf.check.op} ({', '.join(to)})"
        case _:
            return " ".join([leaf.check.op, *to])


def number(held: Held, unit: int) -> Shown:
    """A number of which so many make one `unit`, rounded to six decimals; anything else as it is."""
    if held is None or isinstance(held, str):
        return held
    number = Fraction(held) / unit
    return int(number) if number.denominator == 1 else round(float(number), 6)


def _written(leaf: BoundLeaf, shown: Shown) -> str:
    if shown is None:
        return "missing"
    if isinstance(shown, bool):
        return "true" if shown else "false"
    is_day = isinstance(leaf, TraitLeaf) and leaf.storage is Storage.TIME
    return f'"{shown}"' if isinstance(shown, str) and not is_day else f"{shown}"


def _unit(leaf: BoundLeaf) -> int:
    """What makes one in the text."""
    if isinstance(leaf, EventLeaf):
        return leaf.unit
    if isinstance(leaf, FollowedLeaf):
        return 1
    return SCALE * SCALE if isinstance(leaf, DecayedLeaf) else SCALE
