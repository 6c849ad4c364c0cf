"""Whether the values of a field are spread otherwise than they were: of what is said of too few, nothing is concluded.

Two tests must both speak. One asks whether chance would do it: a share of values moves by itself, the more so the fewer
there are. The other asks whether it matters: of a million values every trifle is beyond chance.

    texts, true and false   population stability index, the sum of (c - r) ln(c / r) over the values' shares r and c;
                            without drift, it is distributed as chi-squared times (1/n + 1/m) with one degree of
                            freedom less than there are values (Yurdakul, Statistical Properties of PSI, 2018)
    numbers, times          Kolmogorov-Smirnov: the greatest distance of the two distribution functions; by chance it is
                            over 1.63 sqrt(1/n + 1/m) once in a hundred times (Smirnov, Ann. Math. Stat. 19, 1948)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Of fewer values on either side, nothing is concluded.
FEWEST = 100
#: The folklore of credit scoring calls a PSI of 0.1 a shift worth a look, and 0.25 a great one.
PSI_MATTERS = 0.1
#: One in ten is elsewhere than it was.
KS_MATTERS = 0.1
#: So many values are told apart; the rest, each of them rare, count as one.
MOST_VALUES = 20
_CHANCE = 0.01
#: What Smirnov's distribution reaches once in a hundred times.
_SMIRNOV = 1.6276
#: Stands for a value that one side lacks, so that no logarithm is endless.
_LEAST = 0.5
_REST = "\0the rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far two spreads of values are apart."""

    #: "psi" or "ks".
    measure: str
    value: float
    #: Beyond this it is neither chance nor a trifle.
    limit: float
    #: How many values there are in the reference window, and in the present one.
    before: int
    now: int
    #: The values whose share grew or shrank most: what it was, what it is. Of numbers: none.
    moved: tuple[tuple[str, float, float], ...] = ()

    @property
    def verdict(self) -> str:
        """In a word.

        >>> Drift(measure="ks", value=0.3, limit=0.2, before=500, now=500).verdict
        'drifted'
        """
        if min(self.before, self.now) < FEWEST:
            return "too few"
        return "drifted" if self.value > self.limit else "steady"


def of_values(before: Mapping[str, int], now: Mapping[str, int]) -> Drift:
    """The drift of texts, by how often each was said.

    >>> of_values({"gold": 500, "silver": 500}, {"gold": 510, "silver": 490}).verdict
    'steady'
    >>> found = of_values({"gold": 500, "silver": 500}, {"gold": 200, "silver": 800})
    >>> found.verdict, round(found.value, 3), found.moved[0]
    ('drifted', 0.416, ('gold', 0.5, 0.2))
    >>> of_values({"gold": 9}, {"silver": 9}).verdict
    'too few'
    """
    n, m = sum(before.values()), sum(now.values())
    if not n or not m:
        return Drift(measure="psi", value=0.0, limit=PSI_MATTERS, before=n, now=m)
    first, second = _grouped(before, now)
    value = 0.0
    shares = []
    for each in first:
        was, is_ = max(first[each], _LEAST) / n, max(second[each], _LEAST) / m
        value += (is_ - was) * log(is_ / was)
        shares.append((each, first[each] / n, second[each] / m))
    limit = max(PSI_MATTERS, chi_squared(len(first) - 1) * (1 / n + 1 / m))
    moved = sorted(
        (each for each in shares if each[0] != _REST), key=lambda each: (-round(abs(each[2] - each[1]), 9), each[0])
    )
    return Drift(measure="psi", value=value, limit=limit, before=n, now=m, moved=tuple(moved[:3]))


def of_numbers(distance: float, *, before: int, now: int) -> Drift:
    """The drift of numbers, by the greatest distance of their distribution functions.

    >>> of_numbers(0.04, before=100_000, now=100_000).verdict, of_numbers(0.2, before=1_000, now=1_000).verdict
    ('steady', 'drifted')
    """
    chance = _SMIRNOV * sqrt(1 / before + 1 / now) if before and now else 1.0
    return Drift(measure="ks", value=distance, limit=max(KS_MATTERS, chance), before=before, now=now)


def chi_squared(freedom: int) -> float:
    """What a chi-squared variable exceeds once in a hundred times (Wilson and Hilferty, PNAS 17, 1931).

    >>> round(chi_squared(9), 1)  # 21.67 by the tables
    21.7
    >>> chi_squared(0)
    0.0
    """
    if freedom < 1:
        return 0.0
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + NormalDist().inv_cdf(1 - _CHANCE) * sqrt(part)) ** 3)


def _grouped(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[Counter[str], Counter[str]]:
    """Both counts over the same values: the most frequent ones, and all others as one."""
    whole = Counter(before) + Counter(now)
    kept = {each for each, _ in whole.most_common(MOST_VALUES)}
    sides = []
    for counts in (before, now):
        side = Counter({each: counts.get(each, 0) for each in whole if each in kept})
        if len(whole) > len(kept):
            side[_REST] = sum(counts.values()) - sum(side.values())
        sides.append(side)
    return sides[0], sides[1]
