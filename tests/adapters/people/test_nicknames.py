"""The nicknames that come with the package."""

from __future__ import annotations

import pytest

from envoi.adapters.people.nicknames import english
from envoi.people.match.compare import related


@pytest.mark.parametrize(
    ("one", "other"), [("rob", "robert"), ("bob", "bobby"), ("liz", "elizabeth"), ("bill", "will")]
)
def test_names_that_are_short_for_the_same(one: str, other: str) -> None:
    assert related(one, other, english())


def test_names_that_are_not() -> None:
    assert not related("robert", "elizabeth", english())
