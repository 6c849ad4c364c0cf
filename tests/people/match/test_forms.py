"""What two ways to write the same thing have in common."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.forms import comparable, known, parted, words
from envoi.people.match.record import Kind


@pytest.mark.parametrize(
    ("kind", "ways"),
    [
        (Kind.SURNAME, ["O'Brien", "o brien", " O-BRIEN "]),
        (Kind.GIVEN, ["Zoë", "ZOE", "zoé"]),
        (Kind.EMAIL, ["Ada+shop@Example.org", "ada@example.org "]),
        (Kind.PHONE, ["+44 20 7946 0018", "020 7946 0018", "(020) 7946-0018", "0044 2079460018"]),
        (Kind.POSTCODE, ["n1 4bq", "N14BQ", "N1-4BQ"]),
        (Kind.ADDRESS, ["12 High St.", "12, high street"]),
        (Kind.IDENTIFIER, ["AB 12 34", "ab-1234"]),
        (Kind.DATE, ["1990-05-31", "31/05/1990", "31.5.1990", "19900531", "31 May 1990", "1990-05-31T00:00:00Z"]),
        (Kind.PLACE, ["Saint-Denis", "saint denis"]),
    ],
)
def test_ways_to_write_one_thing(kind: Kind, ways: list[str]) -> None:
    assert len(set(comparable(kind, ways))) == 1


def test_a_column_tells_whether_the_month_stands_first() -> None:
    assert comparable(Kind.DATE, ["03/04/1990", "12/25/1980"]) == ["1990-03-04", "1980-12-25"]
    assert comparable(Kind.DATE, ["03/04/1990", "25/12/1980"]) == ["1990-04-03", "1980-12-25"]


def test_a_date_that_is_none_is_still_compared() -> None:
    assert comparable(Kind.DATE, ["19081239", "May", ""]) == ["1908-12-39", "", ""]


@pytest.mark.parametrize("value", ["", " ", "N/A", "null", "-", "Unknown", None])
def test_ways_to_know_nothing(value: str | None) -> None:
    assert known(value) == ""


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Dr. Ada King", ("ada", "king")),
        ("KING, Ada Maria", ("ada maria", "king")),
        ("Robert Hall, Jr.", ("robert", "hall")),
        ("Ada", ("ada", "")),
        ("", ("", "")),
    ],
)
def test_parts_of_a_whole_name(name: str, parts: tuple[str, str]) -> None:
    assert parted(name) == parts


@given(st.text())
def test_the_comparable_form_of_a_comparable_form_is_itself(text: str) -> None:
    assert words(words(text)) == words(text)
