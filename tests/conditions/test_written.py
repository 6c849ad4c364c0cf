"""From text to tree and back nothing is lost."""

from __future__ import annotations

from hypothesis import given, settings

from envoi.conditions.parse import ONCE, parse, parse_scope
from envoi.conditions.tree import Condition, Did, Scope
from envoi.conditions.written import written
from tests.conditions import anything, sentences


@settings(max_examples=300)
@given(anything.conditions)
def test_any_tree_is_read_back_as_it_was_written(condition: Condition) -> None:
    assert parse(written(condition)) == condition


@given(sentences.conditions)
def test_what_is_written_is_written_the_same_again(condition: Condition) -> None:
    assert written(parse(written(condition))) == written(condition)


@given(anything.scopes)
def test_a_scope_is_read_alone_as_within_a_condition(scope: Scope) -> None:
    text = written(Did(scope, ONCE))

    assert parse_scope(text.removeprefix("did ")) == scope


def test_groups_within_groups_keep_their_parentheses() -> None:
    text = "(a = true and b is missing) and not (a = true and b is missing)"

    assert written(parse(text)) == text
