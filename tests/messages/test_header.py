"""Encoded words are short, whole, and say what they said; the stdlib reads them."""

from __future__ import annotations

from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envoi.messages.header import check_header, encoded_words, line


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1),
    st.sampled_from(["To", "Reply-To", "Subject"]),
)
@example("ü" * 200, "Subject")
@example("👩‍👩‍👧‍👦" * 30, "Reply-To")
@example("日本語" * 40, "To")
@example("plain words and then some, and more of them, all of which are ASCII, but too long for a line", "Subject")
def test_words_are_short_and_hold_whole_characters(text: str, header: str) -> None:
    words = encoded_words(text, taken=len(header) + 2)
    assert str(make_header(decode_header(words))) == text
    assert all(len(each) <= 76 for each in f"{header}: {words}".split("\r\n"))
    for word in words.split("\r\n "):
        assert len(word) <= 75
        ((octets, charset),) = decode_header(word)
        assert isinstance(octets, bytes)
        octets.decode(str(charset))


@pytest.mark.parametrize("text", ["Your picks", "50% off!", "x" * 60])
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert line("Subject", text) == text


def test_an_encoded_word_of_nobodys_charset_is_just_text() -> None:
    assert check_header("Subject", "=?nobody?q?=0A?= =?broken") == "=?nobody?q?=0A?= =?broken"
