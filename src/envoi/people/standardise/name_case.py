"""The case of names: what capitals alone, or small letters alone, do not tell, in its usual form."""

from __future__ import annotations

import re

from envoi.people.standardise.base import folded
from envoi.people.standardise.name_words import CAPITAL_PARTICLES, PARTICLES

_MAC = re.compile(r"(?<![^\W\d_])(mc)([^\W\d_])", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<![^\W\d_])([dlo])'([^\W\d_])", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_MEANT = 2


def recased(text: str) -> str:
    """The words in the usual case of names, if their own case says nothing.

    >>> recased("OAK PARK"), recased("o'hare"), recased("LaSalle"), recased("mcdonald")
    ('Oak Park', "O'Hare", 'LaSalle', 'McDonald')
    """
    return cased(text, loud=is_loud(text))


def is_loud(text: str) -> bool:
    """Whether the case says nothing: all of it is capital, or small."""
    letters = [word for word in _WORD.findall(text) if len(word) > 1]
    return all(word.isupper() for word in letters) or all(word.islower() for word in letters)


def cased(text: str, *, loud: bool, is_family: bool = False) -> str:
    """In the usual case, where the text's own case says nothing; without the points of initials."""
    words = [_word(word, loud=loud, is_family=is_family) for word in text.split()]
    return " ".join(word for word in words if word)


def _word(word: str, *, loud: bool, is_family: bool) -> str:
    word = word.strip(".,;:")
    key = folded(word)
    is_particle = key in PARTICLES and key not in CAPITAL_PARTICLES
    if not loud and (is_particle or not _says_nothing(word)):
        return word
    if is_family and is_particle:
        return word.lower()
    cased = _WORD.sub(_capitalised, word)
    cased = _MAC.sub(lambda part: "Mc" + part[2].upper(), cased)
    return _APOSTROPHE.sub(lambda part: f"{part[1].upper()}'{part[2].upper()}", cased)


def _says_nothing(word: str) -> bool:
    """Whether a word is in one case among words that are not; two capitals, "DJ", are meant."""
    return word.islower() or (word.isupper() and len(word) > _MEANT)


def _capitalised(part: re.Match[str]) -> str:
    # "154th": letters after a digit are no word.
    after_digit = part.string[: part.start()][-1:].isdecimal()
    return part[0].lower() if after_digit else part[0][0].upper() + part[0][1:].lower()
