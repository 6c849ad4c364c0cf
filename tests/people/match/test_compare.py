"""How alike two values are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.match.compare import Likeness, likeness
from envoi.people.match.record import Kind
from tests.people.match.crowd import NICKNAMES


@pytest.mark.parametrize(
    ("kind", "left", "right", "alike"),
    [
        (Kind.GIVEN, "ada", "ada", Likeness.SAME),
        (Kind.GIVEN, "rob", "robert", Likeness.NICKNAME),
        (Kind.GIVEN, "rob", "bobby", Likeness.NICKNAME),
        (Kind.GIVEN, "rob", "lizzy", Likeness.DIFFERENT),
        (Kind.SURNAME, "meier", "maier", Likeness.ONE_LETTER),
        (Kind.SURNAME, "mcdonald", "mcdnoald", Likeness.ONE_LETTER),
        (Kind.SURNAME, "wickham", "wickhams jr", Likeness.NEAR),
        (Kind.DATE, "1990-05-01", "1990-05-17", Likeness.PART),
        (Kind.DATE, "1990-05-01", "1991-06-01", Likeness.NEAR),
        (Kind.DATE, "1990-05-01", "1961-12-24", Likeness.DIFFERENT),
        (Kind.EMAIL, "ada@example.org", "ada@example.com", Likeness.PART),
        (Kind.EMAIL, "ada@example.org", "ida@example.org", Likeness.ONE_LETTER),
        (Kind.POSTCODE, "N14BQ", "N14ZX", Likeness.PART),
        (Kind.CATEGORY, "nsw", "nsv", Likeness.DIFFERENT),
        (Kind.PHONE, "", "79460018", Likeness.UNKNOWN),
    ],
)
def test_how_alike_they_are(kind: Kind, left: str, right: str, alike: Likeness) -> None:
    assert likeness(kind, left, right, NICKNAMES) is alike


@given(st.sampled_from(list(Kind)), st.text(max_size=12), st.text(max_size=12))
def test_it_does_not_matter_which_comes_first(kind: Kind, left: str, right: str) -> None:
    assert likeness(kind, left, right, NICKNAMES) is likeness(kind, right, left, NICKNAMES)


@given(st.sampled_from(list(Kind)), st.text(min_size=1, max_size=12))
def test_everything_is_the_same_as_itself(kind: Kind, value: str) -> None:
    assert likeness(kind, value, value, NICKNAMES) is Likeness.SAME
