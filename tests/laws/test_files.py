"""Law 5: a file holds one idea and has a name that says which."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.laws.sources import ROOT

LONGEST = 600
EMPTY_WORDS = ("utils", "util", "common", "helpers", "helper", "manager", "misc")
SOURCES = sorted(path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*.py"))


def faults_of_file(path: Path, text: str) -> list[str]:
    """What law 5 holds against a file of this name and text."""
    faults = []
    lines = text.count("\n") + 1
    if lines > LONGEST:
        faults.append(f"has {lines} lines, and {LONGEST} is the most")
    faults += [
        f"is in {part!r}, a name that says nothing"
        for part in (*path.parent.parts, path.stem)
        if part.lower().split("_")[-1] in EMPTY_WORDS
    ]
    return faults


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_well_named(path: Path) -> None:
    assert faults_of_file(path.relative_to(ROOT), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "lines", "faults"),
    [
        ("src/envoi/people/consent.py", 600, 0),
        ("src/envoi/people/consent.py", 601, 1),
        ("src/envoi/people/people_utils.py", 10, 1),
        ("src/envoi/common/sums.py", 10, 1),
        ("src/envoi/manager/helpers.py", 601, 3),
        ("src/envoi/people/commonality.py", 10, 0),
    ],
)
def test_the_law_sees_long_files_and_empty_names(name: str, lines: int, faults: int) -> None:
    assert len(faults_of_file(Path(name), "\n".join("x" * lines))) == faults
