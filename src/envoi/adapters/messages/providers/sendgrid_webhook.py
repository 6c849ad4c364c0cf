"""SendGrid's Event Webhook: a list of events, signed with ECDSA over a timestamp and the body as it came.

Reference: twilio.com/docs/sendgrid/for-developers/tracking-events, "Event Webhook Security Features".
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from envoi.adapters.messages.providers.webhook import (
    Signed,
    each_of,
    from_seconds,
    is_timely,
    named,
    ours,
    unread,
)
from envoi.errors import ProjectError
from envoi.events.times import reader
from envoi.events.values import Unfit
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import number, text
from envoi.messages.returned.reason import Lasting, lasting
from envoi.messages.returned.words import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.clock import Instant
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "sendgrid"
#: The unique argument that bears our Message-ID.
ARGUMENT = "envoi_message"

EVENTS = {
    "processed": Told.PROCESSED,
    "delivered": Told.DELIVERED,
    "deferred": Told.DEFERRED,
    "bounce": Told.BOUNCED,
    "dropped": Told.DROPPED,
    "spamreport": Told.COMPLAINED,
    "open": Told.OPENED,
    "click": Told.CLICKED,
    "unsubscribe": Told.UNSUBSCRIBED,
    "group_unsubscribe": Told.UNSUBSCRIBED,
}
_SIGNATURE, _TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
_read_time = reader(zone="UTC")


class SendgridWebhook(Signed):
    """Verifies with the key that SendGrid shows where the webhook is set up."""

    def __init__(self, public_key: str) -> None:
        """Takes the key in base64.

        Raises:
            ProjectError: it is no such key.
        """
        try:
            key = load_der_public_key(b64decode(public_key, validate=True))
        except (NotBase64, ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, EllipticCurvePublicKey):
            raise ProjectError(
                "the verification key of SendGrid's webhook is none",
                hint="copy it whole from SendGrid's settings of the event webhook, where it is signed",
            )
        self._key = key

    def distrust(self, posted: Posted, now: Instant) -> str:
        """See `Webhook.distrust`."""
        timestamp = posted.headers.get(_TIMESTAMP, "")
        try:
            signature = b64decode(posted.headers.get(_SIGNATURE, ""), validate=True)
            self._key.verify(signature, timestamp.encode() + posted.body, ECDSA(SHA256()))
        except (NotBase64, ValueError, InvalidSignature):
            return "the signature is not SendGrid's"
        return "" if is_timely(number({"at": timestamp}, "at"), now) else "it was signed too long ago"

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        return each_of(PROVIDER, posted, _feedback)


def _feedback(event: Object) -> Feedback | Odd:
    name = text(event, "event")
    told = EVENTS.get(name)
    if not name and "reason" in event and "created" in event:
        # As the list of bounces is exported.
        name, told = "bounce", Told.BOUNCED
    if told is None:
        return unread(PROVIDER, f"no event of SendGrid that has a meaning here: {name!r}", event)
    words, status = text(event, "reason", "response"), text(event, "status")
    is_bounce = told is Told.BOUNCED
    reason, code = judged(words, status) if words or status else (None, "")
    lasts = lasting(reason, code) if reason else Lasting.UNDETERMINED
    if text(event, "type") == "blocked":
        lasts = Lasting.TEMPORARY
    elif lasts is Lasting.UNDETERMINED:
        lasts = Lasting.PERMANENT
    return Feedback(
        told=told,
        provider=PROVIDER,
        # SendGrid has been seen to give two events of one mail the same id.
        id=f"{text(event, 'sg_event_id') or named(event)}:{name}",
        recipient=text(event, "email").lower(),
        message_id=text(event, ARGUMENT) or ours(text(event, "smtp-id")),
        at=from_seconds(number(event, "timestamp")) or _created(event),
        lasting=lasts if is_bounce else None,
        code=code,
        reason=words,
        url=text(event, "url"),
        machine="SendGrid says that a machine opened it" if event.get("sg_machine_open") is True else "",
    )


def _created(event: Object) -> Instant | None:
    try:
        return _read_time(text(event, "created"))
    except Unfit:
        return None
