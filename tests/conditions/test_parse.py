"""The language as examples: what each text means, and how it is refused."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from envoi.conditions.bind import bind
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.reader import RESERVED
from envoi.conditions.scopes import DEEPEST
from envoi.conditions.tree import Not, Trait
from envoi.conditions.written import written
from envoi.errors import ConditionError, Place
from tests.conditions.shop import DEFINITIONS

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "conditions.md"
GOLDEN = Path(__file__).parents[1] / "golden" / "conditions.toml"
CASES = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))["condition"]
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


def test_groups_nest_so_deep_and_no_deeper() -> None:
    assert parse("(" * DEEPEST + "age = 1" + ")" * DEEPEST) == parse("age = 1")
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


def examples() -> list[str]:
    """The conditions in the reference: whole blocks, and the first column of its tables."""
    page = REFERENCE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?`) \|", page, re.MULTILINE)
    blocks = re.findall(r"```condition\n(.*?)```", page, re.DOTALL)
    return [*blocks, *(text for row in rows for text in re.findall("`(.*?)`", row))]


@pytest.mark.parametrize("text", examples())
def test_the_examples_of_the_reference_are_conditions(text: str) -> None:
    assert written(parse(text))


def test_the_reference_names_the_reserved_words() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    named = re.search(r"Words that need them: ([a-z,\s]*)\.", page)

    assert named is not None
    assert set(re.split(r",\s*", named[1])) == RESERVED
