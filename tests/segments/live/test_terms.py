"""Conditions over flags: what a flip means is what judging the whole formula anew would say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.conditions.bound import Check, Storage
from envoi.conditions.tree import All, AnyOf, Not, Op
from envoi.events.event import PersonId
from envoi.segments.live.formula import Formula
from envoi.segments.live.judge import judged
from envoi.segments.live.slots.base import Atom, Flag
from envoi.segments.live.slots.traits import Told
from envoi.segments.live.state import Person, Turn
from envoi.segments.live.terms import MOST, rule, watch

ATOMS: list[Atom] = [Told(f"t{n}", Storage.BOOL, Check(Op.EQ, (1,))) for n in range(18)]
FLAGS = {atom: Flag(number) for number, atom in enumerate(ATOMS)}


def _grouped(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    few = st.lists(inner, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(All, few), st.builds(AnyOf, few))


formulas: st.SearchStrategy[Formula] = st.recursive(st.sampled_from(ATOMS[:6]), _grouped, max_leaves=12)


def holds(formula: Formula, bits: int) -> bool:
    if isinstance(formula, Not):
        return not holds(formula.part, bits)
    if isinstance(formula, All | AnyOf):
        return (all if isinstance(formula, All) else any)(holds(part, bits) for part in formula.parts)
    return bool(bits & FLAGS[formula].bit)


@given(formulas)
def test_a_rule_says_what_its_formula_says(formula: Formula) -> None:
    found = rule("s", 1, formula, FLAGS)
    assert [found.test(bits) for bits in range(64)] == [holds(formula, bits) for bits in range(64)]


@given(st.lists(formulas, min_size=1, max_size=3), st.lists(st.sets(st.integers(0, 5)), max_size=12))
def test_after_any_flips_those_hold_that_would_if_judged_anew(formulas: list[Formula], flips: list[set[int]]) -> None:
    rules = [rule(f"s{n}", 1 << n, formula, FLAGS) for n, formula in enumerate(formulas)]
    for flag in FLAGS.values():
        flag.on = flag.off = ((), (), ())
    watch(rules)
    person, turn = Person(PersonId("p"), 0, 0), Turn([])
    person.mask = sum(each.bit for each in rules if each.test(0))
    for flipped in flips:
        before = person.mask
        for number in flipped:
            turn.flip(person, FLAGS[ATOMS[number]])

        change = judged(person, turn, 7)

        assert person.mask == sum(each.bit for each in rules if holds(formulas[each.bit.bit_length() - 1], person.bits))
        assert (change is None) == (person.mask == before)
        if change is not None:
            assert (change.person, change.at, change.seq) == ("p", Instant(0), 7)
            assert (change.entered, change.left) == (person.mask & ~before, before & ~person.mask)


def test_a_condition_with_too_many_alternatives_is_tested_part_by_part() -> None:
    # One of each pair: two to the power of nine alternatives.
    pairs = tuple(AnyOf((ATOMS[2 * n], ATOMS[2 * n + 1])) for n in range(9))
    found = rule("s", 1, All(pairs), FLAGS)
    assert found.terms is None
    assert 2 ** len(pairs) > MOST
    every_other = sum(1 << 2 * n for n in range(9))
    assert found.test(every_other)
    assert not found.test(every_other ^ 1)


def test_a_part_that_many_are_built_on_is_looked_at_once() -> None:
    part: Formula = ATOMS[0]
    for n in range(60):
        other = ATOMS[n % 5 + 1]
        part = AnyOf((All((part, Not(other))), All((Not(part), other))))
    found = rule("s", 1, part, FLAGS)
    # Each step says that just one of both holds: so an odd number of flags is set, each counted as often as it comes.
    for bits in range(64):
        odd = (bits & 1) + sum(12 * bool(bits & 1 << n) for n in range(1, 6))
        assert found.test(bits) == bool(odd % 2)
