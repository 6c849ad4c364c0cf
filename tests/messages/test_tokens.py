"""Tokens: what was put in comes back, with any secret that ever was; every other text gets the same refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import NotFound
from envoi.messages.tokens import Keys, for_address, for_url, from_address, from_url

KEYS = Keys([b"first"])
RENEWED = Keys([b"first", b"second"])
contents = st.binary(min_size=1, max_size=60)
uses = st.sampled_from(["reader", "mail"])


def flipped(raw: bytes) -> list[bytes]:
    """The bytes with each bit changed in turn."""
    return [
        raw[:index] + bytes([raw[index] ^ (1 << bit)]) + raw[index + 1 :]
        for index in range(len(raw))
        for bit in range(8)
    ]


@given(uses, contents)
def test_what_is_sealed_is_opened_and_the_same_each_time(use: str, content: bytes) -> None:
    token = KEYS.sealed(use, content)
    assert KEYS.opened(use, token) == content
    assert KEYS.sealed(use, content) == token
    # Two bytes may be there by chance.
    assert len(content) < 3 or content not in from_url(token)


@given(uses, contents, st.text(max_size=9))
def test_what_is_signed_is_verified_for_what_it_is_about(use: str, name: bytes, about: str) -> None:
    token = KEYS.signed(use, name, about=about)
    assert KEYS.verified(use, token, about=about) == name
    for wrong in (KEYS.signed(use, name, about=about + "x"), KEYS.signed(use + "x", name, about=about)):
        with pytest.raises(NotFound):
            KEYS.verified(use, wrong, about=about)


def test_one_changed_bit_of_a_token_is_refused_like_any_other() -> None:
    said = set()
    for wrong in flipped(from_url(KEYS.sealed("reader", b"17"))):
        with pytest.raises(NotFound) as refused:
            KEYS.opened("reader", for_url(wrong))
        said.add(str(refused.value))
    for wrong in flipped(KEYS.signed("mail", bytes(16))):
        with pytest.raises(NotFound) as refused:
            KEYS.verified("mail", wrong)
        said.add(str(refused.value))
    assert len(said) == 1


def test_a_token_is_for_one_use() -> None:
    with pytest.raises(NotFound):
        KEYS.opened("mail", KEYS.sealed("reader", b"17"))
    with pytest.raises(NotFound):
        KEYS.verified("leave", KEYS.signed("mail", b"17"))


def test_a_new_secret_reads_what_the_old_one_made_and_makes_others() -> None:
    assert RENEWED.opened("reader", KEYS.sealed("reader", b"17")) == b"17"
    assert RENEWED.verified("mail", KEYS.signed("mail", b"17")) == b"17"
    assert RENEWED.sealed("reader", b"17") != KEYS.sealed("reader", b"17")
    with pytest.raises(NotFound):
        KEYS.opened("reader", RENEWED.sealed("reader", b"17"))


def test_a_secret_that_is_taken_away_leaves_the_others_as_they_were() -> None:
    many = [str(number).encode() for number in range(300)]
    tokens = [Keys(many[: number + 1]).sealed("reader", b"17") for number in range(300)]
    # With so many, some have the same mark.
    assert {Keys(many).opened("reader", token) for token in tokens} == {b"17"}
    without = Keys([*many[:5], *many[6:]])
    assert without.opened("reader", tokens[200]) == b"17"
    with pytest.raises(NotFound):
        without.opened("reader", tokens[5])


@pytest.mark.parametrize("wrong", ["", "A", "ä", "A A", "=" * 9, "A" * 5000, KEYS.sealed("reader", b"17") + "="])
def test_what_is_no_token_is_refused(wrong: str) -> None:
    with pytest.raises(NotFound):
        KEYS.opened("reader", wrong)
    with pytest.raises(NotFound):
        KEYS.verified("reader", from_url(wrong))


@given(contents)
def test_each_token_has_one_spelling(raw: bytes) -> None:
    text = for_url(raw)
    others = {text[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"} - {text}
    assert from_url(text) == raw
    assert all(from_url(other) != raw for other in others)


@given(contents)
def test_an_address_may_be_written_in_capitals(raw: bytes) -> None:
    text = for_address(raw)
    assert text == text.lower()
    assert from_address(text) == from_address(text.upper()) == raw


@pytest.mark.parametrize("wrong", ["1", "ä", "a b", "=", "ab!c"])
def test_what_no_address_holds_is_nothing(wrong: str) -> None:
    assert from_address(wrong) == b""


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_only_the_same_texts_have_the_same_fingerprint(some: list[str], others: list[str]) -> None:
    assert (KEYS.fingerprint("link", *some) == KEYS.fingerprint("link", *others)) is (some == others)
