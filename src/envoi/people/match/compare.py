"""How alike two values of one kind are, in words."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    #: By a name, the names that it may be short for.
    Nicknames = Mapping[str, frozenset[str]]

#: Jaro-Winkler of names that are the same but for a slip or two (Winkler's own thresholds for Census names).
NEAR = 0.92
#: For longer texts, of which more may be written otherwise.
NEAR_TEXT = 0.9
#: Letters of an e-mail address, an identifier or a date that may be wrong.
SLIPS = 2
#: Of a date YYYY-MM-DD the year and month; of a post code the area.
MONTH, AREA = 7, 3


_NO_DIGIT = re.compile(r"\D")


class Likeness(StrEnum):
    """How alike two values are, from the most to the least."""

    SAME = "same"
    NICKNAME = "nickname"
    ONE_LETTER = "one letter"
    #: The telling part: what stands before the @, the year and month, the area of a post code.
    PART = "part"
    NEAR = "near"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


def likeness(kind: Kind, left: str, right: str, nicknames: Nicknames) -> Likeness:
    """How alike two comparable values are; the order of the two does not matter.

    >>> likeness(Kind.SURNAME, "meier", "maier", {}), likeness(Kind.DATE, "1990-05-01", "1990-05-17", {})
    (<Likeness.ONE_LETTER: 'one letter'>, <Likeness.PART: 'part'>)
    >>> likeness(Kind.EMAIL, "rob1@a.org", "rob2@a.org", {}), likeness(Kind.EMAIL, "rob1@a.org", "robb1@a.org", {})
    (<Likeness.DIFFERENT: 'different'>, <Likeness.ONE_LETTER: 'one letter'>)
    """
    if not left or not right:
        return Likeness.UNKNOWN
    if left == right:
        return Likeness.SAME
    if kind is Kind.GIVEN and related(left, right, nicknames):
        return Likeness.NICKNAME
    return Likeness.DIFFERENT if kind is Kind.CATEGORY else _less_alike(kind, left, right)


def related(left: str, right: str, nicknames: Nicknames) -> bool:
    """Whether one given name is short for the other, or both are for the same.

    >>> related("rob", "bobby", {"rob": frozenset({"robert"}), "bobby": frozenset({"robert"})})
    True
    """
    return not ({left} | nicknames.get(left, frozenset())).isdisjoint({right} | nicknames.get(right, frozenset()))


def _less_alike(kind: Kind, left: str, right: str) -> Likeness:
    if kind is Kind.EMAIL and _NO_DIGIT.sub("", left) != _NO_DIGIT.sub("", right):
        # rob1@ and rob2@ are two people more often than a slip, as numbers are what tells such addresses apart.
        return Likeness.DIFFERENT
    slips = DamerauLevenshtein.distance(left, right, score_cutoff=SLIPS)
    if slips == 1:
        return Likeness.ONE_LETTER
    if _part(kind, left) == _part(kind, right) != "":
        return Likeness.PART
    return Likeness.NEAR if _near(kind, left, right, slips) else Likeness.DIFFERENT


def _near(kind: Kind, left: str, right: str, slips: int) -> bool:
    if kind in (Kind.GIVEN, Kind.SURNAME):
        return JaroWinkler.similarity(left, right) >= NEAR
    if kind in (Kind.ADDRESS, Kind.PLACE, Kind.TEXT):
        return JaroWinkler.similarity(left, right) >= NEAR_TEXT
    return kind is not Kind.POSTCODE and slips <= SLIPS


def _part(kind: Kind, value: str) -> str:
    match kind:
        case Kind.EMAIL:
            return value.rpartition("@")[0]
        case Kind.DATE:
            return value[:MONTH]
        case Kind.POSTCODE:
            return value[:AREA]
    return ""
