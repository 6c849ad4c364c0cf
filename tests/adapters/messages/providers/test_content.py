"""A finished mail taken apart says what it said before, as the standard library's other reader finds too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.providers.content import content_of
from envoi.messages.address import Mailbox
from envoi.messages.message import Message
from envoi.messages.mime import to_bytes
from envoi.messages.port import Outgoing

MESSAGE = Message(
    id="0" * 32,
    campaign="spring",
    person="17",
    sender=Mailbox(name="Shop", address="shop@example.org"),
    to=Mailbox(name="Ann", address="ann@example.org"),
    subject="Hello",
    html="<p>Hello</p>",
    text="Hello",
    date=datetime(2026, 11, 20, 12, tzinfo=UTC),
    unsubscribe_url="https://shop.example.org/unsubscribe/t",
    list_id="news.example.org",
)
words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs"), exclude_characters="\xa0"), max_size=120)


def outgoing(message: Message) -> Outgoing:
    return Outgoing(message_id=message.id, sender="b@example.org", recipient=message.to.address, data=to_bytes(message))


@given(subject=words, name=words, text=words, html=words)
def test_the_pieces_are_what_the_mail_was_made_of(subject: str, name: str, text: str, html: str) -> None:
    subject, name = (" ".join(each.split()) for each in (subject, name))
    reply_to = Mailbox(name=name, address="care@example.org")
    message = replace(MESSAGE, subject=subject, text=text, html=html, reply_to=reply_to)
    made = outgoing(message)
    found = content_of(made)
    mail = message_from_bytes(made.data, policy=policy.default)
    assert found.subject == str(mail["Subject"]) == subject
    for kind, piece in (("plain", found.text), ("html", found.html)):
        part = mail.get_body((kind,))
        assert part is not None
        assert piece == str(part.get_content())
    assert found.reply_to == (name, "care@example.org")


@pytest.mark.parametrize("name", ["", "Ann Lee", "Blümchen, Ann", '"Ann" <evil@example.com>', "a@b.example, c"])
def test_names_are_names_and_never_addresses(name: str) -> None:
    sender = Mailbox(name=name, address="shop@example.org")
    found = content_of(outgoing(replace(MESSAGE, sender=sender, to=Mailbox(name=name, address="ann@example.org"))))
    assert found.sender == (name, "shop@example.org")
    assert found.to == (name, "ann@example.org")


def test_the_rest_of_the_head_goes_along() -> None:
    headers = content_of(outgoing(MESSAGE)).headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "https://shop.example.org/unsubscribe/t" in headers["List-Unsubscribe"]
    assert "news.example.org" in headers["List-Id"]
    assert headers.keys().isdisjoint({"From", "To", "Subject", "Date", "Content-Type", "MIME-Version"})
    assert not any("\n" in value or "\r" in value for value in headers.values())


def test_a_mail_without_a_head_is_from_and_to_its_envelope() -> None:
    found = content_of(Outgoing(message_id="m", sender="b@example.org", recipient="ann@example.org", data=b"\r\nHi"))
    assert (found.sender, found.to, found.reply_to) == (("", "b@example.org"), ("", "ann@example.org"), None)
    assert (found.subject, found.text, found.html) == ("", "Hi", "")
