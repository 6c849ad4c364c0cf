"""A mail that came back, as feedback on the mail it is about: only what we signed ourselves says which one that is.

Anybody can write a bounce. So one counts against a person only if it came to the return path of a mail
(return_path.py), or quotes the unsubscribe link that was in it: nobody else can make either. Where no return path is
set up, our Message-ID in the returned mail will do, which is known to those who saw the mail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.errors import NotFound
from envoi.messages.feedback import Feedback, Told
from envoi.messages.ledger import Entry
from envoi.messages.return_path import came_back
from envoi.messages.returned import What

if TYPE_CHECKING:
    from envoi.messages.links import Links
    from envoi.messages.returned import Bounce, Returned

BOUNCE, COMPLAINT = "bounce", "complaint"
#: Types of complaints (RFC 5965) that are no reader's: a server found that signatures did not fit, or a list was left.
_NO_COMPLAINT = frozenset({"auth-failure", "not-spam"})
_OURS = re.compile(r"[0-9a-f]{32}")
_TOKEN = re.compile(r"/unsubscribe/([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How a mail that came back is known."""

    links: Links
    #: Whether mails have a return path of their own; then a Message-ID alone proves nothing.
    has_return_path: bool


def about(returned: Returned, proof: Proof) -> str:
    """Our Message-ID of the mail that came back; empty if nothing proves that it was ours."""
    try:
        return came_back(proof.links.keys, returned.came_to)
    except NotFound:
        pass
    token = _TOKEN.search(returned.original.unsubscribe)
    if token:
        try:
            reader = proof.links.read(token[1])
        except NotFound:
            return ""
        return Entry(campaign=reader.campaign, person=reader.person, address="", decision=0).message_id
    local = returned.original.message_id.partition("@")[0]
    return local if not proof.has_return_path and _OURS.fullmatch(local) else ""


def feedback(returned: Returned, message_id: str) -> Feedback | None:
    """What a returned mail says of the mail with this Message-ID; None if that is nothing.

    The same said twice has the same id, so it counts once.
    """
    match returned.what:
        case What.BOUNCE if returned.bounces:
            return _bounced(returned.bounces[0], message_id)
        case What.COMPLAINT if returned.complaint not in _NO_COMPLAINT:
            who = returned.complained[0] if len(returned.complained) == 1 else ""
            return Feedback(
                told=Told.COMPLAINED,
                provider=COMPLAINT,
                id=_name(message_id, "complaint"),
                recipient=who,
                message_id=message_id,
                reason=returned.complaint,
            )
        case What.DELIVERED:
            return Feedback(
                told=Told.DELIVERED,
                provider=BOUNCE,
                id=_name(message_id, "delivered"),
                recipient="",
                message_id=message_id,
            )
        case _:
            return None


def _bounced(bounce: Bounce, message_id: str) -> Feedback:
    told = Told.BOUNCED if bounce.is_final else Told.DEFERRED
    return Feedback(
        told=told,
        provider=BOUNCE,
        id=_name(message_id, told, bounce.lasting, bounce.code),
        recipient=bounce.recipient,
        message_id=message_id,
        lasting=bounce.lasting if bounce.is_final else None,
        code=bounce.code,
        reason=f"{bounce.reason}: {bounce.words[:_WORDS]}" if bounce.words else str(bounce.reason),
    )


#: More of a server's words is not kept.
_WORDS = 300


def _name(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
