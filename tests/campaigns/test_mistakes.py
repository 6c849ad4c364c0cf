"""Each kind of mistake in a project's files is told at its place, with what to write instead, and all at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from envoi.campaigns.project import load
from envoi.errors import InvalidProject
from tests.campaigns.corner import FILES

GOLDEN = Path(__file__).parents[1] / "golden" / "mistakes.toml"
CASES: list[dict[str, Any]] = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))["mistake"]


def changed(case: dict[str, Any], files: dict[str, str]) -> dict[str, str]:
    """The files with the mistake made in them."""
    if "old" not in case:
        return files | {case["file"]: case["text"]}
    before = files[case["file"]]
    assert before.count(case["old"]) == 1, f"{case['old']!r} should be there once"
    return files | {case["file"]: before.replace(case["old"], case["text"])}


def told(files: dict[str, str]) -> list[str]:
    with pytest.raises(InvalidProject) as caught:
        load(files)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_the_project_they_are_made_in_has_none() -> None:
    project = load(FILES)
    assert project.segments.keys() == {"Gold"}
    assert project.campaigns.keys() == {"hello"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_mistake_is_told(case: dict[str, Any]) -> None:
    assert told(changed(case, FILES)) == case["told"]


def test_all_are_told_at_once_in_the_order_of_files_and_lines() -> None:
    together = (
        "no such time zone",
        "a value that never is",
        "two rules of one priority",
        "cut points that do not ascend",
    )
    cases = [case for case in CASES if case["name"] in together]
    files = FILES
    for case in cases:
        files = changed(case, files)
    lines = told(files)
    assert sorted(lines) == sorted(line for case in cases for line in case["told"])
    places = [line.split(":")[:2] for line in lines]
    assert [(file, int(line)) for file, line in places] == sorted((file, int(line)) for file, line in places)


def test_a_folder_without_a_project_says_how_to_make_one() -> None:
    with pytest.raises(InvalidProject, match=r"it has no envoi\.toml; make one with 'envoi init'"):
        load({"segments/gold.toml": FILES["segments/gold.toml"]})
