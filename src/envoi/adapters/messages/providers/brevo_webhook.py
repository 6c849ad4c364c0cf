"""Brevo's transactional webhooks: one event a request, without a signature, so with a password that we gave it.

Reference: developers.brevo.com/docs/transactional-webhooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.providers.webhook import ByPassword, each_of, from_seconds, named, ours, unread
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import number, text
from envoi.messages.returned.codes import codes
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "brevo"

EVENTS = {
    "request": Told.PROCESSED,
    "delivered": Told.DELIVERED,
    "deferred": Told.DEFERRED,
    "hard_bounce": Told.BOUNCED,
    "soft_bounce": Told.BOUNCED,
    "blocked": Told.DROPPED,
    "error": Told.DROPPED,
    "invalid_email": Told.DROPPED,
    "spam": Told.COMPLAINED,
    "opened": Told.OPENED,
    "unique_opened": Told.OPENED,
    "proxy_open": Told.OPENED,
    "unique_proxy_open": Told.OPENED,
    "click": Told.CLICKED,
    "unsubscribed": Told.UNSUBSCRIBED,
}
_BOUNCES = {"hard_bounce": Lasting.PERMANENT, "soft_bounce": Lasting.TEMPORARY}
_PROXIES = frozenset({"proxy_open", "unique_proxy_open"})


class BrevoWebhook(ByPassword):
    """Verifies by the user and password, or the Bearer token, that Brevo was given."""

    name = "Brevo"
    takes_token = True

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        return each_of(PROVIDER, posted, _feedback)


def _feedback(event: Object) -> Feedback | Odd:
    name = text(event, "event")
    told = EVENTS.get(name)
    if told is None:
        return unread(PROVIDER, f"no event of Brevo that has a meaning here: {name!r}", event)
    given, link = text(event, "message-id"), text(event, "link")
    at, recipient, words = number(event, "ts_event"), text(event, "email").lower(), text(event, "reason")
    return Feedback(
        told=told,
        provider=PROVIDER,
        id=named(name, given, recipient, at, link),
        recipient=recipient,
        message_id=text(event, "X-Mailin-custom") or ours(given),
        at=from_seconds(at if at is not None else number(event, "ts")),
        lasting=_BOUNCES.get(name),
        code=codes(words)[0],
        reason=words,
        url=link,
        machine="Brevo says that a proxy opened it" if name in _PROXIES else "",
    )
