from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from envoi.errors import LimitExceeded, Place, TemplateError
from envoi.templates.liquid import parse, parse_plain

CASES = tomllib.loads((Path(__file__).parents[2] / "golden" / "liquid.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", [case for case in CASES if "result" in case], ids=lambda case: case["name"])
def test_it_renders(case: dict[str, Any]) -> None:
    template = parse(case["template"], partials=case.get("partials"))
    assert template.render(case.get("data", {})) == case["result"]


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=lambda case: case["name"])
def test_it_says_what_is_wrong_and_where(case: dict[str, Any]) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(case["template"], partials=case.get("partials")).render(case.get("data", {}))
    assert case["error"] in str(caught.value)
    assert [caught.value.at.line, caught.value.at.column] == case["at"]


def test_every_case_has_an_outcome() -> None:
    assert all(("result" in case) != ("error" in case) for case in CASES)


@pytest.mark.parametrize(
    ("row", "error", "column"),
    [
        ("\n{{ 'x' | money }}", "money takes a number", 10),
        ("\n{% if x %}", "{% if %} is never closed", 1),
        ("\n {{ x | }}", "the name of a filter is missing", 2),
        ("\n{% fro x %}", "there is no tag 'fro'", 4),
    ],
)
def test_a_fault_in_a_partial_names_the_partial(row: str, error: str, column: int) -> None:
    with pytest.raises(TemplateError, match=error) as caught:
        parse("{% render 'row' %}", partials={"other": "fine", "row": row}).render({})
    assert caught.value.at == Place(file="row", line=2, column=column)


class Secret:
    colour = "red"

    def __str__(self) -> str:
        return self.colour


@pytest.mark.parametrize("value", [Secret(), Secret, [1, Secret()], {"a": {"b": Secret()}}, print])
@pytest.mark.parametrize(
    "use",
    ["{{ o }}", "{{ o | upcase }}", "{{ o | join: ',' }}", "{{ 'a' | append: o }}", "{% assign a = o %}{{ a }}"],
)
def test_objects_of_the_program_are_refused(value: object, use: str) -> None:
    with pytest.raises(TemplateError, match="the data holds an object") as caught:
        parse("one\n" + use).render({"o": value})
    assert caught.value.at.line == 2


@pytest.mark.parametrize(
    "way", ["colour", "__class__", "__class__.__mro__", "__init__.__globals__", "['colour']", "[0]"]
)
def test_nothing_of_an_object_can_be_reached(way: str) -> None:
    dot = "" if way.startswith("[") else "."
    template = parse(f"[{{{{ o{dot}{way} }}}}]")
    assert [template.render({"o": each}) for each in (Secret(), Secret, "text", 1)] == ["[]"] * 4


@pytest.mark.parametrize(
    "template",
    ["{{ 10 | date: 5 }}", "{{ 'x' | base64_decode }}", "{{ x | sort }}", "{{ x | sum: 'a' }}", "{{ 1 | abs: 2 }}"],
)
def test_a_filter_given_the_wrong_thing_is_our_error(template: str) -> None:
    with pytest.raises(TemplateError):
        parse(template).render({"x": [1, "a", None, {"a": "y"}]})


def test_data_that_holds_itself_is_refused() -> None:
    data: dict[str, object] = {}
    data["self"] = data
    with pytest.raises(LimitExceeded):
        parse("{{ self }}").render(data)


def test_plain_text_is_never_escaped() -> None:
    source = "{{ x }} {{ x | escape }} {{ x | newline_to_br }}"
    template = parse_plain(source)
    assert template.render({"x": "a & b"}) == "a & b a & b a & b"
    assert parse(source, autoescape=False).render({"x": "a & b"}) == "a & b a &amp; b a & b"


def test_variables_are_those_the_data_must_bring() -> None:
    loop = "{% for p in products %}{{ p.name }}{{ shop['url'] }}{% endfor %}"
    template = parse("{% assign hero = content.hero %}{{ hero.text }}\n" + loop)
    assert [(each.path, each.at.line) for each in template.variables()] == [
        ("content.hero", 1),
        ("products", 2),
        ("shop.url", 2),
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{% elseif a %}", "there is no tag 'elseif'; did you mean 'elsif'?"),
        ("{% else %}", "{% else %} stands outside of its block"),
        ("{% if a and %}{% endif %}", "a value is missing; in '{% if a and %}'"),
        ("{% if a === 1 %}{% endif %}", "= compares nothing; write =="),
        ("{% if a && b %}{% endif %}", "& is no word of Liquid; write `and`"),
        ("{{ a || b }}", "|| is no word of Liquid; write `or` in a condition"),
        ("{{ a | default('x') }}", "( cannot stand here; a filter takes its values behind a colon"),
        ("{{ 'a }}", "a quotation is not closed"),
        ("{% if a", "this tag does not end; close it with %}"),
    ],
)
def test_what_people_bring_from_other_languages_is_told_in_the_words_of_this_one(source: str, told: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(source)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ a | date }}", "a value is missing here"),
        ("{{ a | append }}", "a value is missing here"),
        ("{{ a | upcase: 1 }}", "these are more values than it takes"),
        ("{{ a | money: 1, 2 }}", "these are more values than it takes"),
        ("{{ a | default: allow_fals: true }}", "it takes no 'allow_fals'"),
    ],
)
def test_values_that_a_filter_does_not_take(source: str, told: str) -> None:
    with pytest.raises(TemplateError, match=f"line 1, column 8: {told}"):
        parse(source).render({"a": "x"})
