"""Mailjet's Event API: one event or a list of them, without a signature, so with a password that we gave it.

Reference: dev.mailjet.com/email/guides/webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.webhook import Signed, from_seconds, knows, loaded, named, unread
from envoi.errors import ProjectError
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import number, objects, text
from envoi.messages.returned.codes import codes
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.clock import Instant
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


class MailjetWebhook(Signed):
    """Verifies by the user and password that are in the address which Mailjet was given."""

    def __init__(self, credentials: str) -> None:
        """Takes `user:password`.

        Raises:
            ProjectError: it is not that.
        """
        user, _, password = credentials.partition(":")
        if not (user and password):
            raise ProjectError("the password of Mailjet's webhook is missing", hint="write it as user:password")
        self._credentials = credentials

    def distrust(self, posted: Posted, now: Instant) -> str:  # noqa: ARG002 - Mailjet says of no time that it is true
        """See `Webhook.distrust`."""
        return "" if knows(posted, self._credentials) else "the user or password is not the one that Mailjet was given"

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        found = objects(loaded(posted.body))
        if not found:
            yield unread(PROVIDER, "no list of events", posted.body)
        for event in found:
            yield _feedback(event)


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
