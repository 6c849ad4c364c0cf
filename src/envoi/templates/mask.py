"""Hides a dialect's tags from tools that read HTML, and puts them back: HTML's would tear a loop out of its table.

A tag between elements becomes a comment, which MJML and HTML keep where it stands, also between table rows. Inside an
attribute, a comment or an element of bare text it becomes a word, which they copy.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from envoi.errors import TemplateError
from envoi.templates.place import place
from envoi.templates.tags import LIQUID, Tags

_BARE = "mj-title|mj-preview|mj-style|mj-accordion-title|title|style|script|textarea"
#: What ends each state of the reader; the name of the group that matched is the next state.
_ENDS = {
    "node": rf"(?P<comment><!--)|(?P<bare><(?:{_BARE})\b[^>]*(?<!/)>)|(?P<tag></?[a-z])",
    "tag": r"""(?P<double>")|(?P<single>')|(?P<node>>)""",
    "double": r'(?P<tag>")',
    "single": r"(?P<tag>')",
    "bare": rf"(?P<node></(?:{_BARE})\s*>)",
    "comment": r"(?P<node>-->)",
}
#: How a word stands in each state; inside an element it must be an attribute of its own.
_FORMS = {"node": "<!--{}-->", "tag": " {} "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A text with its tags back in place, made of parts of a source."""

    text: str
    #: Where tags stand: (offset in `text`, offset in the source), ascending.
    tags: tuple[tuple[int, int], ...]

    def origin(self, offset: int) -> int:
        """Where in the source an offset lies that is inside a tag; elsewhere, how far it is behind the tag before."""
        here, there = self.tags[bisect_right(self.tags, offset, key=lambda pair: pair[0]) - 1]
        return there + offset - here


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A source whose tags are hidden."""

    text: str
    #: What stands before the first element: it acts in every piece.
    prologue: str
    #: Begins each word that stands for a tag, and occurs nowhere else in the source.
    key: str
    #: The tags and where in the source they stood.
    tags: tuple[tuple[str, int], ...]
    #: How the dialect writes them.
    dialect: Tags = LIQUID

    @property
    def words(self) -> re.Pattern[str]:
        """Finds a hidden tag in any of its forms: a comment, a word, a word that became an attribute."""
        return re.compile(rf'<!--{self.key}(\d+)x-->|{self.key}(\d+)x(?:="")?')

    def steering(self, text: str) -> list[str]:
        """The words in a text that stand for tags which decide, repeat or set."""
        return [word[0] for word in self.words.finditer(text) if self.dialect.steers(self.tags[_number(word)][0])]

    def missing(self, text: str) -> list[tuple[str, int]]:
        """The tags that a tool dropped on the way to `text`."""
        kept = {_number(word) for word in self.words.finditer(text)}
        return [tag for number, tag in enumerate(self.tags) if number not in kept]

    def unmask(self, text: str) -> str:
        """The tags back in a text made from this one."""
        return self.words.sub(lambda word: self.tags[_number(word)][0], text)

    def piece(self, text: str) -> Piece:
        """The same, ready to be compiled: after the prologue, and knowing where each tag came from."""
        parts, tags, size, end = [self.prologue], [(0, 0)], len(self.prologue), 0
        for word in self.words.finditer(text):
            tag, offset = self.tags[_number(word)]
            size += word.start() - end
            parts += [text[end : word.start()], tag]
            tags.append((size, offset))
            size, end = size + len(tag), word.end()
        return Piece(text="".join([*parts, text[end:]]), tags=tuple(tags))


def mask(source: str, *, start: int = 0, dialect: Tags = LIQUID) -> Masked:
    """Hides the tags of an MJML or HTML source, whose first element begins at `start`.

    >>> mask('<td title="{{ a }}">{% if b %}c</td>').text
    '<td title="liq0x"><!--liq1x-->c</td>'

    Raises:
        TemplateError: a block stands between attributes, which the tools write in an order of their own.
    """
    key = "liq"
    while key in source:
        key += "q"
    parts: list[str] = []
    tags: list[tuple[str, int]] = []
    state, end = "node", start
    ends = _ends(dialect)
    while found := ends[state].search(source, end):
        parts.append(source[end : found.start()])
        if found["hidden"]:
            if state == "tag" and dialect.steers(found[0]):
                hint = f'put it inside the value, as in class="{found[0]}"'
                raise TemplateError(f"{found[0]} stands between attributes", hint=hint, at=place(source, found.start()))
            word = f"{key}{len(tags)}x"
            parts.append(_FORMS.get(state, "{}").format(word))
            tags.append((found["hidden"], found.start()))
        else:
            parts.append(found[0])
            state = found.lastgroup or state
        end = found.end()
    text = "".join([*parts, source[end:]])
    return Masked(text=text, prologue=without_notes(source[:start]), key=key, tags=tuple(tags), dialect=dialect)


@cache
def _ends(dialect: Tags) -> dict[str, re.Pattern[str]]:
    """For each state of the reader, what it looks for: a tag, and what ends the state."""
    flags = re.DOTALL | re.IGNORECASE
    return {state: re.compile(f"(?P<hidden>{dialect.pattern.pattern})|{ends}", flags) for state, ends in _ENDS.items()}


def blanked(source: str, dialect: Tags = LIQUID) -> str:
    """The source with spaces for its tags and comments: every offset and line stays.

    >>> blanked("a{{ b }}c<!-- d -->e")
    'a       c          e'
    """
    return without_notes(dialect.pattern.sub(lambda tag: _spaces(tag[0]), source))


def without_notes(text: str) -> str:
    """The text with spaces for its comments of HTML; one that is never closed stays."""
    parts, end = [], 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        parts += [text[end:start], _spaces(text[start : close + 3])]
        end = close + 3
    return "".join([*parts, text[end:]])


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _number(word: re.Match[str]) -> int:
    return int(word[1] or word[2])
