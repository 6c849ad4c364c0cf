"""Numbers become whole millionths: exactly where they have six decimals, and to the nearest where they have more."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import DataError
from envoi.events.number import LARGEST, SCALE, scaled


@given(st.decimals(-(10**9), 10**9, places=6))
def test_six_decimals_are_exact(number: Decimal) -> None:
    assert scaled(float(number)) == int(number * SCALE)


@given(st.integers(-LARGEST, LARGEST))
def test_whole_numbers_are_exact_and_fit_64_bits(number: int) -> None:
    assert scaled(number) == number * SCALE
    assert abs(scaled(number)) < 1 << 63


@pytest.mark.parametrize(("number", "millionths"), [(0.0000005, 0), (0.0000015, 2), (-0.0000015, -2), (0.1, 100_000)])
def test_more_decimals_are_rounded_half_to_even(number: float, millionths: int) -> None:
    assert scaled(number) == millionths


@pytest.mark.parametrize("number", [LARGEST + 1, -1e300, float("inf"), float("nan")])
def test_what_cannot_be_counted_with_is_refused(number: float) -> None:
    with pytest.raises(DataError, match="is too large to count with"):
        scaled(number)
