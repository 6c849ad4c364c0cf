"""What people read holds: links lead somewhere, each module says what it is, and no file names a registry."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.laws.sources import ROOT, modules, text_of, tracked

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])
FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)|(?:src|href)=\"([^\"]+)\"")
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
HEADING = re.compile(r"^#{1,6} +(.+?)[ #]*$", re.MULTILINE)
# Written in pieces, so that this file does not hold what it forbids.
REGISTRY = re.compile("|".join([r"py[p]i\.org", r"python[h]osted", r"registry\.npm[j]s", r"deb\.debian\.[o]rg"]))


def broken_links(page: Path, text: str) -> list[str]:
    """Links of a page to files, or to headings of a page, that are not there."""
    found = [one or other for one, other in LINK.findall(FENCE.sub("", text))]
    return [link for link in found if not ELSEWHERE.match(link) and not leads_somewhere(page, text, link)]


def leads_somewhere(page: Path, text: str, link: str) -> bool:
    """Whether a relative link of `page` names a file, and its fragment a heading of it."""
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    if not name:
        return heading in anchors(text)
    if not target.exists():
        return False
    return not heading or target.suffix != ".md" or heading in anchors(target.read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """The fragments by which the headings of a page are linked to."""
    titles = HEADING.findall(FENCE.sub("", text))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def has_opening_sentence(text: str) -> bool:
    """Whether a module begins with a docstring whose first line is a sentence."""
    opening = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    return opening.endswith((".", "!", "?"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken_links(page, page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", modules())
def test_a_module_opens_with_a_sentence(module: str) -> None:
    assert has_opening_sentence(text_of(module))


def test_no_file_names_a_registry() -> None:
    named = [path for path in tracked() if REGISTRY.search(path.read_bytes().decode("utf-8", "replace"))]
    assert named == []


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("[a](there.md) ![b](picture.png) [c](https://example.org) [d](mailto:a@example.org)", []),
        ("[a](gone.md)", ["gone.md"]),
        ('![a](gone.png) <img src="lost.png">', ["gone.png", "lost.png"]),
        ("[a](there.md#what-it-is) [b](there.md#what-it-was)", ["there.md#what-it-was"]),
        ("# On `this` page\n[a](#on-this-page) [b](#below)", ["#below"]),
        ("```\n[a](gone.md)\n```\n[b](../gone)", ["../gone"]),
    ],
)
def test_the_law_sees_broken_links(tmp_path: Path, text: str, broken: list[str]) -> None:
    (tmp_path / "there.md").write_text("# There\n\n## What it is\n", encoding="utf-8")
    (tmp_path / "picture.png").touch()
    assert broken_links(tmp_path / "page.md", text) == broken


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ('"""Says what it is."""', True),
        ('"""Says what it is.\n\nAnd more"""', True),
        ('"""Stops in the middle\nof a line."""', False),
        ("import os", False),
        ("", False),
    ],
)
def test_the_law_sees_silent_modules(text: str, holds: bool) -> None:
    assert has_opening_sentence(text) is holds


@pytest.mark.parametrize("host", ["https://py" + "pi.org/simple", "files.python" + "hosted.org"])
def test_the_law_sees_registries(host: str) -> None:
    assert REGISTRY.search(f"--index-url {host}")
