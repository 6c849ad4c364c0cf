from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.quality.onset import FEWEST, MATTERS, FilledDay, onset

FIRST = date(2024, 4, 1)


def days(*filled: int, total: int = 100) -> list[FilledDay]:
    return [FilledDay(day=FIRST + timedelta(days=n), total=total, filled=each) for n, each in enumerate(filled)]


@pytest.mark.parametrize("worse", [1, 5, 13])
def test_the_very_day_is_found(worse: int) -> None:
    found = onset(days(*[95 + n % 4 for n in range(worse)], *[55 + n % 4 for n in range(14 - worse)]))
    assert found is not None
    assert found.since == FIRST + timedelta(days=worse)


def test_what_gets_better_is_no_onset() -> None:
    assert onset(days(*[50] * 7, *[98] * 7)) is None


def test_a_trifle_and_a_handful_are_none() -> None:
    assert onset(days(*[98_000] * 7, *[97_000] * 7, total=100_000)) is None
    assert onset(days(*[5] * 7, *[0] * 7, total=5)) is None
    assert onset([]) is None


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=30))
def test_what_is_found_is_so(pairs: list[tuple[int, int]]) -> None:
    some = [FilledDay(day=FIRST + timedelta(days=n), total=a + b, filled=a) for n, (a, b) in enumerate(pairs)]
    found = onset(some)
    if found:
        before = [each for each in some if each.day < found.since]
        after = [each for each in some if each.day >= found.since]
        assert min(sum(each.total for each in before), sum(each.total for each in after)) >= FEWEST
        assert found.before == sum(each.filled for each in before) / sum(each.total for each in before)
        assert found.before - found.after >= MATTERS
