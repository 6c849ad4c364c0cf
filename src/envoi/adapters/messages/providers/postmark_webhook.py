"""Postmark's webhooks: one JSON object a request, without a signature, so with a password that we gave it.

Reference: postmarkapp.com/developer/webhooks/webhooks-overview.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.webhook import ByPassword, each_of, from_iso, named, unread
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import text, within
from envoi.messages.returned.codes import codes
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "postmark"
#: The metadata that bears our Message-ID.
METADATA = "envoi-message"

RECORDS = {
    "Delivery": Told.DELIVERED,
    "Bounce": Told.BOUNCED,
    "SpamComplaint": Told.COMPLAINED,
    "Open": Told.OPENED,
    "Click": Told.CLICKED,
    "SubscriptionChange": Told.UNSUBSCRIBED,
}
#: Postmark's types of bounces (postmarkapp.com/developer/api/bounce-api#bounce-types).
BOUNCES = {
    "HardBounce": Lasting.PERMANENT,
    "BadEmailAddress": Lasting.PERMANENT,
    "ManuallyDeactivated": Lasting.PERMANENT,
    "AddressChange": Lasting.PERMANENT,
    "SoftBounce": Lasting.TEMPORARY,
    "Transient": Lasting.TEMPORARY,
    "DnsError": Lasting.TEMPORARY,
    "SpamNotification": Lasting.TEMPORARY,
    "VirusNotification": Lasting.TEMPORARY,
    "Blocked": Lasting.TEMPORARY,
    "DMARCPolicy": Lasting.TEMPORARY,
    "SMTPApiError": Lasting.TEMPORARY,
    "TemplateRenderingFailed": Lasting.TEMPORARY,
    "Unknown": Lasting.UNDETERMINED,
}
_OTHER = {
    "AutoResponder": "an automatic answer",
    "OpenRelayTest": "a test of a relay",
    "ChallengeVerification": "a question whether we are a person",
    "Subscribe": "a wish to subscribe, which is for a form of ours",
    "Unconfirmed": "an address that was never confirmed",
}
_TIMES = ("BouncedAt", "DeliveredAt", "ReceivedAt", "ChangedAt")


class PostmarkWebhook(ByPassword):
    """Verifies by the user and password that are in the address which Postmark was given."""

    name = "Postmark"

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        return each_of(PROVIDER, posted, _feedback)


def _feedback(event: Object) -> Feedback | Odd:
    record, kind = text(event, "RecordType"), text(event, "Type")
    told = RECORDS.get(record)
    if told is None:
        return unread(PROVIDER, f"no record of Postmark that has a meaning here: {record!r}", event)
    if told is Told.BOUNCED and kind not in BOUNCES:
        return unread(PROVIDER, f"a bounce that is none: {_OTHER.get(kind, repr(kind))}", event)
    if told is Told.UNSUBSCRIBED and event.get("SuppressSending") is not True:
        return unread(PROVIDER, "a wish to get mail again, which is for a form of ours", event)
    at = text(event, *_TIMES)
    recipient = text(event, "Recipient", "Email").lower()
    words = text(event, "Description", "Details", "SuppressionReason")
    link = text(event, "OriginalLink")
    return Feedback(
        told=told,
        provider=PROVIDER,
        id=f"{record}:{text(event, 'ID') or named(record, text(event, 'MessageID'), recipient, at, link)}",
        recipient=recipient,
        message_id=text(within(event, "Metadata"), METADATA),
        at=from_iso(at),
        lasting=BOUNCES[kind] if told is Told.BOUNCED else None,
        code=codes(text(event, "Details"))[0] if told is Told.BOUNCED else "",
        reason=words if told in {Told.BOUNCED, Told.UNSUBSCRIBED} else "",
        url=link,
    )
