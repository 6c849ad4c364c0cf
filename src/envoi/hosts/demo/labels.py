"""What the shop calls its products: the tills' abbreviations as words that people read in a mail."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A remark in parentheses, which the tills cut off where their field ends.
_REMARK = re.compile(r"\([^)]*\)?")
_BREAK = re.compile(r"\s*(?:[:/,]| - |- | -)\s*")


@dataclass(frozen=True, slots=True)
class Labels:
    """The names of departments, categories and products."""

    #: What the tills' words are written as.
    words: Mapping[str, str]
    departments: Mapping[str, str]
    #: The department of a category that the tills book under another.
    apart: Mapping[str, str]
    categories: Mapping[str, str]
    #: By "CATEGORY | TYPE" or by type alone.
    names: Mapping[str, str]

    def department(self, department: str | None, category: str | None) -> str | None:
        """The name of the department that a category stands in; None if the tills had none."""
        return (
            self.apart.get(category or "")
            or self.departments.get(department or "")
            or self.tidy(department or "")
            or None
        )

    def category(self, category: str | None) -> str | None:
        """A category's name; None if the tills had none."""
        return self.categories.get(category or "") or self.tidy(category or "") or None

    def name(self, category: str | None, kind: str | None) -> str | None:
        """A product's name by its category and type; the category's if it has no type, None if it has neither."""
        if not kind:
            return self.category(category)
        return (
            self.names.get(f"{category} | {kind}") or self.names.get(kind) or self.tidy(kind) or self.category(category)
        )

    def tidy(self, text: str) -> str:
        """The tills' words in lower case and written out, what goes together joined by commas, remarks left out.

        >>> tidy = read_labels().tidy
        >>> tidy("FRZN BAGGED VEGETABLES - PLAIN"), tidy("CANDY BARS (SINGLES)(INCLUDING"), tidy("BREAD:PITA/POCKET")
        ('Frozen bagged vegetables, plain', 'Candy bars', 'Bread, pita, pocket')
        """
        parts = []
        plain = _REMARK.sub(" ", text.lower()).replace(" w/", " with ")
        for part in _BREAK.split(plain):
            words = (self.words.get(word, word) for word in part.replace("&", " & ").replace(".", " ").split())
            parts.append(" ".join(word for word in words if word).strip(" &"))
        joined = ", ".join(part for part in parts if part)
        return joined[:1].upper() + joined[1:]


def read_labels() -> Labels:
    """The names in labels.toml."""
    return Labels(**tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8")))
