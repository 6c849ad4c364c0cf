"""Mandrill's webhooks (Mailchimp Transactional): a form with a list of events, signed over the address and the form.

Reference: mailchimp.com/developer/transactional/guides/track-respond-activity-webhooks.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from envoi.adapters.messages.providers.webhook import Signed, each_of, from_seconds, named, unread
from envoi.messages.feedback import Feedback, Told
from envoi.messages.loose import number, text, within
from envoi.messages.returned.codes import codes
from envoi.messages.returned.reason import Lasting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.adapters.messages.providers.webhook import Posted
    from envoi.clock import Instant
    from envoi.messages.feedback import Odd
    from envoi.messages.loose import Object

PROVIDER = "mandrill"
#: The metadata that bears our Message-ID.
METADATA = "envoi-message"
_FORM = "mandrill_events"
_SIGNATURE = "x-mandrill-signature"
#: A form of more fields is none of Mandrill's.
_MOST_FIELDS = 20

EVENTS = {
    "send": Told.PROCESSED,
    "delivered": Told.DELIVERED,
    "deferral": Told.DEFERRED,
    "hard_bounce": Told.BOUNCED,
    "soft_bounce": Told.BOUNCED,
    "reject": Told.DROPPED,
    "spam": Told.COMPLAINED,
    "open": Told.OPENED,
    "click": Told.CLICKED,
    "unsub": Told.UNSUBSCRIBED,
}
_BOUNCES = {"hard_bounce": Lasting.PERMANENT, "soft_bounce": Lasting.TEMPORARY}


class MandrillWebhook(Signed):
    """Verifies with the key of this webhook; the address counts as Mandrill was given it."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def distrust(self, posted: Posted, now: Instant) -> str:  # noqa: ARG002 - Mandrill signs no time
        """See `Webhook.distrust`."""
        content = posted.url + "".join(name + value for name, value in sorted(_fields(posted)))
        expected = b64encode(hmac.digest(self._key, content.encode(), "sha1"))
        given = posted.headers.get(_SIGNATURE, "").encode("utf-8", "replace")
        return "" if hmac.compare_digest(expected, given) else "the signature is not Mandrill's"

    def read(self, posted: Posted) -> Iterator[Feedback | Odd]:
        """See `Webhook.read`."""
        return each_of(PROVIDER, posted, _feedback, content=dict(_fields(posted)).get(_FORM, ""))


def _fields(posted: Posted) -> list[tuple[str, str]]:
    try:
        return parse_qsl(posted.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        return []


def _feedback(event: Object) -> Feedback | Odd:
    name, mail = text(event, "event"), within(event, "msg")
    told = EVENTS.get(name)
    if told is None:
        return unread(PROVIDER, f"no event of Mandrill that has a meaning here: {name!r}", event)
    words = text(mail, "bounce_description", "diag", "reject")
    at = number(event, "ts")
    return Feedback(
        told=told,
        provider=PROVIDER,
        id=named(text(event, "_id") or text(mail, "_id"), name, at, text(event, "url"), text(mail, "email")),
        recipient=text(mail, "email").lower(),
        message_id=text(within(mail, "metadata"), METADATA),
        at=from_seconds(at),
        lasting=_BOUNCES.get(name),
        code=codes(text(mail, "diag"))[0],
        reason=words,
        url=text(event, "url"),
    )
