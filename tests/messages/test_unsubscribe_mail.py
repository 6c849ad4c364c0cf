"""A mail to the address in a mail's head ends its purpose, and only for the reader of that mail."""

from __future__ import annotations

import pytest

from envoi.messages.address import check_address
from envoi.messages.feedback import Told
from envoi.messages.links import Links
from envoi.messages.received import received
from envoi.messages.return_path import return_path
from envoi.messages.returned_feedback import Proof
from envoi.messages.tokens import Keys
from envoi.messages.unsubscribe_mail import LONGEST_LOCAL, address_to_leave, asked_to_leave

KEYS = Keys([b"old", b"new"])
MESSAGE = "0123456789abcdef0123456789abcdef"
MAILBOX = "unsubscribe@in.example.org"
ADDRESS = address_to_leave(KEYS, MESSAGE, MAILBOX)


@pytest.mark.parametrize("came_to", [[ADDRESS], ["shop@example.org", ADDRESS], [ADDRESS.lower()], [ADDRESS.upper()]])
def test_the_address_says_which_mail_is_left(came_to: list[str]) -> None:
    wish = asked_to_leave(came_to, KEYS)
    assert wish is not None
    assert (wish.told, wish.message_id) == (Told.UNSUBSCRIBED, MESSAGE)


def test_an_address_made_with_an_older_secret_is_still_read() -> None:
    assert asked_to_leave([address_to_leave(Keys([b"old"]), MESSAGE, MAILBOX)], KEYS) is not None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        MAILBOX,
        "unsubscribe+@in.example.org",
        "unsubscribe+abc@in.example.org",
        ADDRESS.replace("+", "+a"),
        ADDRESS.replace("@", "a@"),
        address_to_leave(Keys([b"another"]), MESSAGE, MAILBOX),
        # Made for what comes back by itself.
        return_path(KEYS, MESSAGE, MAILBOX),
    ],
)
def test_an_address_that_no_mail_of_ours_had_asks_for_nothing(address: str) -> None:
    assert asked_to_leave([address], KEYS) is None


def test_mail_servers_take_the_address() -> None:
    address = address_to_leave(KEYS, MESSAGE, f"{'u' * LONGEST_LOCAL}@in.example.org")
    assert len(address.partition("@")[0]) == 64
    assert check_address(address) == address


@pytest.mark.parametrize("subject", ["unsubscribe", "please keep me!", "", "=?UTF-8?Q?=0A?="])
def test_whatever_the_mail_says(subject: str) -> None:
    links = Links(base="https://m.example", secret=b"new", older=(b"old",))
    raw = f"From: Ada <ada@example.org>\r\nTo: <{ADDRESS}>\r\nSubject: {subject}\r\n\r\n{subject}\r\n".encode()
    (wish,) = received(raw, Proof(links=links, has_return_path=True))
    assert wish == asked_to_leave([ADDRESS], KEYS)
    assert list(received(raw.replace(b"+", b"-"), Proof(links=links, has_return_path=True))) == []
