"""The judge of one person: the words of docs/reference/conditions.md, each at its edge."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import bind
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse
from envoi.conditions.rows import Judgement, judge
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


A, B = "Product Viewed", "Order Completed"


@pytest.mark.parametrize(
    ("text", "history", "holds"),
    [
        # At the very instant of the first event, nothing follows it; the last moment of the time counts.
        ('did "Product Viewed" then did "Order Completed"', [(A, 0, {}), (B, 0, {})], False),
        ('did "Product Viewed" then did "Order Completed" within 4 minutes', [(A, -9, {}), (B, -5, {})], True),
        ('did "Product Viewed" then did "Order Completed" within 3 minutes', [(A, -9, {}), (B, -5, {})], False),
        ('did "Product Viewed" then did not "Order Completed" within 4 minutes', [(A, -4, {})], True),
        ('did "Product Viewed" then did not "Order Completed" within 4 minutes', [(A, -3, {})], False),
        # Every first event is looked at by itself, and so is the last.
        ('did "Product Viewed" then did not "Order Completed"', [(A, -3, {}), (B, -2, {}), (A, -1, {})], True),
        ('did "Product Viewed" then did not "Order Completed"', [(A, -3, {}), (A, -2, {}), (B, -1, {})], False),
        # The second event may lie outside the window of the first.
        ('did "Product Viewed" then did "Order Completed" more than 2 minutes ago', [(A, -3, {}), (B, -1, {})], True),
        # An event without the property follows nothing and is followed by nothing.
        (
            'did "Product Viewed" then did "Order Completed" with the same coupon',
            [(A, -3, {"coupon": "a"}), (B, -2, {"coupon": "b"}), (B, -1, {"coupon": "a"})],
            True,
        ),
        (
            'did "Product Viewed" then did "Order Completed" with the same coupon',
            [(A, -3, {}), (B, -2, {})],
            False,
        ),
        (
            'did "Product Viewed" then did not "Order Completed" with the same coupon',
            [(A, -3, {}), (B, -2, {"coupon": "a"})],
            False,
        ),
        # Events of one instant are in the order in which they arrived.
        ('the last "Order Completed" had total = 2', [(B, -1, {"total": 1}), (B, -1, {"total": 2})], True),
        ('the 2nd "Order Completed" had total = 1', [(B, -1, {"total": 1}), (B, -1, {"total": 2})], False),
        # What arrived last is not what happened last.
        ('the last "Order Completed" had total = 1', [(B, -1, {"total": 1}), (B, -2, {"total": 2})], True),
        ('the 3rd "Order Completed" had total >= 0', [(B, -1, {"total": 1}), (B, -2, {"total": 2})], False),
        ('not the 3rd "Order Completed" had total >= 0', [(B, -1, {"total": 1})], True),
        # Later than the last of them, not at the same instant; and after none there is nothing.
        ('did "Product Viewed" since the last "Order Completed"', [(B, -1, {}), (A, -1, {})], False),
        ('did "Product Viewed" since the last "Order Completed"', [(A, -1, {})], False),
        ('did not "Product Viewed" since the last "Order Completed"', [(A, -1, {})], True),
        (
            'did "Product Viewed" since the last "Order Completed" where total > 5',
            [(B, -3, {"total": 6}), (A, -2, {}), (B, -1, {"total": 5})],
            True,
        ),
        # Compared exactly: a third is less than 0.333334, and two averages of the same are equal.
        (
            'average("Order Completed".total) < average("Product Viewed".total)',
            [(B, -1, {"total": 1}), (B, -1, {"total": 0}), (B, -1, {"total": 0}), (A, -1, {"total": 0.333334})],
            True,
        ),
        ('average("Order Completed".total) >= average("Product Viewed".total)', [(B, -1, {"total": 1})], False),
        ('sum("Order Completed".total) = count("Product Viewed")', [(B, -1, {"total": 1}), (A, -2, {})], True),
        # A day old is half a half-life of a day, to the microsecond: 2.5 of which a quarter is left.
        ("points warmth = 0.625", [(A, -24 * 60, {})], True),
        ("points warmth = 2.5", [(A, 1 - 24 * 60, {})], True),
    ],
)
def test_what_the_words_say_of_order(text: str, history: list[tuple[str, int, Props]], holds: bool) -> None:
    told = [stored(seq, "a", name, NOW + minute * MINUTE, props) for seq, (name, minute, props) in enumerate(history)]

    assert judge(bind(parse(text), DEFINITIONS), facts(told, NOW)).holds is holds
    assert Oracle(told, NOW).holds(parse(text), NOW) is holds


def test_an_average_is_not_rounded() -> None:
    history = [stored(n, "a", "Order Completed", NOW, {"total": total}) for n, total in enumerate([0, 0, 0.000001])]

    for text in ('average("Order Completed".total) > 0', 'average("Order Completed".total) < 0.000001'):
        assert judge(bind(parse(text), DEFINITIONS), facts(history, NOW)).holds


def test_what_never_changes_by_time_alone_says_so() -> None:
    history = [stored(1, "a", "Order Completed", NOW, {"total": 3})]

    for text in ('did "Order Completed"', 'did not "Product Viewed" in the last 3 days', "vip = true"):
        assert judge(bind(parse(text), DEFINITIONS), facts(history, NOW)).until is None


@pytest.mark.parametrize(
    ("text", "until"),
    [
        # The first order leaves after a minute, which changes nothing; the second after two.
        ('did "Order Completed" in the last 5 minutes', 2 * MINUTE),
        ('did "Order Completed" in the last 5 minutes more than 1 time', MINUTE),
        # What changes at one instant is judged together: one order leaves as the other comes in.
        ('did "Order Completed" between 4 and 5 minutes ago', 2 * MINUTE),
        ('did "Order Completed" in the last 5 minutes and did "Order Completed" more than 5 minutes ago', MINUTE),
        # It may hold for an instant only, and the instant after is a microsecond later.
        ('minutes since last "Order Completed" = 4', MINUTE),
        ('minutes since first "Order Completed" <= 4', 1),
        ('minutes since first "Order Completed" = 4', 1),
    ],
)
def test_the_next_change_is_the_first_that_changes_the_answer(text: str, until: int) -> None:
    history = [stored(n, "a", "Order Completed", NOW - minutes * MINUTE, {}) for n, minutes in enumerate([4, 3])]

    assert judge(bind(parse(text), DEFINITIONS), facts(history, NOW)).until == NOW + until


def test_a_person_celebrates_where_they_live() -> None:
    told: Props = {"birthday": "1984-03-12", "time_zone": "Pacific/Auckland"}
    there = facts([stored(1, "a", "Profile Updated", NOW - MINUTE, told)], NOW)
    here = facts([stored(1, "a", "Profile Updated", NOW - MINUTE, {**told, "time_zone": "Nowhere"})], NOW)
    condition = bind(parse("birthday is today"), DEFINITIONS)

    # It is midnight in New York, and six in the evening in Auckland; New York has a day of 23 hours before it.
    assert judge(condition, there) == Judgement(holds=True, until=Instant(NOW + 6 * 60 * MINUTE))
    assert judge(condition, here) == Judgement(holds=True, until=Instant(NOW + 23 * 60 * MINUTE))


def test_what_was_found_once_is_found_again() -> None:
    history = [stored(n, "a", "Order Completed", NOW - n * MINUTE, {"total": n}) for n in range(1, 4)]
    known = facts(history, NOW)
    conditions = [
        bind(parse(f'sum("Order Completed".total) in the last {n} minutes > 2'), DEFINITIONS) for n in (2, 3, 4, 3, 2)
    ]

    assert [judge(each, known).holds for each in conditions] == [False, True, True, True, False]
    assert [judge(each, facts(history, NOW)) for each in conditions] == [judge(each, known) for each in conditions]
