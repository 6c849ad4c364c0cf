from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.smtp_envelope import dotted
from envoi.messages.mime import to_bytes
from tests.messages.plain import PLAIN


@given(st.lists(st.sampled_from([b".", b"\r\n", b"\n", b"\r", b"a", b"..", b"\r\n.\r\n"])).map(b"".join))
def test_a_message_ends_where_it_ends_whatever_it_holds(data: bytes) -> None:
    body, end, rest = (b"\r\n" + dotted(data)).partition(b"\r\n.\r\n")
    lines = [line.removeprefix(b".") for line in body[2:].split(b"\r\n")]
    assert (end, rest) == (b"\r\n.\r\n", b"")
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert lines == plain.removesuffix(b"\n").split(b"\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")


@given(st.text("ab.\n=é ", max_size=300), st.text("ab.\n=é ", max_size=300))
def test_a_message_of_ours_needs_no_doubling(text: str, html: str) -> None:
    data = to_bytes(replace(PLAIN, text=text, html=html))
    assert dotted(data) == dotted(bytes(data)) == data + b".\r\n"
