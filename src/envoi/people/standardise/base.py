"""What every rule makes of a text: a clean value, what else it tells, or why it has none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """A text in standard form. A rule never guesses: where a text could mean two things, it has a fault."""

    #: In standard form; empty if the text is not what it should be.
    value: str = ""
    #: Why it is not, in words for the person who will mend it; empty if it is.
    fault: str = ""
    #: What else the text tells, by the names that the rule's function gives: the domain, the given name.
    parts: Mapping[str, str] = field(default_factory=dict)


#: What a rule is, once its options are bound.
Standard = Callable[[str], Clean]


#: In plain text, what is no letter and no digit.
_BETWEEN = re.compile(r"[^a-z0-9]+")
#: Quotes as people's fingers type them for those that their software puts there.
_STRAIGHT = str.maketrans({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x201E: '"'})


def words(text: str) -> frozenset[str]:
    """The words of a table that is written as a text."""
    return frozenset(text.split())


def spaced(text: str) -> str:
    """The text in its composed form, with straight quotes, single spaces and none around, and nothing without width.

    >>> spaced(" Anna   Lee "), spaced("O\N{RIGHT SINGLE QUOTATION MARK}Neill\N{ZERO WIDTH SPACE}")
    ('Anna Lee', "O'Neill")
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    composed = unicodedata.normalize("NFC", text).translate(_STRAIGHT)
    kept = "".join(each for each in composed if unicodedata.category(each) != "Cf")
    return " ".join(kept.split())


@lru_cache(maxsize=1 << 14)
def folded(text: str) -> str:
    """The text as it is looked up: without case, accents, points, and whatever else writers leave out.

    >>> folded("Côte d'Ivoire"), folded("U.S.A."), folded("new-york  STATE")
    ('cote d ivoire', 'usa', 'new york state')
    """
    if text.isascii():
        return _BETWEEN.sub(" ", text.lower().replace(".", "")).strip()
    plain = "".join(each for each in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each))
    return " ".join("".join(each if each.isalnum() else " " for each in plain.replace(".", "")).split())
