"""A condition over atoms, each of which is true or false of a person."""

from __future__ import annotations

from envoi.conditions.tree import All, AnyOf, Not
from envoi.segments.live.slots.base import Atom

Formula = All["Formula"] | AnyOf["Formula"] | Not["Formula"] | Atom


def parts_of(whole: Formula) -> list[Formula]:
    """All parts of a formula, each object once, and after those it is made of."""
    found: dict[int, Formula] = {}

    def visit(part: Formula) -> None:
        if id(part) in found:
            return
        for one in part.parts if isinstance(part, All | AnyOf) else (part.part,) if isinstance(part, Not) else ():
            visit(one)
        found[id(part)] = part

    visit(whole)
    return list(found.values())


def atoms_of(whole: Formula) -> list[Atom]:
    """The atoms of a formula, in order."""
    return [part for part in parts_of(whole) if not isinstance(part, All | AnyOf | Not)]
