"""A condition over flags as alternatives, each a comparison of masks, and what the flip of a flag means to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.conditions.tree import All, AnyOf, Not
from envoi.segments.live.formula import Formula, atoms_of, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from envoi.segments.live.slots.base import Atom, Flag, Watch

#: (care, want): it holds if bits & care == want.
Term = tuple[int, int]

#: A condition with more alternatives is tested part by part.
MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition in a network."""

    name: str
    #: Its bit in `Person.mask`.
    bit: int
    #: Says of the bits of a person whether it holds.
    test: Callable[[int], bool]
    #: The same as alternatives, one of which must hold; None: there are too many.
    terms: tuple[Term, ...] | None
    #: The flags it speaks of.
    flags: tuple[Flag, ...]


def rule(name: str, bit: int, formula: Formula, flags: Mapping[Atom, Flag]) -> Rule:
    """The formula over those flags."""
    terms = alternatives(formula, flags)
    test = _part_by_part(formula, flags) if terms is None else _some(terms)
    spoken = {flags[atom].number: flags[atom] for atom in atoms_of(formula)}
    return Rule(name=name, bit=bit, test=test, terms=terms, flags=tuple(spoken.values()))


def watch(rules: Iterable[Rule]) -> None:
    """Tells every flag of the rules what its flips mean to them."""
    speaking: dict[Flag, list[Rule]] = {}
    for each in rules:
        for flag in each.flags:
            speaking.setdefault(flag, []).append(each)
    for flag, several in speaking.items():
        flag.on, flag.off = _watch(several, flag.bit, flag.bit), _watch(several, flag.bit, 0)


def alternatives(formula: Formula, flags: Mapping[Atom, Flag]) -> tuple[Term, ...] | None:
    """The terms of which one holds exactly if the formula does; None: there are too many."""
    #: Of each part the terms for that it holds, and for that it does not.
    found: dict[int, tuple[tuple[Term, ...] | None, tuple[Term, ...] | None]] = {}
    for part in parts_of(formula):
        if isinstance(part, All | AnyOf):
            holding, failing = zip(*(found[id(one)] for one in part.parts), strict=True) if part.parts else ((), ())
            both = isinstance(part, All)
            found[id(part)] = (_both(holding), _either(failing)) if both else (_either(holding), _both(failing))
        elif isinstance(part, Not):
            found[id(part)] = found[id(part.part)][::-1]
        else:
            bit = flags[part].bit
            found[id(part)] = ((bit, bit),), ((bit, 0),)
    return found[id(formula)][0]


def _both(parts: Iterable[tuple[Term, ...] | None]) -> tuple[Term, ...] | None:
    found: tuple[Term, ...] | None = ((0, 0),)
    for part in parts:
        if found is None or part is None:
            return None
        agreeing = [
            (care | more, want | other)
            for care, want in found
            for more, other in part
            if not (want ^ other) & care & more
        ]
        found = _either([tuple(agreeing)])
    return found


def _either(parts: Sequence[tuple[Term, ...] | None]) -> tuple[Term, ...] | None:
    """All terms without those that say no more than another one."""
    if None in parts:
        return None
    terms = {term for part in parts if part for term in part}
    kept: list[Term] = []
    for care, want in sorted(terms, key=lambda term: (term[0].bit_count(), term)):
        if not any(care & less == less and want & less == other for less, other in kept):
            kept.append((care, want))
            if len(kept) > MOST:
                return None
    return tuple(kept)


def _watch(rules: Iterable[Rule], bit: int, value: int) -> Watch:
    """What it means to the rules that the flag with this bit now has this value."""
    holding = failing = 0
    tries: list[tuple[int, int, int]] = []
    tests: list[tuple[int, Callable[[int], bool]]] = []
    for each in rules:
        # Of a rule without terms, anything may follow: it is taken to hold, unless its test fails.
        terms = ((0, 0),) if each.terms is None else each.terms
        against = sum(bool(care & bit) and want & bit != value for care, want in terms)
        such = [(care, want) for care, want in terms if care & bit and want & bit == value]
        if (bit, value) in such:
            holding |= each.bit
        elif against == len(terms):
            failing |= each.bit
        else:
            tries += [(each.bit, care, want) for care, want in (terms if each.terms is None else such)]
            tests += [(each.bit, each.test)] if against or each.terms is None else []
    return tuple(tries), (holding, failing) if holding or failing else (), tuple(tests)


def _some(terms: tuple[Term, ...]) -> Callable[[int], bool]:
    def test(bits: int) -> bool:
        for care, want in terms:  # noqa: SIM110 - `any` of a generator takes thrice as long
            if bits & care == want:
                return True
        return False

    return test


def _part_by_part(formula: Formula, flags: Mapping[Atom, Flag]) -> Callable[[int], bool]:
    """A test that looks at each part once, however many are built on it."""
    parts = parts_of(formula)
    places = {id(part): place for place, part in enumerate(parts)}

    def step(part: Formula) -> Callable[[int, list[bool]], bool]:
        if isinstance(part, All | AnyOf):
            inner, every = [places[id(one)] for one in part.parts], all if isinstance(part, All) else any
            return lambda _, known: every(known[place] for place in inner)
        if isinstance(part, Not):
            inverted = places[id(part.part)]
            return lambda _, known: not known[inverted]
        bit = flags[part].bit
        return lambda bits, _: bool(bits & bit)

    steps = [step(part) for part in parts]

    def test(bits: int) -> bool:
        known: list[bool] = []
        for each in steps:
            known.append(each(bits, known))
        return known[-1]

    return test
