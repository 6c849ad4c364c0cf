"""Keys fall evenly into [0, 1), to the same place for ever, and anew for every salt."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.bucket import bucket

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PEOPLE = [str(n) for n in range(20_000)]


@given(TEXTS, TEXTS)
def test_a_key_falls_between_zero_and_one(salt: str, key: str) -> None:
    assert 0 <= bucket(salt, key) < 1


@pytest.mark.parametrize(
    ("salt", "key", "place"),
    [
        ("holdout", "17", 0.48377138518823803),
        ("holdout", "18", 0.3857259294713884),
        ("", "", 0.5150950771811353),
        ("été", "ада@example.org", 0.2331795516165852),
    ],
)
def test_a_key_stays_where_it_is_from_version_to_version(salt: str, key: str, place: float) -> None:
    # People would change sides in every running experiment.
    assert bucket(salt, key) == place


def test_a_key_falls_to_the_same_place_in_every_process() -> None:
    program = "from envoi.bucket import bucket; print(bucket('holdout', '17'))"
    told = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }

    assert told == {f"{bucket('holdout', '17')}\n".encode()}


def test_keys_fall_evenly() -> None:
    tenths = [int(bucket("campaign", person) * 10) for person in PEOPLE]
    expected = len(PEOPLE) / 10

    # Chi-square with 9 degrees of freedom: 27.9 is exceeded once in a thousand salts.
    assert sum((tenths.count(n) - expected) ** 2 / expected for n in range(10)) < 27.9


def test_salts_say_nothing_of_each_other() -> None:
    one, other = ([bucket(salt, person) < 0.5 for person in PEOPLE] for salt in ("a", "b"))
    both = sum(a and b for a, b in zip(one, other, strict=True))

    # A quarter, give or take four standard deviations of 61.
    assert abs(both - len(PEOPLE) / 4) < 4 * 61


def test_the_border_between_salt_and_key_counts() -> None:
    assert bucket("ab", "c") != bucket("a", "bc")
