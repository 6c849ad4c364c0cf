"""What is measured since something else last happened, of which few random conditions speak: all laws of the judge."""

from __future__ import annotations

import pytest

from envoi.conditions import parse
from tests.conditions.histories import seeded
from tests.segments.live import test_crowd as laws
from tests.segments.live.lives import Life, history

CONDITIONS = {
    text: parse(text)
    for text in (
        'sum("Order Completed".total) since the last "Product Viewed" > 2',
        'sum("Order Completed".products.price) where products.price < 5 since the last "Product Viewed" <= 0',
        'average("Product Viewed".total) since the last "Order Completed" between 1 and 4',
        'min("Order Completed".total) since the last "Product Viewed" < 3',
        'max("Order Completed".total) since the last "Product Viewed" is missing',
        'average("Order Completed".total) since the last "Product Viewed" where total > 1 = 0',
    )
}


@pytest.mark.parametrize("seed", range(40))
def test_what_is_measured_since_something_else_obeys_every_law(seed: int) -> None:
    one = Life(CONDITIONS, history(seeded(seed), "ab"))
    laws.check_members(seed, one)
    laws.check_transitions(seed, one)
    laws.check_wakings(seed, one)
    laws.check_packing(seed, one)
    laws.check_merge(seed, one)
    laws.check_rebuilding(seed, one)
