"""Weighing pairs by fixed rules: what agreement on a value is worth follows from how rare the value is.

The form is that of Fellegi and Sunter (1969), "A theory for record linkage": each field adds log2 of how much likelier
its likeness is for one person than for two. For equal values the second of these is the share of records that hold the
value; the rest are constants, as nothing is learned here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING

from envoi.people.match.blocking import pairs
from envoi.people.match.compare import Likeness, likeness
from envoi.people.match.port import PERSONAL, Weighed
from envoi.people.match.record import Field, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.people.match.blocking import Block
    from envoi.people.match.compare import Nicknames
    from envoi.people.match.record import People

#: How often two records of one person hold the same value, where both hold one.
_HOLDS = 0.9
#: What is lost, in bits, if values are not the same but nearly so.
_LOST = {Likeness.NICKNAME: 4.0, Likeness.ONE_LETTER: 4.0, Likeness.NEAR: 6.0}
#: The share that remains if only the telling part is the same.
_PART = 1 / 2
#: What other values say, in bits: people move and take new addresses, but keep their day of birth.
_DIFFERENT = {
    Kind.GIVEN: -4.0,
    Kind.SURNAME: -3.5,
    Kind.DATE: -4.5,
    Kind.IDENTIFIER: -3.5,
    Kind.CATEGORY: -3.0,
    Kind.EMAIL: -2.0,
    Kind.POSTCODE: -2.0,
    Kind.PLACE: -2.0,
    Kind.PHONE: -1.5,
    Kind.ADDRESS: -1.5,
    Kind.TEXT: -1.5,
}
#: Pairs with less evidence than this are two people, and left out.
_LEAST = 0.0


@dataclass(frozen=True, slots=True)
class RuleLinker:
    """Weighs pairs without learning and without further packages."""

    nicknames: Nicknames

    @property
    def name(self) -> str:
        """See `Linker.name`."""
        return "rules"

    def weigh(self, people: People, blocks: Sequence[Block]) -> list[Weighed]:
        """See `Linker.weigh`."""
        scales = [_Scale.of(field, people.values[field.name]) for field in people.fields]
        weighed = []
        for left, right in pairs(blocks):
            personal = shared = 0.0
            for scale in scales:
                bits = scale.bits(left, right, self.nicknames)
                if scale.personal:
                    personal += bits
                else:
                    shared += bits
            if personal + shared > _LEAST:
                weighed.append(Weighed(left, right, personal, shared))
        return weighed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """What likeness in one field is worth."""

    kind: Kind
    personal: bool
    values: Sequence[str]
    #: By value, in bits.
    same: dict[str, float]
    #: Of a value drawn at random.
    usual: float

    @classmethod
    def of(cls, field: Field, values: Sequence[str]) -> _Scale:
        counts = Counter(value for value in values if value)
        filled = counts.total() or 1
        by_chance = sum((count / filled) ** 2 for count in counts.values()) or 1.0
        return cls(
            kind=field.kind,
            personal=field.kind in PERSONAL,
            values=values,
            same={value: log2(_HOLDS * filled / count) for value, count in counts.items()},
            usual=max(0.0, log2(_HOLDS / by_chance)),
        )

    def bits(self, left: int, right: int, nicknames: Nicknames) -> float:
        """What the two records' values say."""
        one, other = self.values[left], self.values[right]
        found = likeness(self.kind, one, other, nicknames)
        if found is Likeness.UNKNOWN:
            return 0.0
        if found is Likeness.SAME:
            return self.same[one]
        if found is Likeness.DIFFERENT:
            return _DIFFERENT[self.kind]
        return self.usual * _PART if found is Likeness.PART else max(0.0, self.usual - _LOST[found])
