"""Mails as people read them: what is written as usual, and what is written to break who reads it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.messages.letter import MOST_LETTERS, heads, opened

TWO = (
    b"From: Caf\xc3\xa9 <a@example.org>\r\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\r\nTo: b@example.org\r\n"
    b"Content-Type: multipart/alternative; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nHall=C3=B6\r\n"
    b"--x\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n<p>Gr\xfc\xdfe</p>\r\n--x--\r\n"
)


def test_both_parts_are_read_in_their_own_letters() -> None:
    letter = opened(TWO)
    assert (letter.text.strip(), letter.html.strip()) == ("Hallö", "<p>Grüße</p>")
    assert letter.heads.subject == "Grüße"
    assert letter.heads.to == "b@example.org"
    assert heads(TWO) == letter.heads


def test_what_is_attached_is_named_and_not_taken_for_the_mail() -> None:
    message = EmailMessage()
    message["Subject"] = "Your ticket"
    message.set_content("See below.")
    message.add_attachment(b"<script>", maintype="text", subtype="html", filename="ticket.html")
    letter = opened(bytes(message))
    assert (letter.text.strip(), letter.html) == ("See below.", "")
    assert letter.attached == ("ticket.html",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\xff\xfe",
        b"Subject: =?utf-8?b?####?=\r\n\r\n",
        b"Subject: =?no-such-letters?q?a=FF?=\r\nContent-Type: text/html; charset=no-such\r\n\r\n<p>\xff",
        b'Content-Type: text/plain; charset="utf-16\0"\r\n\r\nodd',
        b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",
        b"Content-Type: text/html; charset*=x'y'%FF\r\n\r\n<p>",
        b"Content-Disposition: attachment; filename*=no-such''%FF\r\n\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!!a",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: message/rfc822\r\n\r\n",
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3_000)),
        b"Subject: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"To: " + b"(" * 50_000 + b"\r\n\r\nx",
    ],
    ids=range(14),
)
def test_nothing_that_is_written_breaks_who_reads_it(data: bytes) -> None:
    letter = opened(data)
    told = [letter.html, letter.text, *letter.attached, *(getattr(letter.heads, each) for each in ("to", "subject"))]
    # Text that can be written into a page.
    assert [each.encode() for each in told]
    assert len(letter.heads.subject) <= MOST_LETTERS
    assert "\n" not in letter.heads.subject


@given(st.binary(max_size=400), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"]))
def test_noise_is_read_too(noise: bytes, before: bytes) -> None:
    letter = opened(before + noise)
    assert "".join([letter.html, letter.text, letter.heads.subject, *letter.attached]).encode() is not None
