"""What comes back is told apart, and understood as its writer meant it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.messages.returned import Returned, What, read
from envoi.messages.returned.reason import Lasting, Reason

REPORT = b"""\
From: MAILER-DAEMON@mx.example.net
To: bounces+token@shop.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<ann@example.org>: host mx.example.org said: %s

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; Ann@Example.org
Action: %s
Status: %s
Diagnostic-Code: smtp; %s

--b
Content-Type: text/rfc822-headers

Message-ID: <0123456789abcdef0123456789abcdef@shop.example>
From: shop@shop.example
To: ann@example.org
List-Unsubscribe: <https://shop.example/unsubscribe/abc>,
 <mailto:x@shop.example>

--b--
"""


def report(words: str, *, action: str = "failed", status: str = "5.0.0") -> Returned:
    return read(REPORT % (words.encode(), action.encode(), status.encode(), words.encode()))


def test_a_report_tells_who_why_and_of_which_mail() -> None:
    found = report("550 5.1.1 <ann@example.org>... User unknown", status="5.1.1")
    assert found.what is What.BOUNCE
    (bounce,) = found.bounces
    assert (bounce.recipient, bounce.lasting, bounce.reason) == (
        "ann@example.org",
        Lasting.PERMANENT,
        Reason.UNKNOWN_USER,
    )
    assert (bounce.code, bounce.words) == ("5.1.1", "550 5.1.1 <ann@example.org>... User unknown")
    assert found.original.message_id == "0123456789abcdef0123456789abcdef@shop.example"
    assert found.original.unsubscribe == "<https://shop.example/unsubscribe/abc>, <mailto:x@shop.example>"
    assert found.came_to == ("bounces+token@shop.example",)


@pytest.mark.parametrize(
    ("words", "status", "lasts", "reason"),
    [
        # The code says it.
        ("550 5.1.1 rejected", "5.1.1", Lasting.PERMANENT, Reason.UNKNOWN_USER),
        ("550 5.1.2 bad destination", "5.1.2", Lasting.PERMANENT, Reason.UNKNOWN_HOST),
        ("556 5.1.10 no", "5.1.10", Lasting.PERMANENT, Reason.NO_MAIL),
        ("552 5.2.2 no", "5.2.2", Lasting.TEMPORARY, Reason.FULL),
        ("550 5.7.1 no", "5.7.1", Lasting.TEMPORARY, Reason.BLOCKED),
        ("550 5.7.606 no", "5.7.606", Lasting.TEMPORARY, Reason.BLOCKED),
        # The code says nothing, and the words do.
        ("550 5.0.0 no such user here", "5.0.0", Lasting.PERMANENT, Reason.UNKNOWN_USER),
        ("550 mailbox is full", "5.0.0", Lasting.TEMPORARY, Reason.FULL),
        ("554 your IP is listed at Spamhaus", "5.0.0", Lasting.TEMPORARY, Reason.BLOCKED),
        # They contradict each other: the words were written for this case, the code for many.
        ("550 5.7.1 user unknown", "5.7.1", Lasting.PERMANENT, Reason.UNKNOWN_USER),
        ("550 5.1.1 mailbox over quota", "5.1.1", Lasting.TEMPORARY, Reason.FULL),
        # Neither says anything.
        ("550 5.0.0 sorry", "5.0.0", Lasting.UNDETERMINED, Reason.OTHER),
        # It is not for good, says the code.
        ("DNS lookup of example.org: NXDOMAIN", "4.0.0", Lasting.TEMPORARY, Reason.UNKNOWN_HOST),
    ],
)
def test_codes_and_words(words: str, status: str, lasts: Lasting, reason: Reason) -> None:
    (bounce,) = report(words, status=status).bounces
    assert (bounce.lasting, bounce.reason) == (lasts, reason)


def test_a_delay_is_no_end() -> None:
    (bounce,) = report("451 4.4.1 no answer", action="delayed", status="4.4.1").bounces
    assert not bounce.is_final
    assert bounce.lasting is Lasting.TEMPORARY


def test_a_delivery_is_no_bounce() -> None:
    found = report("250 ok", action="delivered", status="2.0.0")
    assert (found.what, found.bounces) == (What.DELIVERED, ())


def test_a_bounce_for_people_is_understood_too() -> None:
    found = read(
        b"From: MAILER-DAEMON@mx.example.net\nTo: shop@shop.example\nSubject: failure notice\n\n"
        b"I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
        b"<ann@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 no such user\n\n"
        b"<ben@example.org>:\nRemote host said: 452 mailbox is full\n\n"
        b"--- Below this line is a copy of the message.\n\n"
        b"Message-ID: <1@shop.example>\nFrom: shop@shop.example\nTo: everybody@example.org\n\nHello"
    )
    assert [(each.recipient, each.lasting) for each in found.bounces] == [
        ("ann@example.org", Lasting.PERMANENT),
        ("ben@example.org", Lasting.TEMPORARY),
    ]
    assert found.original.message_id == "1@shop.example"


def test_a_complaint_tells_who_and_of_which_mail() -> None:
    found = read(
        b"From: fbl@provider.example\nTo: fbl@shop.example\nSubject: report\n"
        b'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        b"--b\nContent-Type: message/feedback-report\n\n"
        b"Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <Ann@Example.org>\n\n"
        b"--b\nContent-Type: message/rfc822\n\n"
        b"Message-ID: <1@shop.example>\nTo: ann@example.org\n\nHello\n--b--\n"
    )
    assert (found.what, found.complaint, found.complained) == (What.COMPLAINT, "abuse", ("ann@example.org",))
    assert found.original.message_id == "1@shop.example"


@pytest.mark.parametrize(
    "head",
    [
        b"Auto-Submitted: auto-replied",
        b"Precedence: auto_reply",
        b"X-Autoreply: yes",
        b"Subject: Out of office: back on Monday",
        b"Subject: =?utf-8?q?Abwesenheitsnotiz?=",
    ],
)
def test_an_automatic_answer_says_nothing_of_the_address(head: bytes) -> None:
    found = read(b"From: ann@example.org\nTo: shop@shop.example\n" + head + b"\n\nI am away. ben@example.org helps.\n")
    assert (found.what, found.bounces) == (What.AUTOMATIC, ())


@pytest.mark.parametrize(
    "mail",
    [
        b"From: ann@example.org\nTo: shop@shop.example\nSubject: Re: Hello\n\nPlease send it to ben@example.org.\n",
        b"",
        b"no head at all",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=nonsense\n\n\xff\n--b--",
    ],
)
def test_anything_else_is_something_else(mail: bytes) -> None:
    assert read(mail).what is What.OTHER


@given(st.binary(max_size=400))
def test_nothing_is_too_strange_to_be_read(noise: bytes) -> None:
    read(noise)
    read(b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n" + noise)
    read((REPORT % (b"550", b"failed", b"5.1.1", b"no")).replace(b"rfc822; Ann", noise))


@pytest.mark.parametrize(
    "body",
    [
        b"ann@example.org " * 200_000,
        b"<ann@example.org>: mailbox is full\n" * 100_000,
        b"user user address mailbox " * 100_000,
        b"recipient " * 300_000,
        b"a." * 1_000_000,
        b"\n\nReceived:\nReceived:" * 100_000,
        b">" * 2_000_000,
    ],
    ids=["addresses", "recipients", "phrases", "words", "dots", "heads", "quotes"],
)
def test_a_mail_without_end_is_read_to_a_limit(body: bytes) -> None:
    """In a moment: what takes longer is seen, since each would take minutes."""
    assert isinstance(read(b"From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n" + body), Returned)
    html = b"From: MAILER-DAEMON@x.example\nSubject: failure notice\nContent-Type: text/html\n\n"
    assert isinstance(read(html + b"<style" * 100_000 + b"<" * 500_000 + body), Returned)


def test_parts_within_parts_are_read_to_a_limit() -> None:
    within = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3_000))
    assert isinstance(read(within), Returned)
