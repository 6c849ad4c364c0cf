"""What every recommender promises: a few picks for each person, no two called the same, from the past only."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.decisions.recommend.base import Recommender
from envoi.decisions.recommend.decayed import DecayedHistory
from envoi.events.event import PersonId
from tests.decisions.recommend.shelves import NOW, SHELF, Order, history, orders

PEOPLE = [PersonId(person) for person in ("3", "1", "nobody", "2")]
RECOMMENDERS: dict[str, Recommender] = {
    "decayed": DecayedHistory(shelf=SHELF, half_life_days=10, popular_days=30),
}
each = pytest.mark.parametrize("name", RECOMMENDERS)
counts = st.integers(1, 5)


def newest(bought: Sequence[Order], *, at: Instant) -> dict[str, str]:
    """The name on the latest line of each product on the shelf."""
    lines = [
        (NOW - order.ago, seq, line)
        for seq, order in enumerate(bought)
        for line in order.lines
        if line.is_on_shelf and NOW - order.ago <= at
    ]
    ranked = sorted(lines, key=lambda one: (one[0], one[1], str(one[2].name)))
    names: dict[str, str] = {}
    for when, seq, line in ranked:
        names[str(line.product)] = min(
            str(other.name) for at_, seq_, other in lines if (at_, seq_, other.product) == (when, seq, line.product)
        )
    return names


@each
@given(orders, counts)
@settings(max_examples=25)
def test_everyone_gets_as_many_as_the_shelf_has(name: str, bought: list[Order], count: int) -> None:
    with history(bought) as tables:
        picks = RECOMMENDERS[name].picker(tables, at=NOW, count=count)(PEOPLE)
    names = newest(bought, at=NOW)
    assert picks.keys() == set(PEOPLE)
    for own in picks.values():
        assert len(own) == min(count, len(set(names.values())))
        assert len({pick.item["name"] for pick in own}) == len(own), "no two are called the same"
        assert all(pick.item["name"] == names[pick.product] and pick.reason for pick in own)


@each
@given(orders, counts)
@settings(max_examples=12)
def test_only_what_is_on_the_shelf_is_recommended(name: str, bought: list[Order], count: int) -> None:
    with history(bought) as tables:
        picks = RECOMMENDERS[name].picker(tables, at=NOW, count=count)(PEOPLE)
    for pick in (pick for own in picks.values() for pick in own):
        assert pick.item["aisle"] == "food"
        assert isinstance(pick.item["price"], float)
        assert pick.item["price"] > 0


@each
@given(orders, counts, st.integers(0, 90))
@settings(max_examples=12)
def test_the_future_changes_nothing(name: str, bought: list[Order], count: int, days: int) -> None:
    at = Instant(NOW - days * 86_400_000_000)
    past = [order for order in bought if NOW - order.ago <= at]
    with history(bought) as tables, history(past) as known:
        recommender = RECOMMENDERS[name]
        assert recommender.picker(tables, at=at, count=count)(PEOPLE) == recommender.picker(known, at=at, count=count)(
            PEOPLE
        )


@each
@given(orders)
@settings(max_examples=12)
def test_fewer_picks_are_the_first_of_more_and_nobody_depends_on_who_is_asked(name: str, bought: list[Order]) -> None:
    with history(bought) as tables:
        recommender = RECOMMENDERS[name]
        many = recommender.picker(tables, at=NOW, count=4)(PEOPLE)
        assert recommender.picker(tables, at=NOW, count=4)(PEOPLE[:1]) == {PEOPLE[0]: many[PEOPLE[0]]}
        few = recommender.picker(tables, at=NOW, count=2)(PEOPLE)
    assert few == {person: own[:2] for person, own in many.items()}


@each
def test_an_empty_shelf_recommends_nothing(name: str) -> None:
    with history([]) as tables:
        assert RECOMMENDERS[name].picker(tables, at=NOW, count=3)(PEOPLE) == {person: [] for person in PEOPLE}
