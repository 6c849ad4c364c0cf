"""Every payload that providers were seen to post means the event that another library takes it for."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envoi.messages.feedback import Feedback, Told
from tests.adapters.messages.providers.signing import NOW, POSTS, webhooks

FOLDER = Path(os.environ.get("ENVOI_DATA", ""), "esp_webhooks")
needs_data = pytest.mark.skipif(
    "ENVOI_DATA" not in os.environ, reason="set ENVOI_DATA to the folder of data sets to test on real webhooks"
)

#: The names of the providers there, and what is within a payload of theirs.
PROVIDERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "Postmark": ("postmark", lambda payload: payload),
    "Sendgrid": ("sendgrid", lambda payload: payload),
    "SendGrid(event API)": ("sendgrid", lambda payload: payload),
    "Mailgun": ("mailgun", lambda payload: payload["event-data"]),
    "Mailchimp": ("mandrill", lambda payload: payload["mandrill_events"]),
    "AmazonSES(SNS)": ("ses", lambda payload: payload),
    "Brevo": ("brevo", lambda payload: payload),
    "Mailjet": ("mailjet", lambda payload: payload),
    "MailerSend": ("mailersend", lambda payload: payload),
    "Resend": ("resend", lambda payload: payload),
}
#: What the other library calls what we tell.
MEANS = {
    ("delivery", "received"): Told.PROCESSED,
    ("delivery", "delivered"): Told.DELIVERED,
    ("delivery", "deferred"): Told.DEFERRED,
    ("delivery", "bounce"): Told.BOUNCED,
    ("delivery", "dropped"): Told.DROPPED,
    ("engagement", "spam"): Told.COMPLAINED,
    ("engagement", "open"): Told.OPENED,
    ("engagement", "click"): Told.CLICKED,
    ("engagement", "unsubscribe"): Told.UNSUBSCRIBED,
}


def cases() -> list[dict[str, Any]]:
    if "ENVOI_DATA" not in os.environ:
        return []
    with gzip.open(FOLDER / "webhook_payloads.jsonl.gz", "rt") as file:
        found = [json.loads(line) for line in file]
    return [case for case in found if case["provider"] in PROVIDERS and PROVIDERS[case["provider"]][0] in POSTS]


def told(case: dict[str, Any]) -> list[Feedback]:
    """What a payload says, posted as its provider posts it."""
    provider, content = PROVIDERS[case["provider"]]
    webhook, posted = webhooks()[provider], POSTS[provider](content(case["payload"]))
    assert webhook.distrust(posted, NOW) == ""
    found = list(webhook.read(posted))
    assert all(isinstance(each, Feedback) for each in found), found
    return [each for each in found if isinstance(each, Feedback)]


@needs_data
@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case['provider']}-{case['case']}")
def test_a_payload_means_what_it_means_elsewhere(case: dict[str, Any]) -> None:
    found = told(case)
    assert found
    assert all(each.recipient and "@" in each.recipient for each in found)
    expected = case.get("expected")
    if expected is None:
        return
    assert [each.recipient for each in found] == expected["recipient"]
    means = [MEANS[event["family"], event["type"]] for event in expected["events"]]
    # Of a batch, the list of what is expected may be empty.
    assert not means or [each.told for each in found] == means
    assert all(each.at is not None for each in found)


@needs_data
def test_bounces_say_whether_they_last() -> None:
    bounces = [each for case in cases() for each in told(case) if each.told is Told.BOUNCED]
    assert bounces
    assert all(each.lasting for each in bounces)


@needs_data
def test_events_have_ids_of_their_own() -> None:
    """But for payloads that are samples of one mail."""
    for case in cases():
        found = told(case)
        assert len({each.id for each in found}) == len(found)
