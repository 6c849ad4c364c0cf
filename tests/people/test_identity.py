"""Whose event it is: one person for the same keys, never two kinds of key for one by chance."""

from __future__ import annotations

import pytest

from envoi.people.identity import resolve


@pytest.mark.parametrize(
    ("keys", "person"),
    [
        ({"user_id": "17"}, "17"),
        ({"user_id": " 17 "}, "17"),
        ({"anonymous_id": "17"}, "anonymous_id:17"),
        ({"email": "Ada@Example.org"}, "email:ada@example.org"),
        ({"phone": "+4512345678", "anonymous_id": "x"}, "phone:+4512345678"),
        ({"user_id": "", "email": "a@example.org"}, "email:a@example.org"),
        ({"cookie": "x"}, None),
        ({}, None),
    ],
)
def test_the_most_trusted_key_names_the_person(keys: dict[str, str], person: str | None) -> None:
    assert resolve(keys) == person
