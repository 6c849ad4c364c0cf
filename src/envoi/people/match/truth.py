"""How good clusters are where the truth is known: precision and recall of the pairs that they make."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairwise:
    """Pairs of records that are one person: in truth, as found, and both."""

    true: int
    found: int
    both: int

    @property
    def precision(self) -> float:
        """The share of the pairs found that are true; 1 if none was found."""
        return self.both / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the true pairs that was found; 1 if there are none."""
        return self.both / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both.

        >>> Pairwise(true=4, found=2, both=2).f1
        0.6666666666666666
        """
        whole = self.precision + self.recall
        return 2 * self.precision * self.recall / whole if whole else 0.0


def pairwise(clusters: Iterable[Sequence[int]], truth: Sequence[str]) -> Pairwise:
    """Holds clusters against the truth: by record, a value that records of one person share; "" is a person alone.

    >>> pairwise([[0, 1, 2]], ["a", "a", "b", "b"])
    Pairwise(true=2, found=3, both=1)
    """
    found = both = 0
    for cluster in clusters:
        found += _pairs(len(cluster))
        both += sum(_pairs(count) for count in Counter(truth[record] for record in cluster if truth[record]).values())
    true = sum(_pairs(count) for count in Counter(each for each in truth if each).values())
    return Pairwise(true=true, found=found, both=both)


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
