from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.mailchimp import parse

GOLDEN = Path(__file__).parents[2] / "golden" / "mailchimp.toml"
CASES = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))["case"]
PIECES = [
    "*|",
    "|*",
    "IF:",
    "IFNOT:",
    "ELSEIF:",
    "ELSE:",
    "END:IF",
    "INTERESTED:",
    "END:INTERESTED",
    "DATE:",
    "UPPER:",
    "HTML:",
    "GROUP:",
]
WORDS = [
    "A",
    "FNAME",
    "LIST:COMPANY",
    "CURRENT_YEAR",
    " = ",
    "<",
    "&gt;",
    '"x"',
    "1",
    " ",
    "\n",
    "*",
    "|",
    ":",
    "Y-m-d",
    "é",
    "RSS",
]
TAGS = st.builds(
    lambda kind, name, sign, value: f"*|{kind}{name}{sign}{value}|*",
    st.sampled_from(["", "IF:", "IFNOT:", "ELSEIF:", "ELSE:IF:", "UPPER:", "TITLE:URL:", "INTERESTED:", "DATE:"]),
    st.sampled_from(["A", "B", "FNAME", "LIST:NAME", "NOBODY"]),
    st.sampled_from(["", " = ", "!=", " >= ", "<", ":"]),
    st.sampled_from(["", "5", '"x"', "'y z'", "a b"]),
)
BLOCKS = st.sampled_from(["*|ELSE:|*", "*|END:IF|*", "*|END:INTERESTED|*", "text", " "])


@pytest.mark.parametrize("case", [case for case in CASES if "result" in case], ids=lambda case: case["name"])
def test_it_renders(case: dict[str, Any]) -> None:
    assert parse(case["template"]).render(case.get("data", {})) == case["result"]


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=lambda case: case["name"])
def test_it_says_what_is_wrong_where_and_what_to_write(case: dict[str, Any]) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(case["template"]).render(case.get("data", {}))
    assert str(caught.value) == case["error"]


def test_names_lead_to_the_data_of_the_project() -> None:
    names = {"TIER": "person.loyalty.tier", "FNAME": "person.given_name", "GROUPS": "interests"}
    template = parse("*|FNAME|* *|IF:TIER = gold|*!*|END:IF|* *|GROUP:News|*", names=names)
    assert (
        template.render({"person": {"given_name": "Anna", "loyalty": {"tier": "gold"}}, "interests": {"News": ["a"]}})
        == "Anna ! a"
    )
    assert [each.path for each in template.variables()] == [
        "person.given_name",
        "person.loyalty.tier",
        "interests.News",
    ]


def test_the_data_that_a_tag_stands_for_are_known() -> None:
    paths = [each.path for each in parse("*|UNSUB|* *|LIST:COMPANY|* *|CURRENT_YEAR|* *|IF:X|**|END:IF|*").variables()]
    assert paths == ["unsubscribe_url", "shop.name", "now", "X"]


def test_without_autoescape_values_stand_as_they_are() -> None:
    assert parse("*|A|*", autoescape=False).render({"A": "R&D"}) == "R&D"


@pytest.mark.parametrize(
    ("template", "data"),
    [
        ("*|IF:A|*" * 31 + "*|END:IF|*" * 31, {}),
        ("*|A|*" * 60_000, {}),
        ("*|UPPER:A|*", {"A": "x" * 200_000}),
        ("*|URL:A|*", {"A": "é" * 90_000}),
        ("*|A|*" * 20, {"A": "x" * 90_000}),
        ("*|DATE:" + "l" * 60_000 + "|*", {"now": "2026-03-01"}),
    ],
    ids=range(6),
)
def test_what_grows_without_end_is_stopped(template: str, data: dict[str, object]) -> None:
    with pytest.raises(LimitExceeded):
        parse(template).render(data)


@pytest.mark.parametrize("unit", ["*|", "*|A", "|*", "*|IF:A|*", "*|A|*\n", "*| ", "*|A\n", "*||*"])
def test_a_megabyte_of_anything_is_read_or_refused_in_one_pass(unit: str) -> None:
    assert outcome(unit * (1_000_000 // len(unit)), None)


@given(st.lists(st.sampled_from(PIECES + WORDS), min_size=1, max_size=20).map("".join))
def test_pieces_of_tags_print_or_are_refused(template: str) -> None:
    assert outcome(template, "x")


@given(st.lists(TAGS | BLOCKS, max_size=10).map("".join), st.none() | st.text() | st.floats() | st.lists(st.text()))
def test_a_template_of_the_grammar_prints_or_is_refused(template: str, value: object) -> None:
    assert outcome(template, value)


def outcome(template: str, value: object) -> str:
    """What a template prints, or why it is refused."""
    try:
        return "printed " + parse(template).render({"A": value, "B": value, "now": "2026-03-01"})
    except TemplateError as error:
        return "refused: " + error.what
