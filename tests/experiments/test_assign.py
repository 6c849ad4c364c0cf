"""Arms are drawn with their shares, without memory, and the draw says how likely it was."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.experiments.assign import Assigned, assign

PEOPLE = [str(n) for n in range(20_000)]


@pytest.mark.parametrize(
    "shares", [{"holdout": 0.1, "send": 0.9}, {"a": 0.5, "b": 0.3, "c": 0.2}, {"never": 0.0, "always": 1.0}]
)
def test_each_arm_gets_its_share(shares: dict[str, float]) -> None:
    arms = Counter(assign("spring", person, shares).arm for person in PEOPLE)

    # Four standard deviations of a binomial draw.
    assert all(abs(arms[arm] - n * len(PEOPLE)) <= 4 * (n * (1 - n) * len(PEOPLE)) ** 0.5 for arm, n in shares.items())


@given(st.text("abc123"), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_the_propensity_is_the_share_of_the_arm_drawn(person: str, weights: list[int]) -> None:
    shares = {f"arm {n}": weight / sum(weights) for n, weight in enumerate(weights)}
    drawn = assign("spring", person, shares)

    assert drawn == Assigned(drawn.arm, shares[drawn.arm])
    assert drawn == assign("spring", person, dict(shares))


def test_shares_that_add_up_to_a_hair_less_than_one_leave_nobody_out() -> None:
    # Half of one and a third of the other are lost to rounding; the bucket of nobody known is so near to 1.
    shares = {"a": 0.0, "b": 0.0}

    assert assign("spring", "17", shares).arm == "b"


def test_one_experiment_says_nothing_of_another() -> None:
    shares = {"holdout": 0.5, "send": 0.5}
    both = sum(assign("spring", one, shares) == assign("autumn", one, shares) for one in PEOPLE)

    # Half, give or take four standard deviations of 71.
    assert abs(both - len(PEOPLE) / 2) < 4 * 71
