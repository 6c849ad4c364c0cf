from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from envoi.errors import EnvoiError
from envoi.templates.handlebars import parse, parse_mustache

if TYPE_CHECKING:
    from pathlib import Path

#: Cases of handlebars.js that need an engine's inside, and why.
GAPS = {"javascript-compiler api / #nameLookup / should allow override": "it replaces the compiler of handlebars.js"}
#: Folders of the Mustache specification that are optional: Handlebars has its own way to each.
OPTIONAL = ("~dynamic-names", "~inheritance", "~lambdas")


def cases_of_handlebars_js(data: Path) -> list[dict[str, Any]]:
    packed = data / "handlebars_cases" / "cases.json.gz"
    cases: list[dict[str, Any]] = json.loads(gzip.decompress(packed.read_bytes()))
    return cases


def outcome(case: dict[str, Any]) -> str | None:
    """What a template prints, or None if it is refused."""
    try:
        data = {} if case["input"] is None else case["input"]
        return parse(case["template"], partials=case["partials"]).render(data)
    except EnvoiError:
        return None


def test_the_cases_of_handlebars_js_that_need_no_javascript(envoi_data: Path) -> None:
    cases = [
        case
        for case in cases_of_handlebars_js(envoi_data)
        if case["dataOnly"] and not case["compileOptions"] and not case["runtimeOptions"]
    ]
    wrong = [case["name"] for case in cases if outcome(case) != (case["expected"] if case["kind"] == "out" else None)]
    assert len(cases) > 100
    assert wrong == [name for name in wrong if name in GAPS]


def test_the_core_of_the_mustache_specification(envoi_data: Path) -> None:
    packed = envoi_data / "mustache_spec" / "mustache_spec.json.gz"
    suite = json.loads(gzip.decompress(packed.read_bytes()))
    cases = [case for name, file in suite.items() if name not in OPTIONAL for case in file["tests"]]
    wrong = [
        case["name"]
        for case in cases
        if parse_mustache(case["template"], partials=case.get("partials")).render(case["data"]) != case["expected"]
    ]
    assert len(cases) == 136
    assert wrong == []


def test_the_templates_of_postmark_parse_and_print_their_names(envoi_data: Path) -> None:
    packed = envoi_data / "postmark_templates" / "templates.json.gz"
    files = json.loads(gzip.decompress(packed.read_bytes()))
    assert len(files) > 100
    for source in files.values():
        template = parse(source)
        data = {each.path.split(".")[0]: f"<{each.path}>" for each in template.variables()}
        printed = template.render(data)
        assert printed.count("{{") == source.count("\\{{")
        assert all(f"&lt;{name}&gt;" in printed for name in ("product_name",) if f"{{{{{name}}}}}" in source)


@pytest.mark.parametrize("name", GAPS)
def test_a_known_gap_is_still_one(name: str, envoi_data: Path) -> None:
    case = next(each for each in cases_of_handlebars_js(envoi_data) if each["name"] == name)
    assert outcome(case) != case["expected"]
