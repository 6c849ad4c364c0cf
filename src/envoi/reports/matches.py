"""What `envoi match` answers, of a file and of a project's people; the fields are a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.people.match.cluster import Bounds, Cluster, Link, clusters
from envoi.people.match.find import MERGE, REVIEW, Found, parts
from envoi.people.match.reasons import doubt, reasons
from envoi.people.match.truth import pairwise
from envoi.reports.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.people.match.compare import Nicknames
    from envoi.people.match.record import People

#: What is reported where the truth is known.
THRESHOLDS = (0.5, REVIEW, 0.95, MERGE)


class MatchLink(Answer, frozen=True, kw_only=True):
    """Two records that may be one person."""

    left: str
    right: str
    #: How likely it is, from 0 to 1.
    score: float
    #: "merge" or "review".
    verdict: str
    reasons: list[str]


class MatchCluster(Answer, frozen=True, kw_only=True):
    """Records that are or may be one person."""

    records: list[str]
    #: How sure the least sure of its links is.
    score: float
    #: "merge": all of it without anyone looking; "review": only the `parts`, until somebody looked.
    verdict: str
    #: The records as they are merged without anyone looking.
    parts: list[list[str]]
    #: The links that hold it together, one fewer than records.
    links: list[MatchLink]


class MatchAt(Answer, frozen=True, kw_only=True):
    """How good the clusters of one threshold are."""

    threshold: float
    #: Pairs within the clusters, and how many of them are true.
    found: int
    both: int
    precision: float
    recall: float
    f1: float


class MatchTruth(Answer, frozen=True, kw_only=True):
    """The clusters held against what is known."""

    column: str
    #: Pairs that are one person in truth.
    pairs: int
    #: Of the clusters listed: those of 0.90.
    precision: float
    recall: float
    f1: float
    thresholds: list[MatchAt]


class MatchField(Answer, frozen=True, kw_only=True):
    """What a column was taken for."""

    column: str
    kind: str


class Matched(Answer, frozen=True, kw_only=True):
    """Duplicates in a file."""

    file: str
    records: int
    #: Records that could not be read, by reason.
    unreadable: dict[str, int]
    #: "splink" or "rules".
    method: str
    #: Why it is the rules, if it is.
    because: str
    #: The column whose values name the records; empty: they are counted from 1.
    key: str
    fields: list[MatchField]
    #: The thresholds: merged unseen, and looked at.
    merge: float = MERGE
    review: float = REVIEW
    clusters: list[MatchCluster]
    #: Links that would have joined clusters to one that is too large, or a mere chain.
    refused: list[MatchLink]
    truth: MatchTruth | None = None
    seconds: float


class PeopleMatched(Answer, frozen=True, kw_only=True):
    """Duplicates among a project's own people."""

    people: int
    #: "splink" or "rules".
    method: str
    #: Why it is the rules, if it is.
    because: str
    fields: list[MatchField]
    #: Whether nobody was merged and nothing put before anyone.
    dry_run: bool
    #: The thresholds: merged unseen, and looked at.
    merge: float = MERGE
    review: float = REVIEW
    #: Who was merged, or would be, the surest first.
    merged: list[MatchLink]
    #: Pairs that somebody is to look at.
    asked: list[MatchLink]
    #: How many of them were not asked before.
    new: int
    #: Pairs that somebody told apart, and whose records are as they were then.
    told_apart: int
    #: Links that would have joined more people than the cap, or a mere chain.
    refused: list[MatchLink]
    #: Who may not be merged although they seem to be one, and why.
    conflicts: dict[str, str]
    seconds: float


def told(people: People, found: Found, nicknames: Nicknames) -> tuple[list[MatchCluster], list[MatchLink]]:
    """The clusters, largest first, and the links refused, in words."""

    def link(each: Link) -> MatchLink:
        return _link(people, each, nicknames)

    ordered = sorted(found.clusters, key=lambda each: (-len(each.records), each.records))
    certain = {record: each for each in found.certain for record in each.records}
    said = [_cluster(people, each, certain, [link(one) for one in each.links]) for each in ordered]
    return said, [link(each) for each in found.refused]


def measured(found: Found, column: str, truth: Sequence[str], *, cap: int) -> MatchTruth:
    """How good the clusters are at each threshold."""
    rows = []
    for threshold in THRESHOLDS:
        made = clusters(found.links, threshold=threshold, bounds=Bounds(cap=cap)).clusters
        held = pairwise((each.records for each in made), truth)
        rows.append(
            MatchAt(
                threshold=threshold,
                found=held.found,
                both=held.both,
                precision=held.precision,
                recall=held.recall,
                f1=held.f1,
            )
        )
    listed = rows[THRESHOLDS.index(REVIEW)]
    pairs = pairwise([], truth).true
    return MatchTruth(
        column=column,
        pairs=pairs,
        precision=listed.precision,
        recall=listed.recall,
        f1=listed.f1,
        thresholds=rows,
    )


def in_words(people: People, link: Link, nicknames: Nicknames) -> list[str]:
    """Why the two may be one person, and why somebody should look, if so."""
    against = doubt(people, link.left, link.right, nicknames)
    why = reasons(people, link.left, link.right, nicknames)
    return [*why, *([f"somebody should look: {against}"] if against else [])]


def _cluster(people: People, each: Cluster, certain: dict[int, Cluster], links: list[MatchLink]) -> MatchCluster:
    within = parts(each, certain)
    return MatchCluster(
        records=[people.keys[record] for record in each.records],
        score=round(each.score, 6),
        verdict="merge" if len(within) == 1 else "review",
        parts=[[people.keys[record] for record in part] for part in within],
        links=sorted(links, key=lambda one: (-one.score, one.left, one.right)),
    )


def _link(people: People, link: Link, nicknames: Nicknames) -> MatchLink:
    return MatchLink(
        left=people.keys[link.left],
        right=people.keys[link.right],
        score=round(link.score, 6),
        verdict="merge" if link.score >= MERGE else "review",
        reasons=in_words(people, link, nicknames),
    )
