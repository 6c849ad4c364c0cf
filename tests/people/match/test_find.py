"""Matching as a whole, by the rules: what is merged, what is looked at, and that order does not matter."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.cluster import Bounds
from envoi.people.match.find import MERGE, REVIEW, Found, find, parts
from envoi.people.match.record import People
from envoi.people.match.rules import RuleLinker
from tests.people.match.crowd import ANN, NICKNAMES, ROB, people, rows, strangers

OTHERS = strangers(300)


def found(crowd: People, *, cap: int = 100) -> Found:
    return find(crowd, RuleLinker(NICKNAMES), nicknames=NICKNAMES, bounds=Bounds(cap=cap))


@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(given_rows: list[tuple[str, ...]], chance: random.Random) -> None:
    places = chance.sample(range(len(given_rows)), len(given_rows))
    one = found(people(given_rows))
    other = found(people([given_rows[place] for place in places]))
    # Scores agree to the last bit but one: sums are made in another order.
    assert {(frozenset(each[:2]), round(each.score, 9)) for each in one.links} == {
        (frozenset(places[end] for end in each[:2]), round(each.score, 9)) for each in other.links
    }


@given(rows, st.integers(2, 5))
def test_no_cluster_is_larger_than_the_cap(given_rows: list[tuple[str, ...]], cap: int) -> None:
    result = found(people(given_rows), cap=cap)
    assert all(len(each.records) <= cap for each in (*result.clusters, *result.certain))
    assert all(each.score >= REVIEW for each in result.clusters)
    assert all(each.score >= MERGE for each in result.certain)


def test_one_person_written_three_ways() -> None:
    again = ("Bob", "Hall", "1/5/1990", "Rob@Example.org", "+44 20 7946 0018", "3 High St", "")
    slip = ("Robert", "Hal", "1990-05-01", "", "02079460018", "", "N1 4BQ")
    result = found(people([*OTHERS, ROB, again, slip]))
    assert [each.records for each in result.certain] == [(300, 301, 302)]


def test_merging_the_merged_finds_nothing_more() -> None:
    result = found(people([*OTHERS, ROB, ROB, ROB]))
    left_out = {record for each in result.certain for record in each.records[1:]}
    kept = [row for number, row in enumerate([*OTHERS, ROB, ROB, ROB]) if number not in left_out]
    assert found(people(kept)).clusters == ()


def test_a_household_is_not_merged() -> None:
    assert found(people([*OTHERS, ROB, ANN])).clusters == ()


def test_a_household_of_one_address_for_mail_is_looked_at_at_most() -> None:
    assert found(people([*OTHERS, ROB, (*ANN[:2], "", ROB[3], *ANN[4:])])).certain == ()


def test_parts_are_what_is_merged_unseen() -> None:
    result = found(people([*OTHERS, ROB, ROB, ROB]))
    (cluster,) = result.clusters
    certain = {record: each for each in result.certain for record in each.records}
    assert parts(cluster, certain) == [(300, 301, 302)]
    assert parts(cluster, {}) == [(300,), (301,), (302,)]
