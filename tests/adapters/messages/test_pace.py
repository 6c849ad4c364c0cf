"""No destination gets more than its rate, and one that says "later" is left alone for a while."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.pace import Pace


@given(st.floats(1, 6000), st.lists(st.floats(0, 5), min_size=2, max_size=200))
def test_no_stretch_of_time_has_more_than_the_rate(per_minute: float, gaps: list[float]) -> None:
    pace, now, went = Pace({"example.org": per_minute}), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if not pace.wait_s("example.org", now):
            went.append(now)
    for n, first in enumerate(went):
        for m, last in enumerate(went[n:], 1):
            # One at the beginning, and those that came up to a second early.
            assert m <= 1 + (last - first + 1 + 1e-6) * per_minute / 60 + 1


def test_who_comes_back_in_time_goes() -> None:
    pace, due = Pace({"*": 60}), dict[int, float]()
    now, waiting, went = 0.0, list(range(30)), list[float]()
    while waiting:
        for n in [n for n in waiting if due.get(n, 0.0) <= now]:
            wait_s = pace.wait_s("example.org", now)
            if wait_s:
                due[n] = now + wait_s
            else:
                waiting.remove(n)
                went.append(now)
        now += 0.25
    assert went[-1] == pytest.approx(28, abs=2), "nobody waits in vain"
    assert all(later - sooner <= 2 for sooner, later in pairwise(went))


def test_a_pause_doubles_and_ends_with_the_first_that_is_taken() -> None:
    pace, pauses = Pace(), list[float]()
    for _ in range(9):
        pace.refused("example.org", 0.0)
        pauses.append(pace.wait_s("example.org", 0.0))
    assert pauses == [0, 0, 30, 60, 120, 240, 480, 900, 900]
    assert pace.wait_s("example.net", 0.0) == 0
    assert pace.wait_s("example.org", 900.0) == 0
    pace.accepted("example.org")
    pace.refused("example.org", 900.0)
    assert pace.wait_s("example.org", 900.0) == 0


def test_a_rate_of_its_own_comes_before_that_of_others() -> None:
    pace = Pace({"example.org": 600, "*": 60})
    gone = {name: sum(not pace.wait_s(name, 0.0) for _ in range(50)) for name in ("example.org", "a.org", "b.org")}
    assert gone == {"example.org": 11, "a.org": 2, "b.org": 2}
