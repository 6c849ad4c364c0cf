"""The mapping file: what it says, and mistakes in it."""

from __future__ import annotations

import pytest

from envoi.errors import ProjectError
from envoi.people.match.mapping import FieldMap, parse_field_map
from envoi.people.match.record import Kind


def test_what_it_says() -> None:
    said = parse_field_map('key = "no"\ncap = 5\n[fields]\nvorname = "given name"\nnote = "ignored"\n')
    assert said == FieldMap(key="no", cap=5, fields={"vorname": Kind.GIVEN, "note": Kind.IGNORED})
    assert parse_field_map("") == FieldMap()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[fields]\na = "givenname"', "did you mean 'given name'?"),
        ("cap = 1", "cap"),
        ("kap = 3", "did you mean 'cap'?"),
    ],
)
def test_mistakes(text: str, what: str) -> None:
    with pytest.raises(ProjectError, match=r"match\.toml") as caught:
        parse_field_map(text, file="match.toml")
    assert what in str(caught.value)
