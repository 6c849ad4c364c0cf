"""Bounces and complaints that a mail service writes as JSON into a mail: Amazon SES by way of SNS."""

from __future__ import annotations

from json import JSONDecoder
from typing import TYPE_CHECKING

from envoi.messages.loose import objects, text, within
from envoi.messages.returned.reason import lasting
from envoi.messages.returned.returned import Bounce, Original, Returned, What
from envoi.messages.returned.words import judged

if TYPE_CHECKING:
    from envoi.messages.loose import Object

_BEGINNING = '{"notificationType":'
_decode = JSONDecoder(strict=False).raw_decode


def notification(body: str, came_to: tuple[str, ...]) -> Returned | None:
    """What such a mail tells; None if there is no such JSON in it."""
    start = body.find(_BEGINNING)
    if start < 0:
        return None
    try:
        # Where a line was too long for a mail, a server broke it in two.
        told, _ = _decode(body[start:].replace("!\n ", "").replace("\n", ""))
    except (ValueError, RecursionError):
        return None
    original = Original(message_id=text(within(told, "mail"), "messageId"))
    match told["notificationType"]:
        case "Bounce":
            found = tuple(_bounce(each) for each in objects(within(told, "bounce").get("bouncedRecipients")))
            return Returned(what=What.BOUNCE, bounces=found, came_to=came_to, original=original)
        case "Complaint":
            complaint = within(told, "complaint")
            who = tuple(text(each, "emailAddress").lower() for each in objects(complaint.get("complainedRecipients")))
            kind = text(complaint, "complaintFeedbackType") or "abuse"
            return Returned(what=What.COMPLAINT, complained=who, complaint=kind, came_to=came_to, original=original)
        case "Delivery":
            return Returned(what=What.DELIVERED, came_to=came_to, original=original)
        case _:
            return None


def _bounce(told: Object) -> Bounce:
    words = text(told, "diagnosticCode").partition(";")[2].strip()
    reason, code = judged(words, text(told, "status"))
    return Bounce(
        recipient=text(told, "emailAddress").lower(),
        lasting=lasting(reason, code),
        reason=reason,
        code=code,
        words=words,
    )
