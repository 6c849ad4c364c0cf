"""Own history with decay, against its definition in plain Python, and then what is popular."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from hypothesis import given, settings

from envoi.decisions.recommend.decayed import POPULAR, DecayedHistory
from envoi.events.event import PersonId
from tests.contracts.test_recommender import newest
from tests.decisions.recommend.shelves import DAY, NOW, SHELF, Line, Order, history, orders

HALF_LIFE, POPULAR_DAYS = 10, 30
RECOMMENDER = DecayedHistory(shelf=SHELF, half_life_days=HALF_LIFE, popular_days=POPULAR_DAYS)
TEA, JAM, RYE = (Line(product=name, name=name.title()) for name in ("tea", "jam", "rye"))


def expected(bought: list[Order], person: str, count: int) -> list[tuple[str, str]]:
    """What the person should get, from the definition."""
    names = newest(bought, at=NOW)
    past = [order for order in bought if order.ago >= 0]
    scores: Counter[str] = Counter()
    times: defaultdict[str, set[int]] = defaultdict(set)
    lately, ever = defaultdict(set), defaultdict(set)
    for seq, order in enumerate(past):
        for line in order.lines:
            if not line.is_on_shelf:
                continue
            product = str(line.product)
            ever[product].add(order.person)
            if order.ago < POPULAR_DAYS * DAY:
                lately[product].add(order.person)
            weight = round(1_000_000 * 0.5 ** (order.ago // DAY / HALF_LIFE))
            if order.person == person and weight:
                scores[product] += weight
                times[product].add(seq)
    own = sorted(scores, key=lambda product: (-scores[product], product))
    popular = sorted(ever, key=lambda product: (-len(lately[product]), -len(ever[product]), product))
    words = {1: "You bought this before", 2: "You bought this twice"}
    ranked = [(one, words.get(len(times[one]), f"You bought this {len(times[one])} times")) for one in own]
    ranked += [(one, POPULAR) for one in popular]
    called: dict[str, tuple[str, str]] = {}
    for product, reason in ranked:
        called.setdefault(names[product], (product, reason))
    return list(called.values())[:count]


@given(orders)
@settings(max_examples=60)
def test_it_is_what_its_definition_says(bought: list[Order]) -> None:
    with history(bought) as tables:
        picks = RECOMMENDER.picker(tables, at=NOW, count=3)([PersonId(person) for person in "123"])
    for person, own in picks.items():
        assert [(pick.product, pick.reason) for pick in own] == expected(bought, person, 3)


@pytest.mark.parametrize(
    ("mine", "first"),
    [
        # Two half-lives ago three times weigh .25 each: less than one today.
        ([(20, JAM), (20, JAM), (20, JAM), (0, TEA)], "tea"),
        # Five times weigh 1.25: more.
        ([(20, JAM)] * 5 + [(0, TEA)], "jam"),
        # Equal weights: the product's id decides.
        ([(5, TEA), (5, JAM)], "jam"),
        # Nothing for so long that it weighs nothing: what the others buy.
        ([(211, TEA)], "rye"),
    ],
)
def test_the_recent_counts_more_than_the_distant(mine: list[tuple[int, Line]], first: str) -> None:
    others = [Order("2", DAY, (RYE,)), Order("3", DAY, (RYE,))]
    bought = [Order("1", days * DAY, (line,)) for days, line in mine]
    with history([*others, *bought]) as tables:
        assert RECOMMENDER.picker(tables, at=NOW, count=1)([PersonId("1")])[PersonId("1")][0].product == first


def test_the_price_is_the_latest_one() -> None:
    dear = Line(product="tea", name="Tea", price=3.5)
    with history([Order("1", 9 * DAY, (TEA,)), Order("2", 1 * DAY, (dear,)), Order("1", -1, (TEA,))]) as tables:
        (pick,) = RECOMMENDER.picker(tables, at=NOW, count=3)([PersonId("1")])[PersonId("1")]
    assert pick.item == {"name": "Tea", "price": 3.5, "aisle": "food"}
