"""Clusters: connected, no larger than the cap, no mere chains, and the same in whatever order links come."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.cluster import SUPPORT, Bounds, Link, clusters

_links = st.dictionaries(
    st.tuples(st.integers(0, 14), st.integers(0, 14)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(0.01, 1),
    max_size=60,
).map(lambda found: [Link(*pair, score) for pair, score in found.items()])


@given(_links, st.floats(0, 1), st.integers(2, 6))
def test_the_laws_of_clusters(links: list[Link], threshold: float, cap: int) -> None:
    found = clusters(links, threshold=threshold, bounds=Bounds(cap=cap))
    seen = [record for each in found.clusters for record in each.records]
    assert len(seen) == len(set(seen))
    for each in found.clusters:
        assert 2 <= len(each.records) <= cap
        assert len(each.links) == len(each.records) - 1
        assert set(each.links) <= set(links)
        assert each.score >= threshold
        # As many links as records but one, and each record in them: connected without a circle.
        reached = {each.records[0]}
        for _ in each.links:
            reached |= {end for link in each.links if reached & set(link[:2]) for end in link[:2]}
        assert reached == set(each.records)


@given(_links, st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(links: list[Link], chance: random.Random) -> None:
    shuffled = chance.sample(links, len(links))
    one, other = (clusters(each, threshold=0.5) for each in (links, shuffled))
    assert [each.records for each in one.clusters] == [each.records for each in other.clusters]


@given(_links)
def test_clusters_of_a_higher_threshold_lie_within_those_of_a_lower(links: list[Link]) -> None:
    low, high = (clusters(links, threshold=threshold).clusters for threshold in (0.5, 0.9))
    assert all(any(set(one.records) <= set(other.records) for other in low) for one in high)


def test_two_groups_held_by_one_thread_are_split_there() -> None:
    left = [Link(*pair, 0.999) for pair in combinations(range(5), 2)]
    right = [Link(*pair, 0.998) for pair in combinations(range(5, 10), 2)]
    thread = Link(4, 5, 0.97)
    found = clusters([*left, *right, thread], threshold=0.9)
    assert [each.records for each in found.clusters] == [(0, 1, 2, 3, 4), (5, 6, 7, 8, 9)]
    assert found.refused == (thread,)
    # 25 pairs across: at a tenth of them, three links are enough.
    more = [Link(0, 9, 0.95), Link(1, 8, 0.95)]
    assert SUPPORT * 25 <= 3 * 0.95
    assert len(clusters([*left, *right, thread, *more], threshold=0.9).clusters) == 1


def test_what_is_beyond_the_cap_is_cut_at_the_weakest_link() -> None:
    chain = [Link(0, 1, 0.99), Link(1, 2, 0.91), Link(2, 3, 0.98)]
    found = clusters([*chain, Link(0, 3, 0.9)], threshold=0.9, bounds=Bounds(cap=3))
    assert [each.records for each in found.clusters] == [(0, 1), (2, 3)]
    assert found.refused == (chain[1], Link(0, 3, 0.9))


def test_who_was_told_apart_is_not_joined_even_by_way_of_a_third() -> None:
    links = [Link(0, 1, 0.999), Link(1, 2, 0.999), Link(0, 2, 0.999)]
    found = clusters(links, threshold=0.9, bounds=Bounds(apart={0: frozenset({2}), 2: frozenset({0})}))
    assert [each.records for each in found.clusters] == [(0, 1)]


def test_a_person_merged_of_several_counts_as_many() -> None:
    links = [Link(0, 1, 0.999), Link(1, 2, 0.98)]
    assert len(clusters(links, threshold=0.9, bounds=Bounds(cap=4, weights={0: 2})).clusters[0].records) == 3
    found = clusters(links, threshold=0.9, bounds=Bounds(cap=4, weights={0: 3}))
    assert [each.records for each in found.clusters] == [(0, 1)]
