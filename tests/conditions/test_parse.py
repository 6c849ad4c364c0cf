"""The language as examples: what each text means, and how it is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from envoi.conditions import slips
from envoi.conditions.bind import bind
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.scopes import DEEPEST
from envoi.conditions.tree import All, Not, Trait
from envoi.conditions.written import written
from envoi.errors import ConditionError, Place
from tests.conditions.shop import DEFINITIONS

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = [
    case
    for name in ("conditions.toml", "condition_slips.toml")
    for case in tomllib.loads((GOLDEN / name).read_text(encoding="utf-8"))["condition"]
]
RIGHT = [case for case in CASES if "wrong" not in case]
WRONG = [case for case in CASES if "wrong" in case]


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case["text"])
def test_a_condition_is_written_in_one_way(case: dict[str, str]) -> None:
    condition = parse(case["text"])
    bind(condition, DEFINITIONS, text=case["text"])

    assert written(condition) == case.get("written", case["text"])
    assert parse(written(condition)) == condition


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case["text"])
def test_a_wrong_condition_is_refused_with_its_place_and_what_to_do(case: dict[str, Any]) -> None:
    with pytest.raises(ConditionError) as refused:
        bind(parse(case["text"]), DEFINITIONS, text=case["text"])

    line, column = case["place"]
    assert refused.value.what == case["wrong"]
    assert refused.value.at == Place(line=line, column=column)
    assert refused.value.hint == case.get("hint", "")


def test_every_common_slip_is_among_the_examples() -> None:
    hints = [case.get("hint", "") for case in WRONG]
    tables = [table for table in vars(slips).values() if isinstance(table, tuple)]

    assert tables
    for pattern, hint in (slip for table in tables for slip in table):
        said = re.escape(hint).replace(r"\\1", ".+")
        assert any(re.fullmatch(said, each) for each in hints), pattern


def test_groups_nest_so_deep_and_no_deeper() -> None:
    assert parse("(" * DEEPEST + "age = 1" + ")" * DEEPEST) == parse("age = 1")
    # One after the other they do not add up, nor make room for more.
    assert isinstance(parse(" and ".join(["(age = 1 or age = 2)"] * DEEPEST * 2)), All)
    with pytest.raises(ConditionError, match="nested more than 50 deep"):
        parse("(age = 1) and " + "(" * (DEEPEST + 1) + "age = 1" + ")" * (DEEPEST + 1))
    with pytest.raises(ConditionError, match="nested more than 50 deep"):
        parse("not " * (DEEPEST + 1) + "age = 1")
    with pytest.raises(ConditionError, match="nested more than 50 deep"):
        parse('did "Order Completed" where ' + "(" * 10_000)


def test_a_scope_alone() -> None:
    scope = parse_scope('"Order Completed" in the last 30 days where total > 20')

    assert (scope.event, scope.where is None, scope.window is None) == ("Order Completed", False, False)
    with pytest.raises(ConditionError, match="expected where, a window or the end, found 'and'"):
        parse_scope('"Order Completed" and age = 1')


def test_a_field_called_like_a_word_of_the_language_goes_in_backquotes() -> None:
    condition = parse("not `not` = 1")

    assert isinstance(condition, Not)
    assert isinstance(condition.part, Trait)
    assert condition.part.name == "not"
