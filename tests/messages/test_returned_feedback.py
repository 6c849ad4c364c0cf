"""What comes back counts only if we signed which mail it is about: anybody can write a bounce."""

from __future__ import annotations

import pytest

from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.messages.feedback import Feedback, Odd, Told
from envoi.messages.ledger import Entry
from envoi.messages.links import Links
from envoi.messages.received import received
from envoi.messages.return_path import came_back, return_path
from envoi.messages.returned.reason import Lasting
from envoi.messages.returned_feedback import Proof
from envoi.messages.tokens import for_address
from envoi.messages.unsubscribe_mail import address_to_leave

LINKS = Links(base="https://shop.example", secret=b"ours")
THEIRS = Links(base="https://shop.example", secret=b"theirs")
MAIL = Entry(campaign="spring", person=PersonId("17"), address="ann@example.org", decision=1)
MAILBOX = "bounces@shop.example"
STRICT, LENIENT = Proof(links=LINKS, has_return_path=True), Proof(links=LINKS, has_return_path=False)


def bounce(to: str, *, message_id: str = "", words: str = "550 5.1.1 user unknown", unsubscribe: str = "") -> bytes:
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: failure notice
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; forwarded@elsewhere.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; {words}

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}@shop.example>
List-Unsubscribe: <{unsubscribe}>

--b--
""".encode()


def told(raw: bytes, proof: Proof = STRICT) -> Feedback | Odd:
    (found,) = received(raw, proof)
    return found


def test_what_came_to_our_return_path_counts() -> None:
    found = told(bounce(return_path(LINKS.keys, MAIL.message_id, MAILBOX)))
    assert isinstance(found, Feedback)
    assert (found.told, found.lasting, found.code, found.message_id) == (
        Told.BOUNCED,
        Lasting.PERMANENT,
        "5.1.1",
        MAIL.message_id,
    )


def test_a_return_path_survives_servers_that_write_it_in_other_letters() -> None:
    address = return_path(LINKS.keys, MAIL.message_id, MAILBOX)
    assert len(address.partition("@")[0]) <= 64
    assert came_back(LINKS.keys, ["somebody@else.example", address.upper()]) == MAIL.message_id


@pytest.mark.parametrize(
    "address",
    [
        return_path(THEIRS.keys, MAIL.message_id, MAILBOX),
        f"bounces+{MAIL.message_id}@shop.example",
        MAILBOX,
        "bounces+@shop.example",
    ],
)
def test_a_forged_return_path_counts_for_nothing(address: str) -> None:
    with pytest.raises(NotFound):
        came_back(LINKS.keys, [address])
    found = told(bounce(address, message_id=MAIL.message_id))
    assert isinstance(found, Odd)
    assert found.reason == "bounce: nothing that only we can sign says which mail it is about"


def test_a_token_for_another_use_is_no_return_path() -> None:
    other = for_address(LINKS.keys.signed("another use", bytes.fromhex(MAIL.message_id)))
    with pytest.raises(NotFound):
        came_back(LINKS.keys, [f"bounces+{other}@shop.example"])


def test_the_unsubscribe_link_of_the_mail_proves_it_too() -> None:
    """As in complaints, which come from elsewhere, and often without the recipient."""
    ours = LINKS.unsubscribe(MAIL.person, purpose="newsletter", campaign=MAIL.campaign)
    theirs = THEIRS.unsubscribe(MAIL.person, purpose="newsletter", campaign=MAIL.campaign)
    found = told(bounce(MAILBOX, unsubscribe=ours))
    assert isinstance(found, Feedback)
    assert found.message_id == MAIL.message_id
    assert isinstance(told(bounce(MAILBOX, unsubscribe=theirs, message_id=MAIL.message_id)), Odd)


def test_a_message_id_will_do_where_there_is_no_return_path() -> None:
    raw = bounce(MAILBOX, message_id=MAIL.message_id)
    assert isinstance(told(raw, LENIENT), Feedback)
    assert isinstance(told(raw, STRICT), Odd)
    assert isinstance(told(bounce(MAILBOX, message_id="1234"), LENIENT), Odd)


def test_the_same_bounce_twice_has_one_id_and_another_has_another() -> None:
    address = return_path(LINKS.keys, MAIL.message_id, MAILBOX)
    one, again, other = (
        told(bounce(address, words=words)) for words in ("550 5.1.1 no", "550 5.1.1 no", "552 5.2.2 full")
    )
    assert isinstance(one, Feedback)
    assert isinstance(again, Feedback)
    assert isinstance(other, Feedback)
    assert one.id == again.id != other.id


def complaint(kind: str) -> bytes:
    link = LINKS.unsubscribe(MAIL.person, purpose="newsletter", campaign=MAIL.campaign)
    return (
        "From: fbl@provider.example\nTo: fbl@shop.example\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\nList-Unsubscribe: <{link}>\nTo: redacted@example.org\n\nHi\n--b--\n"
    ).encode()


def test_a_complaint_is_told_though_the_recipient_is_hidden() -> None:
    found = told(complaint("abuse"))
    assert isinstance(found, Feedback)
    assert (found.told, found.message_id, found.reason) == (Told.COMPLAINED, MAIL.message_id, "abuse")


@pytest.mark.parametrize("kind", ["auth-failure", "not-spam"])
def test_what_no_reader_complains_of_is_set_aside(kind: str) -> None:
    found = told(complaint(kind))
    assert isinstance(found, Odd)
    assert found.reason == "complaint: it says nothing of a mail"


def test_a_mail_to_the_address_in_its_head_asks_to_unsubscribe() -> None:
    """Whatever it says; and the address of another project says nothing here."""
    mailbox = "unsubscribe@shop.example"
    ours, theirs = (address_to_leave(links.keys, MAIL.message_id, mailbox) for links in (LINKS, THEIRS))
    found = told(f"From: ann@example.org\nTo: {ours}\nSubject: unsubscribe\n\n".encode())
    assert isinstance(found, Feedback)
    assert (found.told, found.message_id) == (Told.UNSUBSCRIBED, MAIL.message_id)
    assert list(received(f"From: ann@example.org\nTo: {theirs}\n\n".encode(), STRICT)) == []


def test_automatic_answers_and_letters_are_nothing() -> None:
    address = return_path(LINKS.keys, MAIL.message_id, MAILBOX)
    away = f"From: ann@example.org\nTo: {address}\nAuto-Submitted: auto-replied\nSubject: Away\n\nBack on Monday"
    letter = f"From: ann@example.org\nTo: {address}\nSubject: Re: Spring\n\nThank you!"
    assert [list(received(each.encode(), STRICT)) for each in (away, letter)] == [[], []]
