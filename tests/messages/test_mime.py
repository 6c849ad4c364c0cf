from __future__ import annotations

import email
from dataclasses import replace
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import example, given

from envoi.errors import DataError
from envoi.messages.address import Mailbox
from envoi.messages.message import Message
from envoi.messages.mime import to_bytes
from tests.messages.plain import LINES, PLAIN, TEXTS


def read(message: Message) -> EmailMessage:
    return email.message_from_bytes(to_bytes(message), _class=EmailMessage, policy=policy.SMTP)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


def header(message: Message, name: str) -> str:
    """A header as it stands on the wire, unfolded."""
    return str(email.message_from_bytes(to_bytes(message))[name]).replace("\r\n", "")


def test_it_is_a_mail() -> None:
    mail = read(PLAIN)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (body(mail, "plain"), body(mail, "html")) == (PLAIN.text, PLAIN.html)
    assert parsedate_to_datetime(mail["Date"]) == PLAIN.date
    assert {name: str(value) for name, value in mail.items() if name not in {"Date", "Content-Type"}} == {
        "From": "Maple & Main Market <post@example.org>",
        "To": "Anna Lee <anna@example.org>",
        "Subject": "Your picks",
        "Message-ID": "<5f2b-1.a@example.org>",
        "List-Id": "<weekly-picks.example.org>",
        "List-Unsubscribe": "<https://example.org/u/1?a=b&c=d>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }


def test_a_mail_that_one_cannot_leave_offers_no_way_to() -> None:
    assert "List-Unsubscribe" in read(PLAIN)
    alone = read(replace(PLAIN, unsubscribe_url=""))
    assert not [name for name in alone if name.startswith("List-") or name == "Precedence"]
    assert alone["Auto-Submitted"] == "auto-generated"


def test_one_may_leave_by_a_click_or_by_a_mail() -> None:
    mail = read(replace(PLAIN, unsubscribe_mailto="leave@example.org?subject=1f"))
    assert str(mail["List-Unsubscribe"]) == ("<https://example.org/u/1?a=b&c=d>, <mailto:leave@example.org?subject=1f>")


def test_answers_go_where_they_are_wanted() -> None:
    assert read(replace(PLAIN, reply_to=Mailbox(address="desk@example.org")))["Reply-To"] == "desk@example.org"


def test_equal_messages_are_equal_bytes() -> None:
    assert to_bytes(PLAIN) == to_bytes(replace(PLAIN))
    assert to_bytes(PLAIN) != to_bytes(replace(PLAIN, id="other"))


@given(TEXTS, TEXTS)
@example("line\n.\n--=_x\nlast line of seventy-six characters, and then not a break but the end of it.", "a \n\tb=\n")
def test_both_parts_say_what_they_said(text: str, html: str) -> None:
    mail = read(replace(PLAIN, text=text, html=html))
    assert body(mail, "plain") == text.replace("\r\n", "\n").replace("\r", "\n")
    assert body(mail, "html") == html.replace("\r\n", "\n").replace("\r", "\n")


@given(LINES)
@example("=?utf-8?q?Hello?=")
@example(" two  spaces ")
@example("Änne, " * 40)
@example("x" * 200)
def test_a_subject_says_what_it_said(subject: str) -> None:
    assert decoded(header(replace(PLAIN, subject=subject), "Subject")) == subject


@given(LINES)
@example("A, " * 40)
@example("Lee, Anna <evil@example.org>")
@example('O"Neil \\ (Anna)')
@example("=?utf-8?q?Hello?= x")
@example("日本語" * 30)
def test_a_name_stays_one_name(name: str) -> None:
    ((shown, address),) = getaddresses([header(replace(PLAIN, to=Mailbox(name=name, address="a@example.org")), "To")])
    assert (decoded(shown), address) == (name, "a@example.org")


@given(LINES, LINES, TEXTS)
def test_the_wire_is_plain(name: str, subject: str, text: str) -> None:
    data = to_bytes(replace(PLAIN, to=Mailbox(name=name, address="a@example.org"), subject=subject, html=text))
    assert data.isascii()
    assert data.endswith(b"\r\n")
    assert all(len(line) <= 130 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert b"\r" not in data.replace(b"\r\n", b"")


SMUGGLED = [
    "x\r\nBcc: evil@example.org",
    "x\nBcc: evil@example.org",
    "x\rBcc: evil@example.org",
    "x\0y",
    "x\x0by",
    "x\x85y",
    "x\u2028y",
    "x\u2029y",
    "x\ud800y",
    "=?UTF-8?Q?x=0ABcc:_evil@example.org?=",
    "Hi =?utf-8?q?=0D=0ABcc?= you",
    "=?utf-8?b?eApCY2M6IGV2aWw=?=",
    "=?utf-8?q?=E2=80=A8?=",
]


@pytest.mark.parametrize("value", SMUGGLED)
@pytest.mark.parametrize(
    ("field", "named"),
    [("subject", "Subject"), ("to", "To"), ("sender", "From"), ("reply_to", "Reply-To")],
)
def test_nothing_is_smuggled_into_a_header(field: str, named: str, value: str) -> None:
    change: dict[str, Any] = {field: value if field == "subject" else Mailbox(name=value, address="a@example.org")}
    with pytest.raises(DataError, match=f"the header {named} "):
        to_bytes(replace(PLAIN, **change))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"unsubscribe_url": "https://example.org/\r\nBcc: evil@example.org"}, "List-Unsubscribe"),
        ({"unsubscribe_url": "https://example.org/>, <mailto:evil@example.org"}, "List-Unsubscribe"),
        ({"unsubscribe_url": "https://example.org/ä"}, "List-Unsubscribe"),
        ({"unsubscribe_url": "https://example.org/" + "a" * 900}, "List-Unsubscribe"),
        ({"unsubscribe_mailto": "a@example.org>, <https://evil.example.org"}, "List-Unsubscribe"),
        ({"feedback_id": "a b"}, "Feedback-ID"),
        ({"list_id": "weekly picks"}, "List-Id"),
        ({"to": Mailbox(address="a@example.org>, <evil@example.org")}, "To"),
        ({"sender": Mailbox(address="ä@example.org")}, "From"),
    ],
)
def test_what_must_be_one_word_is(change: dict[str, Any], named: str) -> None:
    with pytest.raises(DataError, match=f"the header {named} "):
        to_bytes(replace(PLAIN, **change))


@pytest.mark.parametrize("bad", ["", "a b", "a>b", "a\n", "ä", "a@b", ".a"])
def test_an_id_is_an_id(bad: str) -> None:
    with pytest.raises(DataError, match="is not a message id"):
        to_bytes(replace(PLAIN, id=bad))
