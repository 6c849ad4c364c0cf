"""The judge of one person: the words of docs/reference/conditions.md, each at its edge."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import bind
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse
from envoi.conditions.rows import judge
from tests.conditions.histories import MINUTE, START, Props, stored
from tests.conditions.oracle import Oracle
from tests.conditions.shop import DEFINITIONS

NOW = Instant(START)
ORDER: Props = {"total": 9, "products": [{"sku": "a", "price": 2}, {"sku": "b", "price": 1}]}


@pytest.mark.parametrize(
    ("text", "after", "holds"),
    [
        # In the last W: now - W < at <= now, to the microsecond.
        ('did "Order Completed" in the last 10 minutes', -1, True),
        ('did "Order Completed" in the last 10 minutes', 0, False),
        ('did "Order Completed" more than 10 minutes ago', -1, False),
        ('did "Order Completed" more than 10 minutes ago', 0, True),
        ('did "Order Completed" between 5 and 10 minutes ago', -1, True),
        ('did "Order Completed" between 5 and 10 minutes ago', 0, False),
        ('did "Order Completed" between 10 and 15 minutes ago', -1, False),
        ('did "Order Completed" between 10 and 15 minutes ago', 0, True),
        # It happened ten minutes before midnight in New York.
        ('did "Order Completed" since 2017-03-11T23:50', 0, True),
        ('did "Order Completed" since 2017-03-11T23:50:00.000001', 0, False),
        ('did "Order Completed" before 2017-03-11T23:50', 0, False),
        ('did "Order Completed" before 2017-03-11T23:50:00.000001', 0, True),
        ('did "Order Completed" between 2017-03-11 and 2017-03-12', 0, True),
        ('did "Order Completed" between 2017-03-11 and 2017-03-12T04:50Z', 0, False),
        # Ages are exact.
        ('minutes since last "Order Completed" <= 10', 0, True),
        ('minutes since last "Order Completed" <= 10', 1, False),
        ('minutes since last "Order Completed" < 10', -1, True),
        ('minutes since last "Order Completed" < 10', 0, False),
        ('minutes since last "Order Completed" = 10', 1, False),
        ('minutes since last "Order Completed" in the last 10 minutes > 1', 0, False),
        ('minutes since last "Order Completed" in the last 10 minutes is missing', 0, True),
        # Of items: some one item passes all; measures are over the items that pass.
        ('did "Order Completed" where (products.sku = "a" and products.price = 2)', 0, True),
        ('did "Order Completed" where (products.sku = "a" and products.price = 1)', 0, False),
        ('did "Order Completed" where (not products.sku = "a")', 0, True),
        ('sum("Order Completed".products.price) where products.sku = "b" = 1', 0, True),
        ('sum("Order Completed".total) where products.price > 0 = 9', 0, True),
        # An average is over the values that are there.
        ('average("Order Completed".products.price) = 1.5', 0, True),
        # Over nothing counts and sums are 0, and all else is missing.
        ('sum("Order Completed".products.size.width) = 0', 0, True),
        ('distinct("Product Viewed".sku) = 0 and count("Product Viewed") = 0', 0, True),
        ('max("Order Completed".products.size.width) is missing and not max("Product Viewed".total) <= 3', 0, True),
        ('did not "Product Viewed" and not did "Product Viewed"', 0, True),
        # Missing is missing.
        ("age != 3 or age not in (3) or age <= 3", 0, False),
        ("not age > 3 and age is missing", 0, True),
    ],
)
def test_what_the_words_say(text: str, after: int, holds: bool) -> None:
    history = [stored(1, "a", "Order Completed", NOW - 10 * MINUTE, ORDER)]
    now = Instant(NOW + after)

    assert judge(bind(parse(text), DEFINITIONS), facts(history, now)).holds is holds
    assert Oracle(history, now).holds(parse(text), now) is holds


def test_an_average_is_not_rounded() -> None:
    history = [stored(n, "a", "Order Completed", NOW, {"total": total}) for n, total in enumerate([0, 0, 0.000001])]

    for text in ('average("Order Completed".total) > 0', 'average("Order Completed".total) < 0.000001'):
        assert judge(bind(parse(text), DEFINITIONS), facts(history, NOW)).holds


def test_what_never_changes_by_time_alone_says_so() -> None:
    history = [stored(1, "a", "Order Completed", NOW, {"total": 3})]

    for text in ('did "Order Completed"', 'did not "Product Viewed" in the last 3 days', "vip = true"):
        assert judge(bind(parse(text), DEFINITIONS), facts(history, NOW)).until is None
