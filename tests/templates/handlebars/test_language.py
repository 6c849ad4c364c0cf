from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envoi.errors import LimitExceeded, TemplateError
from envoi.templates.handlebars import parse, parse_mustache

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.templates.template import Template

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = tomllib.loads((GOLDEN / "handlebars.toml").read_text(encoding="utf-8"))["case"]
#: Drawn from a grammar, with what handlebars.js 4.7.10 printed.
DRAWN = [json.loads(line) for line in (GOLDEN / "handlebars_js.jsonl").read_text(encoding="utf-8").splitlines()]
BIG = {f"k{number}": number for number in range(2000)}


@pytest.mark.parametrize("case", [case for case in CASES if "result" in case], ids=lambda case: case["name"])
def test_it_renders(case: dict[str, Any]) -> None:
    assert parse(case["template"], partials=case.get("partials")).render(case.get("data", {})) == case["result"]


@pytest.mark.parametrize("case", [case for case in CASES if "error" in case], ids=lambda case: case["name"])
def test_it_says_what_is_wrong_where_and_what_to_write(case: dict[str, Any]) -> None:
    with pytest.raises(TemplateError) as caught:
        parse(case["template"], partials=case.get("partials")).render(case.get("data", {}))
    assert str(caught.value) == case["error"]


@pytest.mark.parametrize("case", DRAWN, ids=range(len(DRAWN)))
def test_it_prints_what_the_reference_engine_prints(case: dict[str, Any]) -> None:
    assert parse(case["template"], partials=case["partials"]).render(case["data"]) == case["result"]


def test_names_lead_to_the_data_of_the_project() -> None:
    template = parse(
        "{{FNAME}}{{#each ITEMS}}{{n}}{{@root.FNAME}}{{/each}}", names={"FNAME": "person.first_name", "ITEMS": "a.b"}
    )
    assert template.render({"person": {"first_name": "Anna"}, "a": {"b": [{"n": 1}]}}) == "Anna1Anna"


def test_the_data_that_a_template_needs_are_known_through_its_partials() -> None:
    template = parse(
        "{{#with person}}{{name}}{{> sign}}{{/with}}{{#each products}}{{title}}{{> foot}}{{/each}}{{> foot x=1}}",
        partials={"sign": "{{first}}", "foot": "{{@root.shop.url}}{{x}}"},
    )
    paths = [each.path for each in template.variables()]
    assert paths == ["person", "person.name", "person.first", "products", "shop.url", "shop.url"]


def test_without_autoescape_values_stand_as_they_are() -> None:
    assert parse("{{a}}{{{a}}}", autoescape=False).render({"a": "<&"}) == "<&<&"


@pytest.mark.parametrize(
    ("template", "partials", "data"),
    [
        ("{{#each a}}{{#each @root.a}}{{#each @root.a}}{{this}}{{/each}}{{/each}}{{/each}}", {}, {"a": [1] * 100}),
        ("{{#each a}}{{@root.text}}{{/each}}", {}, {"a": [1] * 1000, "text": "x" * 10_000}),
        ("{{> p}}", {"p": "{{> p}}"}, {}),
        ("{{> p}}", {"p": "{{> q}}{{> q}}", "q": "{{> p}}{{> p}}"}, {}),
        ("{{#> p}}{{/p}}", {"p": "{{#> p}}{{> @partial-block}}{{/p}}{{#> p}}x{{/p}}"}, {}),
        ("{{> (lookup . 'p')}}", {"p": "{{> (lookup . 'p')}}"}, {"p": "p"}),
        ("{{join a b}}", {}, {"a": ["x"] * 9_000, "b": "y" * 90_000}),
        ("{{concat a a a}}", {}, {"a": "x" * 90_000}),
        ("{{upper a}}", {}, {"a": "x" * 200_000}),
        ("{{formatDate 0 a}}", {}, {"a": "dddd" * 30_000}),
        ("{{#each a}}{{formatDate 0 @root.b}}{{/each}}", {}, {"a": [1] * 9_000, "b": "dddd" * 10_000}),
        ("\n" + "{{#if a}}" * 31 + "{{/if}}" * 31, {}, {}),
        ("{{#if " + "(" * 61 + "a" + ")" * 61 + "}}{{/if}}", {}, {}),
        ("{{#if " + "not " * 100 + "a}}{{/if}}", {}, {}),
        ("{{a}}" * 60_000, {}, {}),
        ("{{> p1}}", {f"p{n}": f"{{{{> p{n + 1}}}}}" * 9 for n in range(1, 9)} | {"p9": "x"}, {}),
        ("{{#each a}}{{> p @root x=1}}{{/each}}", {"p": "{{#with this}}{{x}}{{/with}}"}, {"a": [1] * 900} | BIG),
        (" " * 200 + "{{> p}}", {"p": "{{a}}"}, {"a": "x\n" * 1000}),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_grows_without_end_is_stopped(template: str, partials: dict[str, str], data: dict[str, object]) -> None:
    with pytest.raises(LimitExceeded):
        parse(template, partials=partials).render(data)


@pytest.mark.parametrize(
    "unit", ["{{", "{{{", "{{#a}}", "{{!--", "{{!", "\\{{", "{{{{a}}}}", "{{a ", "{{(", '{{"', "{{[", "{{> ", "}}", "~"]
)
def test_a_megabyte_of_anything_is_read_or_refused_in_one_pass(unit: str) -> None:
    for parser in (parse, parse_mustache):
        assert outcome(parser, unit * (1_000_000 // len(unit)))


def outcome(parser: Callable[..., Template], template: str) -> str:
    """What a template prints, or why it is refused."""
    try:
        return parser(template).render({})
    except TemplateError as error:
        return error.what


def test_mustache_looks_for_names_in_the_contexts_around() -> None:
    template = "{{#a}}{{x}}{{y}}{{#b}}{{x}}{{y}}{{/b}}{{> p}}{{> none}}{{/a}}"
    data = {"x": 1, "y": 2, "a": {"x": 3, "b": [{"y": 4}]}}
    assert parse_mustache(template, partials={"p": "<{{y}}>"}).render(data) == "3234<2>"
    assert parse("{{#a}}{{x}}{{y}}{{/a}}").render(data) == "3"


def test_mustache_can_change_its_delimiters() -> None:
    assert parse_mustache("{{=<% %>=}}<% a %>{{a}}<%={{ }}=%>{{a}}").render({"a": 1}) == "1{{a}}1"
    with pytest.raises(TemplateError) as caught:
        parse_mustache("{{=<% %>=}}\n <% a").render({})
    assert str(caught.value) == "line 2, column 2: this tag does not end; close it with %>"
    with pytest.raises(TemplateError) as caught:
        parse_mustache("x {{=<%}}").render({})
    assert str(caught.value) == "line 1, column 3: these are no delimiters; write {{=<% %>=}}"


def test_mustache_looks_around_a_partial_that_names_itself() -> None:
    template = parse_mustache("{{#x}}{{> n}}{{/x}}", partials={"n": "<{{t}}{{y}}{{#kids}}{{> n}}{{/kids}}>"})
    assert template.render({"y": "Y", "x": {"t": 1, "kids": [{"t": 2, "kids": [{"kids": []}]}]}}) == "<1Y<2Y<2Y>>>"
