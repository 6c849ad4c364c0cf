"""Content by rules: of those that hold the first by priority, else the fallback, with the reasons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.conditions.parse import parse
from envoi.decisions.rules import FALLBACK, Rule, choose
from envoi.events.event import PersonId

ADA = PersonId("ada")
WHEN = parse("age > 1")


def rule(name: str, priority: int) -> Rule:
    return Rule(name=name, priority=priority, when=WHEN, text=f"{name} holds")


@pytest.mark.parametrize(
    ("rules", "holding", "content", "because"),
    [
        # Nothing holds, or there is nothing.
        ({}, "", FALLBACK, ["none of 0 rules held, so the fallback"]),
        ({"a": 1, "b": 2}, "", FALLBACK, ["none of 2 rules held, so the fallback"]),
        # One holds.
        ({"a": 1, "b": 2}, "b", "b", ["rule 'b' (priority 2) held: b holds"]),
        # Several hold: the smallest number wins, wherever it stands in the file.
        (
            {"a": 30, "b": 10, "c": 20},
            "abc",
            "b",
            [
                "rule 'b' (priority 10) held: b holds",
                "rule 'c' held too, with lower priority 20",
                "rule 'a' held too, with lower priority 30",
            ],
        ),
        (
            {"a": -1, "b": 0},
            "ab",
            "a",
            ["rule 'a' (priority -1) held: a holds", "rule 'b' held too, with lower priority 0"],
        ),
    ],
)
def test_the_first_rule_that_holds_wins(rules: dict[str, int], holding: str, content: str, because: list[str]) -> None:
    held = {name: {ADA} if name in holding else set() for name in rules}
    chosen, reasons = choose([rule(name, priority) for name, priority in rules.items()], held, ADA)
    assert chosen == content
    assert [reason.because for reason in reasons] == because
    assert {reason.step for reason in reasons} == {"content"}


@given(st.dictionaries(st.sampled_from("abcdef"), st.booleans()), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_nothing(holding: dict[str, bool], chance: st.randoms) -> None:  # type: ignore[valid-type]
    rules = [rule(name, ord(name)) for name in holding]
    held = {name: {ADA} if holds else set() for name, holds in holding.items()}
    shuffled = list(rules)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chosen, reasons = choose(shuffled, held, ADA)
    assert (chosen, reasons) == choose(rules, held, ADA)
    assert chosen == min((name for name, holds in holding.items() if holds), default=FALLBACK)


def test_a_rule_that_holds_for_others_is_no_reason() -> None:
    assert choose([rule("a", 1)], {"a": {PersonId("bob")}}, ADA)[0] == FALLBACK
