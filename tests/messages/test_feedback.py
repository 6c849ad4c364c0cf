"""What is told becomes an event, the same for all who tell it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.events.event import ENVOI, Name, PersonId
from envoi.messages.feedback import Feedback, Sent, Told, as_event
from envoi.messages.returned.reason import Lasting

SENT = Sent(message_id="m1", person=PersonId("17"), campaign="spring", address="ann@example.org")
TOLD = Feedback(
    told=Told.BOUNCED,
    provider="sendgrid",
    id="e1",
    recipient="forwarded@elsewhere.example",
    message_id="m1",
    at=Instant(5),
    lasting=Lasting.PERMANENT,
    code="5.1.1",
    reason="no such user",
)


def test_an_event_is_about_the_mail_as_we_sent_it() -> None:
    event = as_event(TOLD, SENT, Instant(9))
    assert (event.id, event.source, event.name, event.keys) == (
        "sendgrid:e1",
        ENVOI,
        Name.EMAIL_BOUNCED,
        {"user_id": "17"},
    )
    assert (event.at, event.seen_at) == (5, 9)
    assert event.props == {
        "campaign": "spring",
        "message_id": "m1",
        "recipient": "ann@example.org",
        "provider": "sendgrid",
        "kind": "hard",
        "code": "5.1.1",
        "reason": "no such user",
    }


@pytest.mark.parametrize(("at", "happened"), [(None, 9), (Instant(3), 3), (Instant(10), 9)])
def test_nothing_happened_later_than_it_was_told(at: Instant | None, happened: int) -> None:
    assert as_event(replace(TOLD, at=at), SENT, Instant(9)).at == happened


@pytest.mark.parametrize(
    ("lasting", "kind"),
    [
        (Lasting.PERMANENT, "hard"),
        (Lasting.TEMPORARY, "soft"),
        (Lasting.UNDETERMINED, "undetermined"),
        (None, "undetermined"),
    ],
)
def test_kinds_of_bounces(lasting: Lasting | None, kind: str) -> None:
    assert as_event(replace(TOLD, lasting=lasting), SENT, Instant(9)).props["kind"] == kind


def test_each_word_of_the_vocabulary_is_an_event_of_envois_own() -> None:
    assert {told.value for told in Told} <= {name.value for name in Name}


@pytest.mark.parametrize(
    ("told", "more"),
    [
        (Told.DELIVERED, set()),
        (Told.PROCESSED, set()),
        (Told.DEFERRED, {"code", "reason"}),
        (Told.DROPPED, {"code", "reason"}),
        (Told.COMPLAINED, {"reason"}),
        (Told.OPENED, {"machine", "why_machine"}),
        (Told.CLICKED, {"url", "machine", "why_machine"}),
    ],
)
def test_what_each_event_tells_besides(told: Told, more: set[str]) -> None:
    usual = {"campaign", "message_id", "recipient", "provider"}
    assert as_event(replace(TOLD, told=told), SENT, Instant(9)).props.keys() == usual | more
