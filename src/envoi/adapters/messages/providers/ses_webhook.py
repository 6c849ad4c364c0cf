"""Amazon SES by way of SNS: an envelope with an RSA signature, around what SES tells.

Whose certificate signed it is known from an address that must be SNS's own, and from a topic that we chose: anybody may
have a topic at Amazon. Asking SNS to go on (SubscribeURL) is done for such a topic only, and only if it is asked for.

References: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html,
docs.aws.amazon.com/ses/latest/dg/notification-contents.html and event-publishing-retrieving-sns-contents.html.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509 import load_pem_x509_certificate

from envoi.adapters.messages.providers.webhook import Signed, from_iso, is_timely, loaded, named, ours, unread
from envoi.clock import MICROS_PER_SECOND
from envoi.errors import EnvoiError, ProjectError
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import objects, text, within
from envoi.messages.returned.codes import codes
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.adapters.messages.providers.webhook import Fetch, Posted
    from envoi.clock import Instant
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "ses"
#: The tag that bears our Message-ID.
TAG = "envoi-message"

_TYPES = {
    "Send": Told.PROCESSED,
    "Delivery": Told.DELIVERED,
    "DeliveryDelay": Told.DEFERRED,
    "Bounce": Told.BOUNCED,
    "Reject": Told.DROPPED,
    "Rendering Failure": Told.DROPPED,
    "Complaint": Told.COMPLAINED,
    "Open": Told.OPENED,
    "Click": Told.CLICKED,
    "Subscription": Told.UNSUBSCRIBED,
}
_BOUNCES = {"Permanent": Lasting.PERMANENT, "Transient": Lasting.TEMPORARY}
#: Of these bounces SES knows from before: it did not try.
_SUPPRESSED = frozenset({"Suppressed", "OnAccountSuppressionList"})

#: What SNS signs, by the type of the message, in this order; a field that is not there is left out.
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES = {"1": SHA1, "2": SHA256}
_HOST = re.compile(r"sns\.[a-z0-9-]{2,30}\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{8,64}\.pem")
#: Certificates held: SNS has one a region, and changes them now and then.
_HELD = 32


class SesWebhook(Signed):
    """Verifies what topics of our choice send."""

    def __init__(self, topics: Sequence[str], fetch: Fetch, *, confirms: bool = False) -> None:
        """Takes the topics' ARNs; with `confirms`, SNS is asked to go on when it asks whether we want a topic.

        Raises:
            ProjectError: there is no topic.
        """
        if not topics:
            raise ProjectError("no topic of SNS is named", hint="name the ARN of the topic that SES publishes to")
        self._topics = frozenset(topics)
        self._fetch = fetch
        self._confirms = confirms
        self._certificates: dict[str, RSAPublicKey] = {}

    def distrust(self, posted: Posted, now: Instant) -> str:
        """See `Webhook.distrust`."""
        envelope = _envelope(posted)
        if text(envelope, "TopicArn") not in self._topics:
            return "it is from no topic that was named"
        signed_at = from_iso(text(envelope, "Timestamp"))
        if not is_timely(None if signed_at is None else signed_at / MICROS_PER_SECOND, now):
            return "it was signed too long ago"
        return "" if self._is_signed(envelope) else "the signature is not that of SNS"

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        envelope = _envelope(posted)
        kind = text(envelope, "Type")
        if kind == "SubscriptionConfirmation":
            yield from self._confirm(envelope, posted)
        elif kind != "Notification":
            yield unread(PROVIDER, f"a message of SNS of the type {kind!r}", posted.body)
        else:
            yield from feedback(loaded(text(envelope, "Message")), raw=posted.body)

    def _confirm(self, envelope: Object, posted: Posted) -> Iterator[Odd]:
        url = text(envelope, "SubscribeURL")
        if not self._confirms:
            yield unread(PROVIDER, "SNS asks to be confirmed, and that is not asked for: see the guide", posted.body)
        elif not is_confirmation(url):
            yield unread(PROVIDER, "SNS asks to be confirmed at an address that is not its own", posted.body)
        else:
            self._fetch(url)

    def _is_signed(self, envelope: Object) -> bool:
        kind, version = text(envelope, "Type"), text(envelope, "SignatureVersion")
        if kind not in _SIGNED or version not in _HASHES:
            return False
        key = self._key(text(envelope, "SigningCertURL", "SigningCertUrl"))
        if key is None:
            return False
        content = "".join(f"{name}\n{envelope[name]}\n" for name in _SIGNED[kind] if text(envelope, name))
        try:
            signature = b64decode(text(envelope, "Signature"), validate=True)
            key.verify(signature, content.encode(), PKCS1v15(), _HASHES[version]())
        except (NotBase64, ValueError, InvalidSignature):
            return False
        return True

    def _key(self, url: str) -> RSAPublicKey | None:
        """The key of the certificate at an address of SNS's own; None for other addresses, and for no certificate."""
        if not is_certificate(url):
            return None
        if url not in self._certificates:
            try:
                key = load_pem_x509_certificate(self._fetch(url)).public_key()
            except (ValueError, EnvoiError):
                return None
            if not isinstance(key, RSAPublicKey):
                return None
            if len(self._certificates) >= _HELD:
                self._certificates.clear()
            self._certificates[url] = key
        return self._certificates[url]


def is_certificate(url: str) -> bool:
    """Whether SNS's own certificates lie at addresses such as this.

    >>> is_certificate("https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem")
    True
    >>> is_certificate("https://sns.eu-west-1.amazonaws.com.example.org/SimpleNotificationService-0123456789abcdef.pem")
    False
    """
    return _is_own(url) and _CERTIFICATE.fullmatch(urlsplit(url).path) is not None and not urlsplit(url).query


def is_confirmation(url: str) -> bool:
    """Whether SNS is asked to go on at addresses such as this."""
    return _is_own(url) and parse_qs(urlsplit(url).query).get("Action") == ["ConfirmSubscription"]


def _is_own(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return url.isascii() and url.isprintable() and parts.scheme == "https" and _HOST.fullmatch(parts.netloc) is not None


def _envelope(posted: Posted) -> Object:
    found = loaded(posted.body)
    return found if isinstance(found, dict) else {}


def feedback(told: object, *, raw: bytes) -> Iterator[Feedback | Odd]:
    """What SES tells in one message, for each recipient of the mail."""
    if not isinstance(told, dict):
        yield unread(PROVIDER, "no message of SES", raw)
        return
    kind = text(told, "eventType", "notificationType")
    if kind not in _TYPES:
        yield unread(PROVIDER, f"no event of SES that has a meaning here: {kind!r}", raw)
        return
    about = next((within(told, key) for key in _keys(kind) if within(told, key)), {})
    for recipient in _recipients(about, within(told, "mail")):
        yield _of_one(_TYPES[kind], about, recipient, within(told, "mail"))


def _keys(kind: str) -> tuple[str, ...]:
    """Where what is told of this type lies: "DeliveryDelay" in "deliveryDelay", "Rendering Failure" in "failure"."""
    return (kind[0].lower() + kind[1:], kind.rpartition(" ")[2].lower())


def _recipients(about: Object, mail: Object) -> list[Object]:
    for key in ("bouncedRecipients", "complainedRecipients", "delayedRecipients", "recipients"):
        value = about.get(key)
        if isinstance(value, list):
            return [each if isinstance(each, dict) else {"emailAddress": each} for each in value]
    destination = mail.get("destination")
    return [{"emailAddress": each} for each in destination] if isinstance(destination, list) else [{}]


def _of_one(told: Told, about: Object, recipient: Object, mail: Object) -> Feedback:
    words = text(recipient, "diagnosticCode") or text(about, "reason", "smtpResponse", "delayType", "errorMessage")
    kind = text(about, "bounceType")
    if told is Told.BOUNCED and text(about, "bounceSubType") in _SUPPRESSED:
        told = Told.DROPPED
    at, who = text(about, "timestamp") or text(mail, "timestamp"), text(recipient, "emailAddress").lower()
    link = text(about, "link")
    return Feedback(
        told=told,
        provider=PROVIDER,
        id=named(told, text(mail, "messageId"), text(about, "feedbackId"), who, at, link),
        recipient=who,
        message_id=_message_id(mail),
        at=from_iso(at),
        lasting=_BOUNCES.get(kind, Lasting.UNDETERMINED) if told is Told.BOUNCED else None,
        code=text(recipient, "status") or codes(words)[0],
        reason=words.removeprefix("smtp;").strip() or text(about, "complaintFeedbackType", "bounceSubType"),
        url=link,
    )


def _message_id(mail: Object) -> str:
    """Ours: in the tag that the mail was given, or in its head as it was before SES gave it another Message-ID."""
    tags = within(mail, "tags").get(TAG)
    if isinstance(tags, list) and tags and isinstance(tags[0], str):
        return tags[0]
    given = [text(within(mail, "commonHeaders"), "messageId")]
    given += [
        text(each, "value") for each in objects(mail.get("headers")) if text(each, "name").lower() == "message-id"
    ]
    return next((found for each in given if (found := ours(each))), "")
