"""From links between two records to clusters of one person, none too large and none a mere chain.

Links join records from the surest to the least sure, as Kruskal's algorithm does, so clusters are connected components
unless a join is refused; the links refused are the weakest, so that is where a cluster is split. A join is refused if
the cluster would be larger than the cap, or if too few of the pairs across it are alike: A like B and B like C, but A
not at all like C, is how strangers become one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Nobody is on record more often; a larger cluster comes of a value that many leave as it was ("test@test.com").
CAP = 100
#: How likely the pairs across a join must be on average, where both sides are several records.
SUPPORT = 0.1


class Link(NamedTuple):
    """Two records, by their numbers, and how likely they are one person."""

    left: int
    right: int
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What no cluster goes beyond, however alike its records are."""

    #: The most records of one person.
    cap: int = CAP
    #: By record, those it must not be with: somebody said that they are two people.
    apart: Mapping[int, frozenset[int]] = field(default_factory=dict)
    #: By record, for how many it stands, as a person merged of several does; 1 if it is not here.
    weights: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Records of one person; the links are those that hold it together, one fewer than records."""

    records: tuple[int, ...]
    links: tuple[Link, ...]

    @property
    def score(self) -> float:
        """How sure the weakest of its links is."""
        return min(link.score for link in self.links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """The clusters of two and more records, and the links that would have joined more than they should."""

    clusters: tuple[Cluster, ...]
    refused: tuple[Link, ...]


#: A hundred records at most, whichever they are.
ANY = Bounds()


def clusters(links: Sequence[Link], *, threshold: float, bounds: Bounds = ANY) -> Clusters:
    """The clusters that links of at least `threshold` make; weaker links only tell how alike two clusters are."""
    groups = _Groups(links, bounds)
    refused = []
    for link in sorted(links, key=lambda each: (-each.score, each.left, each.right)):
        if link.score < threshold:
            break
        if not groups.join(link):
            refused.append(link)
    found = [Cluster(records=tuple(sorted(each)), links=tuple(groups.held[at])) for at, each in groups.members.items()]
    several = sorted((each for each in found if len(each.records) > 1), key=lambda each: each.records)
    return Clusters(clusters=tuple(several), refused=tuple(refused))


@dataclass(slots=True)
class _Groups:
    """Groups of records as they grow; each is known by one of its members."""

    links: Sequence[Link]
    bounds: Bounds
    root: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    held: dict[int, list[Link]] = field(default_factory=lambda: defaultdict(list))
    #: By two groups, the sum of the scores of the links across them.
    across: dict[int, dict[int, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def __post_init__(self) -> None:
        for left, right, score in self.links:
            for record in (left, right):
                self.root[record] = record
                self.members[record] = [record]
            self.across[left][right] += score
            self.across[right][left] += score

    def join(self, link: Link) -> bool:
        """Whether the link's records are in one group now."""
        one, other = self.root[link.left], self.root[link.right]
        if one == other:
            return True
        size, more = len(self.members[one]), len(self.members[other])
        if self.across[one][other] < SUPPORT * size * more or not self._may_be_one(one, other):
            return False
        if size < more:
            one, other = other, one
        self._take_in(one, other)
        self.held[one].append(link)
        return True

    def _may_be_one(self, one: int, other: int) -> bool:
        weights, apart = self.bounds.weights, self.bounds.apart
        if sum(weights.get(each, 1) for group in (one, other) for each in self.members[group]) > self.bounds.cap:
            return False
        return not any(self.root.get(foe) == other for each in self.members[one] for foe in apart.get(each, ()))

    def _take_in(self, one: int, other: int) -> None:
        for record in self.members[other]:
            self.root[record] = one
        self.members[one] += self.members.pop(other)
        self.held[one] += self.held.pop(other, [])
        for third, score in self.across.pop(other).items():
            del self.across[third][other]
            if third != one:
                self.across[one][third] += score
                self.across[third][one] += score
