"""The elements of a mail as its author wrote them, each with its place; tags of the dialect are veiled."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.templates.mask import without_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.templates.tags import Tags

#: Stands for each character of a tag: no letter, space or sign of HTML or CSS.
VEIL = "\ue000"
#: An element has at most so many attributes that a file full of quotes is still read in no time.
_START = re.compile(r"<([a-z][\w-]*)\b((?:\"[^\"]*\"|'[^']*'|[^<>\"']++){0,60}+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_SHEET = re.compile(r"<(?:mj-)?style\b[^<>]*>", re.IGNORECASE)
_SHEET_END = re.compile(r"</(?:mj-)?style\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """The start of an element."""

    name: str
    #: By name in small letters: the value, and where in the source it begins.
    attributes: dict[str, tuple[str, int]]
    #: Where in the source its start begins and ends.
    start: int
    end: int

    def get(self, name: str) -> str | None:
        """An attribute's value, None if it has none such."""
        found = self.attributes.get(name)
        return found[0] if found else None


def veiled(source: str, tags: Tags) -> str:
    """The source with a veil for each character of a tag and a space for each of a comment: every offset stays."""
    return without_notes(tags.pattern.sub(lambda tag: re.sub(r"[^\n]", VEIL, tag[0]), source))


def elements(veil: str) -> Iterator[Element]:
    """The starts of the elements of a veiled source."""
    for found in _START.finditer(veil):
        attributes: dict[str, tuple[str, int]] = {}
        for each in _ATTRIBUTE.finditer(veil, found.start(2), found.end(2)):
            group = next(number for number in (2, 3, 4) if each[number] is not None)
            attributes.setdefault(each[1].lower(), (each[group], each.start(group)))
        yield Element(name=found[1].lower(), attributes=attributes, start=found.start(), end=found.end())


def sheets(veil: str) -> Iterator[tuple[str, int]]:
    """The style sheets of a veiled source, and where each begins."""
    end = 0
    while (start := _SHEET.search(veil, end)) and (close := _SHEET_END.search(veil, start.end())):
        end = close.end()
        css = veil[start.end() : close.start()]
        yield re.sub(r"/\*.*?\*/", lambda note: " " * len(note[0]), css, flags=re.DOTALL), start.end()
