"""Mailjet's Event API: one event or a list of them, without a signature, so with a password that we gave it.

Reference: dev.mailjet.com/email/guides/webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.webhook import ByPassword, each_of, from_seconds, named, unread
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import number, text
from envoi.messages.returned.codes import codes
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "mailjet"

EVENTS = {
    # Mailjet's "sent" is that the recipient's server took it.
    "sent": Told.DELIVERED,
    "bounce": Told.BOUNCED,
    "blocked": Told.DROPPED,
    "spam": Told.COMPLAINED,
    "open": Told.OPENED,
    "click": Told.CLICKED,
    "unsub": Told.UNSUBSCRIBED,
}


class MailjetWebhook(ByPassword):
    """Verifies by the user and password that are in the address which Mailjet was given."""

    name = "Mailjet"

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        return each_of(PROVIDER, posted, _feedback)


def _feedback(event: Object) -> Feedback | Odd:
    name = text(event, "event")
    told = EVENTS.get(name)
    if told is None:
        return unread(PROVIDER, f"no event of Mailjet that has a meaning here: {name!r}", event)
    at, recipient, link = number(event, "time"), text(event, "email").lower(), text(event, "url")
    words = " ".join(each for each in (text(event, "error"), text(event, "comment", "smtp_reply")) if each)
    return Feedback(
        told=told,
        provider=PROVIDER,
        id=named(name, text(event, "Message_GUID", "MessageID"), recipient, at, link),
        recipient=recipient,
        message_id=text(event, "CustomID"),
        at=from_seconds(at),
        lasting=_lasting(event) if told is Told.BOUNCED else None,
        code=codes(words)[0],
        reason=words,
        url=link,
    )


def _lasting(event: Object) -> Lasting:
    return Lasting.PERMANENT if event.get("hard_bounce") is True else Lasting.TEMPORARY
