"""Evidence becomes a probability that means what it says, also where families live under one roof."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.calibrate import Shares, calibrate
from envoi.people.match.port import Weighed

_bits = st.floats(-400, 400)


@given(st.lists(st.tuples(_bits, _bits), max_size=30), st.integers(2, 1000))
def test_shares_are_shares(bits: list[tuple[float, float]], records: int) -> None:
    shares = calibrate([Weighed(0, n + 1, *each) for n, each in enumerate(bits)], records)
    assert 0 < shares.person <= 0.5
    assert 0 < shares.household <= 0.4
    assert all(0 <= shares.probability(*each) <= 1 for each in bits)


@given(_bits, _bits, st.floats(0, 100))
def test_more_personal_evidence_never_makes_it_less_likely(personal: float, shared: float, more: float) -> None:
    shares = Shares(person=1e-5, household=1e-4)
    assert shares.probability(personal + more, shared) >= shares.probability(personal, shared) - 1e-12


def test_the_number_of_true_pairs_is_found() -> None:
    """Of 2,000 pairs of 1,000 records 600 are one person, 400 a household; each class has bits of its own."""
    chance = random.Random(1)  # noqa: S311
    classes = [(12, 15)] * 600 + [(-9, 15)] * 400 + [(-6, -4)] * 1000
    weighed = [Weighed(0, n, chance.gauss(a, 2), chance.gauss(b, 2)) for n, (a, b) in enumerate(classes, 1)]
    shares = calibrate(weighed, 1000)
    pairs = 1000 * 999 / 2
    assert shares.person * pairs == pytest.approx(600, rel=0.05)
    assert shares.household * pairs == pytest.approx(400, rel=0.1)


def test_a_household_is_no_person() -> None:
    """Without the third class, 30 bits of shared evidence would outweigh 8 bits against."""
    families = [Weighed(0, n, -8.0, 30.0) for n in range(1, 300)]
    assert calibrate(families, 1000).probability(-8.0, 30.0) < 0.01
    assert calibrate([], 1000).probability(12.0, 12.0) > 0.9
