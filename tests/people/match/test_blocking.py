"""The pairs that are compared: each once, those that agree in something rare, and no more than can be afforded."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.blocking import LARGEST_GROUP, Block, blocks, pairs
from tests.people.match.crowd import ANN, ROB, people, rows, strangers


@given(rows)
def test_each_pair_is_compared_once(given_rows: list[tuple[str, ...]]) -> None:
    found = list(pairs(blocks(people(given_rows))))
    assert len(found) == len(set(found))
    assert all(left < right for left, right in found)


@given(rows, st.randoms())
def test_the_order_of_records_does_not_matter(given_rows: list[tuple[str, ...]], chance: object) -> None:
    places = list(range(len(given_rows)))
    chance.shuffle(places)  # type: ignore[attr-defined]
    shuffled = [given_rows[place] for place in places]
    found = {frozenset((places[left], places[right])) for left, right in pairs(blocks(people(shuffled)))}
    assert found == {frozenset(pair) for pair in pairs(blocks(people(given_rows)))}


@given(rows)
def test_a_small_file_misses_no_pair_that_agrees(given_rows: list[tuple[str, ...]]) -> None:
    crowd = people(given_rows)
    agreeing = {
        (left, right)
        for values in crowd.values.values()
        for left, right in combinations(range(len(given_rows)), 2)
        if values[left] == values[right] != ""
    }
    assert agreeing <= set(pairs(blocks(crowd)))


def test_swapped_names_are_compared() -> None:
    swapped = ("Hall", "Robert", "", "", "", "", "")
    assert (0, 1) in pairs(blocks(people([("Robert", "Hall", "", "", "", "", ""), swapped])))


def test_what_too_many_agree_in_makes_no_pairs() -> None:
    many = [(*each[:3], "test@test.com", *each[4:]) for each in strangers(LARGEST_GROUP + 1)]
    assert all("mail" not in {name for name, _ in block.on} for block in blocks(people(many)))


def test_finer_blocks_are_left_out() -> None:
    fields = [block.fields for block in blocks(people([ROB, ROB, ANN]))]
    assert {"mail"} in fields
    assert all(len(each) <= 1 for each in fields)


def test_a_block_that_lost_its_largest_group_covers_nothing() -> None:
    lossy = Block(on=(("mail", "whole"),), groups=[], pairs=0, complete=False)
    whole = Block(on=(("mail", "whole"),), groups=[], pairs=0, complete=True)
    finer = (("mail", "whole"), ("born", "whole"))
    assert (lossy.covers(finer), whole.covers(finer), whole.covers((("born", "whole"),))) == (False, True, False)
