from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.liquid.filters import money


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (0, "$0.00"),
        (5, "$0.05"),
        (-1299, "-$12.99"),
        (1.005, "$1.01"),  # 100.5 cents, rounded half up
        (Decimal("2.5"), "$2.50"),
        ("1299", "$12.99"),
        ("12.99", "$12.99"),
        ("", ""),
    ],
)
def test_money(amount: object, shown: str) -> None:
    assert money(amount) == shown


@pytest.mark.parametrize("amount", [True, "cheap", [1], float("nan"), float("inf"), "1e999999"])
def test_money_refuses_what_is_no_price(amount: object) -> None:
    with pytest.raises(TemplateError):
        money(amount)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_money_loses_no_cent(minor: int) -> None:
    assert round(Decimal(money(minor).replace("$", "").replace(",", "")) * 100) == minor
