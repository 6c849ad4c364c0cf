"""The whole of matching: pairs worth comparing, weighed, made probabilities, and joined to clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.people.match.blocking import blocks
from envoi.people.match.calibrate import calibrate
from envoi.people.match.cluster import ANY, Bounds, Cluster, Link, clusters
from envoi.people.match.reasons import doubt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.people.match.compare import Nicknames
    from envoi.people.match.port import Linker
    from envoi.people.match.record import People

#: At and above this, records are merged without anyone looking.
MERGE = 0.99
#: At and above this, and below `MERGE`, a person decides.
REVIEW = 0.90
#: What a pair that raises doubt is held to be at most.
_DOUBTFUL = 0.98
#: Pairs less likely than this do not even count against a join.
_LEAST = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What matching found."""

    #: Every pair that may be one person, however unlikely.
    links: tuple[Link, ...]
    #: Clusters of records that are or may be one person: those of `REVIEW`.
    clusters: tuple[Cluster, ...]
    #: Clusters to be merged without anyone looking: those of `MERGE`. Each lies within one of `clusters`.
    certain: tuple[Cluster, ...]
    #: Links that would have joined two clusters to one that is too large or a mere chain.
    refused: tuple[Link, ...]


def find(people: People, linker: Linker, *, nicknames: Nicknames, bounds: Bounds = ANY) -> Found:
    """The records that are one person, as the linker weighs them."""
    weighed = linker.weigh(people, blocks(people))
    shares = calibrate(weighed, len(people.keys))
    links = []
    for left, right, personal, shared in weighed:
        score = shares.probability(personal, shared)
        if score >= MERGE and doubt(people, left, right, nicknames):
            score = _DOUBTFUL
        if score >= _LEAST:
            links.append(Link(left, right, score))
    review = clusters(links, threshold=REVIEW, bounds=bounds)
    certain = clusters(links, threshold=MERGE, bounds=bounds)
    return Found(links=tuple(links), clusters=review.clusters, certain=certain.clusters, refused=review.refused)


def parts(cluster: Cluster, certain: Mapping[int, Cluster]) -> list[tuple[int, ...]]:
    """The cluster's records as they stand if nobody looks: those merged together, and the others each alone.

    `certain` has by record the certain cluster that it is in.
    """
    return sorted({certain[record].records if record in certain else (record,) for record in cluster.records})
