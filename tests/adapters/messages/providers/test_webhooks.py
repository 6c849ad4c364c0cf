"""Webhooks believe who signed, for as long as providers try again, and nobody else; the rest comes with its reason."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from envoi.adapters.messages.providers.postmark_webhook import PostmarkWebhook
from envoi.adapters.messages.providers.sendgrid_webhook import SendgridWebhook
from envoi.adapters.messages.providers.ses_webhook import SesWebhook, is_certificate, is_confirmation
from envoi.adapters.messages.providers.webhook import WINDOW_S, Posted
from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.errors import ProjectError, Unreachable
from envoi.messages.feedback import Feedback, Odd, Told
from envoi.messages.returned.reason import Lasting
from tests.adapters.messages.providers.signing import (
    CERTIFICATE,
    NOW,
    NOW_S,
    POSTS,
    TOPIC,
    fetch,
    mailgun,
    mandrill,
    postmark,
    sendgrid,
    ses,
    webhooks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMESTAMP, _SIGNATURE = "x-twilio-email-event-webhook-timestamp", "x-twilio-email-event-webhook-signature"
MESSAGE_ID = "0123456789abcdef0123456789abcdef"
WHO = "ann@example.org"

#: The same hard bounce, as each provider tells it.
BOUNCES: dict[str, Any] = {
    "sendgrid": [
        {
            "email": WHO,
            "event": "bounce",
            "reason": "550 5.1.1 no such user",
            "sg_event_id": "1",
            "timestamp": NOW_S,
            "envoi_message": MESSAGE_ID,
        }
    ],
    "postmark": {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 1,
        "Email": WHO,
        "Details": "550 5.1.1 no such user",
        "BouncedAt": "2026-11-20T12:00:00.0000000Z",
        "Metadata": {"envoi-message": MESSAGE_ID},
    },
    "mailgun": {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "id": "1",
        "recipient": WHO,
        "timestamp": float(NOW_S),
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "no such user"},
        "user-variables": {"envoi-message": MESSAGE_ID},
    },
    "mandrill": [
        {
            "event": "hard_bounce",
            "_id": "1",
            "ts": NOW_S,
            "msg": {"email": WHO, "diag": "550 5.1.1 no such user", "metadata": {"envoi-message": MESSAGE_ID}},
        }
    ],
    "brevo": {
        "event": "hard_bounce",
        "email": WHO,
        "message-id": "<1@smtp-relay.example>",
        "X-Mailin-custom": MESSAGE_ID,
        "ts_event": NOW_S,
        "reason": "550 5.1.1 no such user",
    },
    "mailjet": [
        {
            "event": "bounce",
            "time": NOW_S,
            "email": WHO,
            "MessageID": 19421777835146490,
            "CustomID": MESSAGE_ID,
            "hard_bounce": True,
            "error": "user unknown",
            "comment": "550 5.1.1 no such user",
        }
    ],
    "ses": {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "bouncedRecipients": [
                {"emailAddress": WHO, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no such user"}
            ],
            "timestamp": "2026-11-20T12:00:00.000Z",
            "feedbackId": "1",
        },
        "mail": {"messageId": "ses-1", "tags": {"envoi-message": [MESSAGE_ID]}},
    },
}


def read(provider: str, posted: Posted) -> list[Feedback | Odd]:
    return list(webhooks()[provider].read(posted))


def distrust(provider: str, posted: Posted, now: Instant = NOW) -> str:
    return webhooks()[provider].distrust(posted, now)


@pytest.mark.parametrize("provider", sorted(BOUNCES))
def test_all_providers_say_the_same_in_one_vocabulary(provider: str) -> None:
    posted = POSTS[provider](BOUNCES[provider])
    assert distrust(provider, posted) == ""
    (told,) = read(provider, posted)
    assert isinstance(told, Feedback)
    assert (told.told, told.lasting, told.code) == (Told.BOUNCED, Lasting.PERMANENT, "5.1.1")
    assert (told.recipient, told.message_id, told.at, told.provider) == (WHO, MESSAGE_ID, NOW, provider)
    assert "no such user" in told.reason


@pytest.mark.parametrize("provider", sorted(BOUNCES))
def test_what_is_told_again_has_the_same_id(provider: str) -> None:
    one, again = ([*read(provider, POSTS[provider](BOUNCES[provider]))] for _ in range(2))
    assert one == again


@pytest.mark.parametrize("provider", sorted(BOUNCES))
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"a":' * 5_000, b"[[[]]]", b'"text"'])
def test_what_is_not_signed_is_never_believed(provider: str, body: bytes) -> None:
    assert distrust(provider, Posted(body=body))


@pytest.mark.parametrize("provider", sorted(BOUNCES))
@pytest.mark.parametrize("content", [{}, [], None, "text", 17, [{}], [17], {"event": ["bounce"]}, {"Type": {}}])
def test_what_is_signed_and_says_nothing_is_set_aside(provider: str, content: object) -> None:
    found = read(provider, POSTS[provider](content))
    assert found
    assert all(isinstance(each, Odd) and each.reason for each in found)


@pytest.mark.parametrize(
    "changed",
    [
        lambda posted: Posted(body=posted.body.replace(b"no such user", b"no such abuser"), headers=posted.headers),
        lambda posted: Posted(body=posted.body, headers={}),
        lambda posted: Posted(body=posted.body, headers={**posted.headers, _TIMESTAMP: str(NOW_S - 1)}),
        lambda posted: Posted(body=posted.body, headers={**posted.headers, _SIGNATURE: "no base64"}),
    ],
    ids=["body", "nothing", "time", "signature"],
)
def test_sendgrid_signs_the_body_as_it_is_and_the_time(changed: Callable[[Posted], Posted]) -> None:
    assert distrust("sendgrid", changed(sendgrid(BOUNCES["sendgrid"]))) == "the signature is not SendGrid's"


@pytest.mark.parametrize(("age_s", "is_old"), [(0, False), (WINDOW_S, False), (WINDOW_S + 1, True), (-301, True)])
def test_what_was_signed_long_ago_or_ahead_of_time_is_refused(age_s: int, is_old: bool) -> None:
    at_s = NOW_S - age_s
    at = Instant(at_s * MICROS_PER_SECOND)
    posts = {
        "sendgrid": sendgrid([], at_s=at_s),
        "mailgun": mailgun({}, at_s=at_s),
        "ses": ses({}, at=at),
    }
    old = "it was signed too long ago" if is_old else ""
    assert {provider: distrust(provider, posted) for provider, posted in posts.items()} == dict.fromkeys(posts, old)


def test_mailgun_tells_which_token_is_spent() -> None:
    assert webhooks()["mailgun"].once(mailgun({})) == "one"
    assert webhooks()["sendgrid"].once(sendgrid([])) == ""


def test_mandrill_signs_the_address_too() -> None:
    posted = mandrill(BOUNCES["mandrill"])
    elsewhere = Posted(body=posted.body, headers=posted.headers, url="https://other.example.org/webhooks/mandrill")
    assert distrust("mandrill", elsewhere) == "the signature is not Mandrill's"


@pytest.mark.parametrize(
    "said", ["", "Basic", "Basic ????", "Bearer", "Digest x", "Basic " + b64encode(b"envoi:no").decode()]
)
def test_postmark_needs_the_password(said: str) -> None:
    posted = postmark(BOUNCES["postmark"])
    assert distrust("postmark", Posted(body=posted.body, headers={"authorization": said}))


def test_an_automatic_answer_is_no_bounce() -> None:
    (odd,) = read("postmark", postmark({"RecordType": "Bounce", "Type": "AutoResponder", "Email": WHO}))
    assert isinstance(odd, Odd)
    assert odd.reason == "a bounce that is none: an automatic answer"


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_signatures_of_sns_are_known(version: str) -> None:
    assert distrust("ses", ses({}, version=version)) == ""


@pytest.mark.parametrize(
    "fields",
    [
        {"TopicArn": "arn:aws:sns:eu-west-1:666666666666:theirs"},
        {"SignatureVersion": "3"},
        {
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem"
        },
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"},
        {"SigningCertURL": "https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"},
        {"SigningCertURL": "https://127.0.0.1/SimpleNotificationService-0123456789abcdef.pem"},
        {"Type": "Somethingelse"},
    ],
)
def test_sns_is_believed_for_our_topics_and_with_its_own_certificates(fields: dict[str, str]) -> None:
    """The certificate of another is not even fetched: `fetch` takes one address."""
    assert distrust("ses", ses({}, fields=fields))


def test_a_notification_that_was_changed_is_refused() -> None:
    posted = ses(BOUNCES["ses"])
    changed = Posted(body=posted.body.replace(b"ann@", b"bob@"))
    assert changed.body != posted.body
    assert distrust("ses", changed) == "the signature is not that of SNS"


@pytest.mark.parametrize(
    ("url", "is_own"),
    [
        (CERTIFICATE, True),
        ("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-0123456789abcdef.pem", True),
        ("https://user@sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem", False),
        ("https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/../SimpleNotificationService-0123456789abcdef.pem", False),
        ("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=1", False),
        ("https://evil.example/#sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem", False),
        ("https://sns.eu-west-1.amazonaws.com\\@evil.example/SimpleNotificationService-0123456789abcdef.pem", False),
        ("https://[::1]/SimpleNotificationService-0123456789abcdef.pem", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_the_addresses_of_certificates(url: str, is_own: bool) -> None:
    assert is_certificate(url) is is_own


CONFIRM = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y"


def asked(url: str, *, confirms: bool) -> tuple[list[str], list[Feedback | Odd]]:
    """What is fetched when SNS asks to be confirmed at this address, and what is set aside."""
    fetched: list[str] = []

    def noted(at: str) -> bytes:
        if at == CERTIFICATE:
            return fetch(at)
        fetched.append(at)
        return b""

    webhook = SesWebhook([TOPIC], noted, confirms=confirms)
    posted = ses({}, fields={"Type": "SubscriptionConfirmation", "SubscribeURL": url, "Token": "t"})
    assert webhook.distrust(posted, NOW) == ""
    return fetched, list(webhook.read(posted))


def test_a_subscription_is_confirmed_where_that_is_asked_for() -> None:
    assert asked(CONFIRM, confirms=True) == ([CONFIRM], [])


def test_a_subscription_is_set_aside_where_it_is_not() -> None:
    fetched, (odd,) = asked(CONFIRM, confirms=False)
    assert fetched == []
    assert isinstance(odd, Odd)
    assert "asks to be confirmed" in odd.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://127.0.0.1/?Action=ConfirmSubscription",
        "https://sns.eu-west-1.amazonaws.com/?Action=Publish",
        "https://sns.eu-west-1.amazonaws.com.evil.example/?Action=ConfirmSubscription",
        "file:///etc/passwd",
    ],
)
def test_no_other_address_is_ever_fetched(url: str) -> None:
    """It was signed by SNS, and even so."""
    assert not is_confirmation(url)
    fetched, (odd,) = asked(url, confirms=True)
    assert fetched == []
    assert isinstance(odd, Odd)


def test_a_certificate_that_cannot_be_had_or_read_is_no_proof() -> None:
    def gone(_: str) -> bytes:
        raise Unreachable("sns does not answer")

    for wrong in (gone, lambda _: b"no certificate"):
        assert SesWebhook([TOPIC], wrong).distrust(ses({}), NOW) == "the signature is not that of SNS"


def test_a_certificate_is_fetched_once() -> None:
    fetched: list[str] = []

    def noted(url: str) -> bytes:
        fetched.append(url)
        return fetch(url)

    webhook = SesWebhook([TOPIC], noted)
    assert [webhook.distrust(ses({"n": n}), NOW) for n in range(3)] == [""] * 3
    assert fetched == [CERTIFICATE]


def test_what_ses_did_not_try_is_dropped() -> None:
    suppressed = json.loads(json.dumps(BOUNCES["ses"]))
    suppressed["bounce"]["bounceSubType"] = "OnAccountSuppressionList"
    (told,) = read("ses", ses(suppressed))
    assert isinstance(told, Feedback)
    assert told.told is Told.DROPPED


def test_our_message_id_is_found_in_the_head_too() -> None:
    told = json.loads(json.dumps(BOUNCES["ses"]))
    told["mail"] = {"messageId": "ses-1", "commonHeaders": {"messageId": f"<{MESSAGE_ID}@example.org>"}}
    (found,) = read("ses", ses(told))
    assert isinstance(found, Feedback)
    assert found.message_id == MESSAGE_ID


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (lambda: SendgridWebhook("no key"), "copy it whole"),
        (lambda: SendgridWebhook(b64encode(b"not DER").decode()), "copy it whole"),
        (lambda: PostmarkWebhook("password"), "user:password"),
        (lambda: SesWebhook([], fetch), "name the ARN"),
    ],
    ids=["no base64", "no key", "no user", "no topic"],
)
def test_a_key_that_is_none_is_told_with_what_to_do(make: Callable[[], object], hint: str) -> None:
    with pytest.raises(ProjectError) as caught:
        make()
    assert hint in caught.value.hint
