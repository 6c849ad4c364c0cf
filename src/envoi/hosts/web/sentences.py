"""Conditions as pages show them: each part on a line of its own, names, numbers and words told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.conditions.tree import All, AnyOf, Gated, Not
from envoi.conditions.written import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.conditions.tree import Condition

_TOKEN = re.compile(r'(?P<name>"(?:[^"\\]|\\.)*")|(?P<number>\b\d[\d_.]*\b)|(?P<word>\b[a-z]+\b)|.', re.DOTALL)
#: The words that hold the parts together.
_WORDS = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A condition as an outline: a leaf as it is written, or the heading of its parts."""

    says: str
    parts: Sequence[Outline] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A piece of a condition's text."""

    text: str
    #: "name", "number" or "word"; empty for what lies between.
    sort: str


def outline(condition: Condition) -> Outline:
    """The condition, part by part."""
    if isinstance(condition, Gated):
        return outline(condition.parts[0])
    if isinstance(condition, All | AnyOf):
        says = "all of these" if isinstance(condition, All) else "any of these"
        return Outline(says=says, parts=[outline(part) for part in condition.parts])
    if isinstance(condition, Not) and isinstance(condition.part, All | AnyOf):
        return Outline(says="not", parts=[outline(condition.part)])
    return Outline(says=written(condition))


def words(text: str) -> list[Word]:
    """The text of a condition, word by word: those of a sort together with those between them make up the text.

    >>> [(word.text, word.sort) for word in words('not did "X"')]
    [('not', 'word'), (' did ', ''), ('"X"', 'name')]
    """
    found: list[Word] = []
    for token in _TOKEN.finditer(text):
        sort = token.lastgroup or ""
        sort = "" if sort == "word" and token[0] not in _WORDS else sort
        if found and not sort and not found[-1].sort:
            found[-1] = Word(text=found[-1].text + token[0], sort="")
        else:
            found.append(Word(text=token[0], sort=sort))
    return found
