"""Precision and recall of pairs, held against counting them one by one."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.truth import Pairwise, pairwise


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", "c", ""])), max_size=20))
def test_the_sums_are_those_of_counting(records: list[tuple[int, str]]) -> None:
    truth = [true for _, true in records]
    clusters = [[n for n, (cluster, _) in enumerate(records) if cluster == each] for each in range(5)]
    pairs = list(combinations(range(len(records)), 2))
    true = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]] != ""}
    found = {pair for pair in pairs if records[pair[0]][0] == records[pair[1]][0]}
    assert pairwise(clusters, truth) == Pairwise(true=len(true), found=len(found), both=len(true & found))


def test_nothing_to_find_and_nothing_found_is_perfect() -> None:
    nothing = pairwise([], ["a", "b"])
    assert (nothing.precision, nothing.recall, nothing.f1) == (1, 1, 1)
    assert pairwise([], ["a", "a"]).f1 == 0
