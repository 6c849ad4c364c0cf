"""What mail programs do not show, by the tests of caniemail.com."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.errors import DataError
from envoi.templates.check.markup import elements, sheets
from envoi.templates.check.problem import Problem
from envoi.templates.place import places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.errors import Place

#: Families and platforms of the programs that most people read with, and what to call them.
_PROGRAMS = {
    ("apple-mail", "ios"): "Apple Mail on iPhone",
    ("gmail", "desktop-webmail"): "Gmail",
    ("gmail", "android"): "Gmail on Android",
    ("outlook", "windows"): "Outlook for Windows",
    ("outlook", "outlook-com"): "Outlook.com",
    ("yahoo", "desktop-webmail"): "Yahoo",
    ("samsung-email", "android"): "Samsung Email",
}
_DECLARATION = re.compile(r"(?<![\w-])([a-z-]+)\s*:\s*([^;{}]+)", re.IGNORECASE)
#: Parts of style sheets that are no declaration, by what a feature's name begins with.
_SIGNS = {
    "css-at-media-": r"@media[^{{]*\b{0}\b",
    "css-at-": r"@{0}\b",
    "css-pseudo-class-": r":{0}\b",
    "css-pseudo-element-": r"::?{0}\b",
    "css-function-": r"\b{0}\(",
    "css-unit-": r"\b\d+{0}\b",
}
_VALUES = {
    "css-linear-gradient": r"linear-gradient\(", "css-radial-gradient": r"radial-gradient\(",
    "css-conic-gradient": r"conic-gradient\(", "css-variables": r"var\(\s*--", "css-unit-calc": r"\bcalc\(",
    "css-display-flex": r"\bdisplay\s*:\s*(inline-)?flex", "css-display-grid": r"\bdisplay\s*:\s*(inline-)?grid",
}  # fmt: skip
#: Names of elements that stand for a group, and names that are no element.
_NO_ELEMENTS = frozenset(
    {"align", "background", "cellpadding", "cellspacing", "dir", "doctype", "height", "hidden", "lang", "role", "style"}
)
_PICTURES = ("apng", "avif", "bmp", "heif", "svg", "tiff", "webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """For each feature of HTML and CSS, which programs do not know it; by the names that caniemail.com gives them."""

    titles: Mapping[str, str]
    lacking: Mapping[str, tuple[str, ...]]


def read_support(text: str) -> Support:
    """The features in a JSON file of caniemail's tests: by slug, a title and stats by family, platform and version.

    Raises:
        DataError: it is no such file.
    """
    try:
        features = json.loads(text)
        titles = {slug: str(each["title"]) for slug, each in features.items()}
        lacking = {slug: tuple(_without(each["stats"])) for slug, each in features.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DataError(f"this does not read as what mail programs support: {fault}") from fault
    return Support(titles=titles, lacking={slug: names for slug, names in lacking.items() if names})


def unsupported(veil: str, support: Support) -> Iterator[Problem]:
    """Each feature that a veiled source uses and a program lacks, where it is used first."""
    find, told = places(veil), set[str]()
    for slug, offset in _used(veil, support):
        if slug in support.lacking and slug not in told:
            told.add(slug)
            yield _note(support.titles[slug], support.lacking[slug], find(offset))


def _note(title: str, programs: tuple[str, ...], at: Place) -> Problem:
    *most, last = programs
    what = f"{title} does nothing in {' and '.join([*([', '.join(most)] if most else []), last])}"
    return Problem(severity="note", what=what, hint="see that the mail reads well without it", at=at)


def _without(stats: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[str]:
    """The programs whose latest version does not know a feature."""
    for (family, platform), name in _PROGRAMS.items():
        versions = stats.get(family, {}).get(platform, {})
        if versions and list(versions.values())[-1].startswith("n"):
            yield name


def _used(veil: str, support: Support) -> Iterator[tuple[str, int]]:
    """The features in a source, and where."""
    for css, start in _styles(veil):
        for found in _DECLARATION.finditer(css):
            yield f"css-{found[1].lower()}", start + found.start()
        for slug in support.lacking:
            pattern = _VALUES.get(slug) or _sign(slug)
            found_one = re.search(pattern, css, re.IGNORECASE) if pattern else None
            if found_one:
                yield slug, start + found_one.start()
    for element in elements(veil):
        if element.name not in _NO_ELEMENTS:
            yield f"html-{element.name}", element.start
        if "srcset" in element.attributes:
            yield "html-srcset", element.attributes["srcset"][1]
        ending = (element.get("src") or "").partition("?")[0].rpartition(".")[2].lower()
        if element.name in {"img", "mj-image"} and ending in _PICTURES:
            yield f"image-{ending}", element.attributes["src"][1]


def _styles(veil: str) -> Iterator[tuple[str, int]]:
    """The style sheets and styles of a source."""
    yield from sheets(veil)
    for element in elements(veil):
        if "style" in element.attributes:
            yield element.attributes["style"]


def _sign(slug: str) -> str:
    for begin, pattern in _SIGNS.items():
        if slug.startswith(begin):
            return pattern.format(re.escape(slug.removeprefix(begin)))
    return ""
