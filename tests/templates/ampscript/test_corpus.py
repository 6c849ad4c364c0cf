"""The cases that the language's vendor wrote for its own engine."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from envoi.errors import TemplateError
from envoi.templates.ampscript import parse

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2024, 5, 6, 7, 8)  # noqa: DTZ001 - AMPscript's dates have no zone
#: Cases that we answer otherwise, and why.
OTHERWISE = {
    "URLENCODE AMPscript In URL": "a text is never code: its engine runs what it finds in the text of an address",
    "TREATASCONTENT SET": "a text that is put together at run time is never code",
}


def cases(envoi_data: Path) -> list[dict[str, str | None]]:
    return json.loads((envoi_data / "ampscript_corpus/ampscript_functions.json").read_text(encoding="utf-8"))["cases"]  # type: ignore[no-any-return]


def answer(source: str) -> str:
    """What we print, or "!" for an error, as the cases say it."""
    try:
        return shown(parse(source, autoescape=False).render({"now": NOW}))
    except TemplateError:
        return "!"


def shown(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def test_functions_give_what_the_vendors_engine_gives(envoi_data: Path) -> None:
    wrong = {}
    for case in cases(envoi_data):
        # Where a case has no tree, its answer follows in the same text.
        source, _, follows = str(case["input"]).partition("\n++++\n")
        expected = case["expected"] or follows
        if answer(source) != shown(expected):
            wrong[case["name"]] = answer(source)
    assert set(wrong) == set(OTHERWISE)


@pytest.mark.parametrize(("folder", "start"), [("loyalty", "Index"), ("dd4tmp", "dd4tmp")])
def test_the_vendors_example_mails_render(envoi_data: Path, folder: str, start: str) -> None:
    files = json.loads((envoi_data / "ampscript_corpus/examples.json").read_text(encoding="utf-8"))
    blocks = {
        name.rpartition("/")[2].removesuffix(".ampscript"): text
        for name, text in files.items()
        if name.startswith(f"{folder}/Content/")
    }
    person = json.loads(files[f"{folder}/subscriber.json"])
    template = parse(
        files[f"{folder}/{start}.ampscript"],
        partials=blocks,
        names={name: name for name in [*person, "view_email_url"]},
        autoescape=False,
    )
    lists = {
        name.rpartition("/")[2].removesuffix(".csv"): rows(text)
        for name, text in files.items()
        if name.startswith(f"{folder}/DataExtensions/")
    }
    printed = template.render({**person, **lists, "now": NOW})
    assert "%%" not in printed
    if folder == "loyalty":
        assert printed.count("<li>") == sum("Gold" in row.values() for row in lists["Loyalty"])
        assert "Hello Logan" in printed


def rows(text: str) -> list[dict[str, str]]:
    head, *lines = [line.split(",") for line in text.splitlines() if line]
    return [dict(zip(head, line, strict=False)) for line in lines]
