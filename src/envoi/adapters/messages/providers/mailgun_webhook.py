"""Mailgun's webhooks: one event a request, with an HMAC of a timestamp and a token, but not of the event itself.

So who saw one request could make another with the same token: each token counts once, for the body it came with.
Reference: documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.webhook import from_seconds, is_timely, loaded, named, ours, unread
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import number, text, within
from envoi.messages.returned.reason import Lasting, lasting
from envoi.messages.returned.words import judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.clock import Instant
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "mailgun"
#: The variable that bears our Message-ID.
VARIABLE = "envoi-message"

EVENTS = {
    "accepted": Told.PROCESSED,
    "delivered": Told.DELIVERED,
    "rejected": Told.DROPPED,
    "complained": Told.COMPLAINED,
    "opened": Told.OPENED,
    "clicked": Told.CLICKED,
    "unsubscribed": Told.UNSUBSCRIBED,
}


class MailgunWebhook:
    """Verifies with the HTTP webhook signing key of the account."""

    def __init__(self, signing_key: str) -> None:
        self._key = signing_key.encode()

    def distrust(self, posted: Posted, now: Instant) -> str:
        """See `Webhook.distrust`."""
        signature = _signature(posted)
        timestamp, token = text(signature, "timestamp"), text(signature, "token")
        expected = hmac.digest(self._key, f"{timestamp}{token}".encode(), "sha256").hex()
        if not token or not hmac.compare_digest(expected.encode(), text(signature, "signature").encode()):
            return "the signature is not Mailgun's"
        return "" if is_timely(number(signature, "timestamp"), now) else "it was signed too long ago"

    def once(self, posted: Posted) -> str:
        """The token."""
        return text(_signature(posted), "token")

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        event = within(_object(posted), "event-data")
        yield _feedback(event) if event else unread(PROVIDER, "no event", posted.body)


def _object(posted: Posted) -> Object:
    found = loaded(posted.body)
    return found if isinstance(found, dict) else {}


def _signature(posted: Posted) -> Object:
    return within(_object(posted), "signature")


def _told(event: Object) -> Told | None:
    name = text(event, "event")
    if name != "failed":
        return EVENTS.get(name)
    if text(event, "severity") == "temporary":
        return Told.DEFERRED
    # It did not try: the address bounced, complained or unsubscribed before.
    return Told.DROPPED if text(event, "reason").startswith("suppress-") else Told.BOUNCED


def _feedback(event: Object) -> Feedback | Odd:
    told = _told(event)
    if told is None:
        return unread(PROVIDER, f"no event of Mailgun that has a meaning here: {text(event, 'event')!r}", event)
    status = within(event, "delivery-status")
    words = text(status, "message", "description")
    given = text(status, "enhanced-code")
    reason, code = judged(f"{text(status, 'code')} {given} {words}", given)
    lasts = lasting(reason, code)
    return Feedback(
        told=told,
        provider=PROVIDER,
        id=f"{text(event, 'id') or named(event)}:{text(event, 'event')}",
        recipient=text(event, "recipient").lower(),
        message_id=text(within(event, "user-variables"), VARIABLE)
        or ours(text(within(event, "message", "headers"), "message-id")),
        at=from_seconds(number(event, "timestamp")),
        # It says itself that this lasts, where the words of the server do not.
        lasting=(Lasting.PERMANENT if lasts is Lasting.UNDETERMINED else lasts) if told is Told.BOUNCED else None,
        code=code,
        reason=words,
        url=text(event, "url"),
        machine=_machine(event),
    )


def _machine(event: Object) -> str:
    bot = text(within(event, "client-info"), "bot")
    return f"Mailgun says that it is a machine: {bot}" if bot else ""
