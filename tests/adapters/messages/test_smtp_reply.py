"""An answer is read the same in whatever pieces it comes, and what is none is never taken for one."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.smtp_reply import Garbled, Replies, Reply

WORDS = st.binary(max_size=30).map(lambda octets: re.sub(rb"[\r\n\x00]", b" ", octets))
REPLIES = st.lists(st.tuples(st.integers(200, 599), st.lists(WORDS, min_size=1, max_size=3)), max_size=6)


def spoken(code: int, lines: list[bytes]) -> bytes:
    *first, last = lines
    return b"".join([b"%d-%s\r\n" % (code, line) for line in first]) + b"%d %s\r\n" % (code, last)


@given(REPLIES, st.lists(st.integers(0, 200), max_size=8))
def test_pieces_make_no_difference(replies: list[tuple[int, list[bytes]]], cuts: list[int]) -> None:
    data = b"".join(spoken(code, lines) for code, lines in replies)
    reader, heard = Replies(), list[Reply]()
    places = sorted({0, *(min(cut, len(data)) for cut in cuts), len(data)})
    for start, end in pairwise(places):
        heard += reader.feed(data[start:end])
    assert heard == [Reply(code, b"\n".join(lines)) for code, lines in replies]
    assert reader.is_between


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n",
        b"25 ok\r\n",
        b"2500 ok\r\n",
        b"150 wait\r\n",
        b"650 ok\r\n",
        b"250_ok\r\n",
        b"250 ok\n250 ok\r\n",
        b"250 ok\r250 ok\r\n",
        b"250 o\0k\r\n",
        b"\r\n",
        b" 250 ok\r\n",
        b"250-one\r\n251 other\r\n",
        b"\xb2\xb50 ok\r\n",
        b"250 " + b"x" * 5000,
        b"250 " + b"x" * 5000 + b"\r\n",
        b"250-more\r\n" * 300,
    ],
)
def test_what_is_no_answer_is_none(data: bytes) -> None:
    with pytest.raises(Garbled):
        Replies().feed(data)


@given(st.binary(max_size=80))
def test_whatever_comes_it_is_an_answer_or_garbled(data: bytes) -> None:
    try:
        heard = Replies().feed(data)
    except Garbled:
        return
    assert all(200 <= reply.code <= 599 for reply in heard)
    # A line that CRLF does not end goes on.
    assert len(heard) <= data.count(b"\r\n")


def test_words_are_quoted_on_one_line() -> None:
    assert str(Reply(550, b"5.1.1 no\nsuch \xff user")) == "550 5.1.1 no such \ufffd user"
    assert len(str(Reply(550, b"x" * 9000))) == 500
