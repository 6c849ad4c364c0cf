"""From evidence to probability: two records are of one person, of one household, or of two strangers.

With two classes only, a family that shares surname, address and telephone looks like one person many times over. The
third class takes up what is shared: a pair of one household agrees in it as a person does with itself, and in what is
personal as strangers do. How many pairs there are of each class is learned from the pairs themselves, by expectation
and maximisation of these two numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.people.match.port import Weighed

#: Evidence beyond this many bits settles anything, and more would overflow.
_CERTAIN = 250.0
#: Pairs whose evidence is equal to this many parts of a bit are counted together.
_PARTS = 4
_ROUNDS, _SETTLED = 200, 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The shares of all pairs of records that are of one person, and of two people of one household."""

    person: float
    household: float

    def probability(self, personal: float, shared: float) -> float:
        """That a pair with so much evidence is of one person.

        >>> shares = Shares(person=1e-5, household=1e-4)
        >>> [round(shares.probability(*bits), 3) for bits in [(20, 20), (-8, 30), (0, 0)]]
        [1.0, 0.0, 0.0]
        """
        one, home, strangers = self._odds(personal, shared)
        return one / (one + home + strangers)

    def _odds(self, personal: float, shared: float) -> tuple[float, float, float]:
        common = 2.0 ** _bounded(shared)
        one = self.person * 2.0 ** _bounded(personal) * common
        return one, self.household * common, 1 - self.person - self.household

    def settled(self, cells: Iterable[tuple[float, float, int]], pairs: float) -> Shares:
        """The shares that follow if these are believed of pairs with so much evidence, so many of each."""
        # One more of each than was found: a share of nothing could never grow again.
        person = household = 1.0
        for personal, shared, count in cells:
            one, home, strangers = self._odds(personal, shared)
            whole = one + home + strangers
            person += count * one / whole
            household += count * home / whole
        return Shares(person=min(person / pairs, 0.5), household=min(household / pairs, 0.4))


def calibrate(weighed: Sequence[Weighed], records: int) -> Shares:
    """The shares of all pairs of `records` records; a pair that was not weighed counts as one of strangers."""
    cells = [(*cell, count) for cell, count in Counter(_cell(each) for each in weighed).items()]
    pairs = max(1.0, records * (records - 1) / 2)
    shares = Shares(person=min(0.5, 1 / max(1, records)), household=min(0.4, 1 / max(1, records)))
    for _ in range(_ROUNDS):
        before, shares = shares, shares.settled(cells, pairs)
        if abs(shares.person / before.person - 1) + abs(shares.household / before.household - 1) < _SETTLED:
            break
    return shares


def _cell(each: Weighed) -> tuple[float, float]:
    return round(each.personal * _PARTS) / _PARTS, round(each.shared * _PARTS) / _PARTS


def _bounded(bits: float) -> float:
    return min(max(bits, -_CERTAIN), _CERTAIN)
