"""A pseudonym stands for one person in one project, and tells nobody who that is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envoi.people.privacy.pseudonym import pseudonym


@given(st.text(), st.text(), st.binary(min_size=1), st.binary(min_size=1))
def test_each_name_and_secret_gives_its_own(one: str, other: str, secret: bytes, another: bytes) -> None:
    assert (pseudonym(one, secret) == pseudonym(other, secret)) is (one == other)
    if secret.rstrip(b"\0") != another.rstrip(b"\0"):
        assert pseudonym(one, secret) != pseudonym(one, another)
    assert len(pseudonym(one, secret)) == 32
