"""Reasons in words, and what somebody should look at before it is merged."""

from __future__ import annotations

import pytest

from envoi.people.match.reasons import doubt, reasons
from tests.people.match.crowd import ANN, NICKNAMES, ROB, people

_ROB = dict(zip(("first", "last", "born", "mail", "phone", "street", "code"), ROB, strict=True))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, ["same given name", "same surname", "same date of birth", "same e-mail", "same phone"]),
        (
            {"first": "Bobby", "last": "Hal", "born": "", "phone": "020 7946 0019", "street": ""},
            [
                *("same e-mail", "same post code", "one given name is short for the other"),
                *("surname differs by one letter", "phone numbers differ by one digit"),
            ],
        ),
        (
            {"first": "Hall", "last": "Robert", "mail": "rob@example.com", "born": "1961-12-24", "code": ""},
            [
                *("given name and surname are swapped", "same phone", "same address"),
                *("same e-mail before the @", "date of birth differs"),
            ],
        ),
    ],
)
def test_why_two_records_are_one_person(other: dict[str, str], told: list[str]) -> None:
    found = reasons(people([ROB, tuple({**_ROB, **other}.values())]), 0, 1, NICKNAMES)
    assert found[: len(told)] == told


@pytest.mark.parametrize(
    ("other", "doubtful"),
    [
        ({}, False),
        ({"first": "Bobby"}, False),
        ({"first": "Ann"}, False),
        ({"first": "Ann", "born": ""}, True),
        ({"first": "Ann", "born": "1992-11-23"}, True),
        ({"first": "", "born": "1992-11-23"}, False),
        ({"first": "Hall", "last": "Robert", "born": ""}, False),
    ],
)
def test_two_given_names_are_two_people_unless_born_the_same_day(other: dict[str, str], *, doubtful: bool) -> None:
    crowd = people([ROB, tuple({**_ROB, **other}.values())])
    assert bool(doubt(crowd, 0, 1, NICKNAMES)) is bool(doubt(crowd, 1, 0, NICKNAMES)) is doubtful


def test_reasons_do_not_depend_on_which_comes_first() -> None:
    crowd = people([ROB, ANN])
    assert reasons(crowd, 0, 1, NICKNAMES) == reasons(crowd, 1, 0, NICKNAMES)
