from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from envoi.people.quality.volume import FEWEST, WEEKS, band, banded

FIRST = date(2024, 1, 1)
SERIES = st.lists(st.integers(0, 10_000), min_size=FEWEST, max_size=WEEKS)


@given(SERIES, st.floats(0.5, 10))
def test_what_was_usual_is_within_the_band(counts: list[int], width: float) -> None:
    found = band(counts, width=width)
    if found is None:
        assert sorted(counts)[(len(counts) - 1) // 2] == 0
        return
    assert found[0] <= sorted(counts)[len(counts) // 2] <= found[1] or len(counts) % 2 == 0
    assert 0 <= found[0] <= found[1]


@given(SERIES, st.integers(0, 1_000_000))
def test_one_odd_day_hardly_moves_it(counts: list[int], odd: int) -> None:
    steady = [100] * len(counts)
    assert band([*steady[1:], odd], width=4) == band(steady, width=4)


def test_a_day_is_held_against_its_own_weekday() -> None:
    days = [FIRST + timedelta(days=n) for n in range(70)]
    counts = {day: 1_000 if day.weekday() < 5 else 10 for day in days}
    told = banded(counts, days[-14:], begins=FIRST, width=4)
    assert {each.verdict for each in told} == {"as expected"}
    counts[days[-1]] = 1_000
    assert banded(counts, days[-1:], begins=FIRST, width=4)[0].verdict == "too many"


def test_what_comes_in_bursts_has_no_usual_day() -> None:
    days = [FIRST + timedelta(days=n) for n in range(70)]
    [last] = banded({days[-8]: 900, days[-1]: 900}, days[-1:], begins=FIRST, width=4)
    assert (last.verdict, last.expected) == ("irregular", None)


def test_too_little_history_expects_nothing() -> None:
    days = [FIRST + timedelta(days=n) for n in range(35)]
    verdicts = [each.verdict for each in banded(dict.fromkeys(days, 50), days, begins=FIRST, width=4)]
    assert verdicts == ["too little history"] * 28 + ["as expected"] * 7


def test_days_before_it_began_are_not_days_without_any() -> None:
    days = [FIRST + timedelta(days=n) for n in range(60)]
    since = days[40]
    [last] = banded(dict.fromkeys(days[40:], 50), days[-1:], begins=since, width=4)
    assert last.verdict == "too little history"
