from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.quality.drift import FEWEST, MOST_VALUES, chi_squared, of_numbers, of_values

COUNTS = st.dictionaries(st.text(max_size=3), st.integers(0, 10_000), max_size=40)


@given(COUNTS)
def test_nothing_drifts_from_itself(counts: dict[str, int]) -> None:
    assert of_values(counts, counts).value == pytest.approx(0)
    assert of_values(counts, counts).verdict != "drifted"


@given(COUNTS, COUNTS)
def test_it_is_as_far_there_as_back_and_never_below_nothing(before: dict[str, int], now: dict[str, int]) -> None:
    there, back = of_values(before, now), of_values(now, before)
    assert there.value == pytest.approx(back.value)
    assert there.value >= 0


@pytest.mark.parametrize(("size", "values"), [(100, 10), (300, 10), (1_000, 50)])
def test_chance_alone_is_called_drift_about_once_in_a_hundred_times(size: int, values: int) -> None:
    # With the folklore limit of 0.1 alone and 10 values, 42 of 100 draws of 100 would be.
    chance = random.Random(7)  # noqa: S311

    def draw(n: int) -> Counter[str]:
        return Counter(str(chance.randrange(values)) for _ in range(n))

    alarms = sum(of_values(draw(10_000), draw(size)).verdict == "drifted" for _ in range(200))
    assert alarms <= 8


def test_a_trifle_is_no_drift_however_sure_it_is() -> None:
    assert of_values({"a": 500_000, "b": 500_000}, {"a": 510_000, "b": 490_000}).verdict == "steady"
    assert of_numbers(0.02, before=1_000_000, now=1_000_000).verdict == "steady"


def test_of_too_few_nothing_is_concluded() -> None:
    assert of_values({"a": 1_000}, {"b": FEWEST - 1}).verdict == "too few"
    assert of_values({"a": 1_000}, {"b": FEWEST}).verdict == "drifted"
    assert of_numbers(1.0, before=FEWEST - 1, now=1_000).verdict == "too few"
    assert of_values({}, {"b": 1_000}).verdict == "too few"


def test_rare_values_count_as_one() -> None:
    many = {str(n): 10 for n in range(10 * MOST_VALUES)}
    other = {f"new {n}": 10 for n in range(10 * MOST_VALUES)}
    assert of_values(many, many | {"0": 12}).verdict == "steady"
    assert of_values(many | {"big": 5_000}, other | {"big": 5_000}).limit >= 0.1


def test_the_quantile_is_that_of_the_tables() -> None:
    for freedom, table in [(1, 6.63), (2, 9.21), (5, 15.09), (19, 36.19)]:
        assert chi_squared(freedom) == pytest.approx(table, rel=0.03)
