"""What `envoi match` answers: clusters in words, with what is merged unseen and what somebody looks at."""

from __future__ import annotations

from envoi.people.match.cluster import Cluster, Link
from envoi.people.match.find import Found
from envoi.reports.matches import measured, told
from tests.people.match.crowd import ANN, NICKNAMES, ROB, people

SURE, LESS, LEAST = Link(0, 1, 0.999), Link(1, 2, 0.95), Link(2, 3, 0.6)
FOUND = Found(
    links=(SURE, LESS, LEAST),
    clusters=(Cluster(records=(0, 1, 2), links=(SURE, LESS)),),
    certain=(Cluster(records=(0, 1), links=(SURE,)),),
    refused=(LEAST,),
)
CROWD = people([ROB, ROB, ("Bob", *ROB[1:]), ANN], keys=["a", "b", "c", "d"])


def test_a_cluster_that_somebody_looks_at() -> None:
    (cluster,), (refused,) = told(CROWD, FOUND, NICKNAMES)
    assert (cluster.records, cluster.verdict, cluster.score) == (["a", "b", "c"], "review", 0.95)
    assert cluster.parts == [["a", "b"], ["c"]]
    assert [(each.left, each.right, each.verdict) for each in cluster.links] == [
        ("a", "b", "merge"),
        ("b", "c", "review"),
    ]
    assert (refused.left, refused.right) == ("c", "d")


def test_doubt_is_told_among_the_reasons() -> None:
    _, (refused,) = told(CROWD, FOUND, NICKNAMES)
    assert refused.reasons[-1] == "somebody should look: the given names are two"


def test_how_good_each_threshold_is() -> None:
    """In truth a and b are one, c and d are one: of 6, 3, 3 and 1 pairs found 2, 1, 1 and 1 are true."""
    truth = measured(FOUND, "who", ["x", "x", "y", "y"], cap=100)
    assert (truth.pairs, truth.precision, truth.recall) == (2, 1 / 3, 1 / 2)
    assert [(at.threshold, at.found, at.both) for at in truth.thresholds] == [
        *((0.5, 6, 2), (0.9, 3, 1), (0.95, 3, 1), (0.99, 1, 1))
    ]
