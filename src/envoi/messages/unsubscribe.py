"""What an unsubscribe link does: the person's no to a purpose, as an event."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name
from envoi.people.words import Evidence, Method, props_of

if TYPE_CHECKING:
    from envoi.messages.links import Reader
    from envoi.people.profile import Profile

SOURCE = "unsubscribe link"
_CLICK = Evidence(method=Method.ONE_CLICK, source=SOURCE)


def withdrawal(link: Reader, profile: Profile | None, now: Instant, *, evidence: Evidence = _CLICK) -> Event | None:
    """The event by which the person withdraws what the link is for; None if they did before.

    It answers the person's last word, and derives its id from that: the same click twice is one event, and a click
    after the person agreed anew is another. A person who is not known may say no too, before anyone asks.
    """
    said = profile.consent.get(link.purpose) if profile else None
    if said is not None and not said.granted:
        return None
    # A yes that is dated later than now, as in a project that lives in the past, must not outlive the no.
    at = Instant(max(now, said.at)) if said else now
    answered = said.at if said else 0
    return Event(
        id="unsubscribe:" + blake2b(f"{link.person}\0{link.purpose}\0{answered}".encode(), digest_size=16).hexdigest(),
        source=ENVOI,
        name=Name.CONSENT_CHANGED,
        keys={"user_id": link.person},
        at=at,
        seen_at=at,
        props={**props_of(link.purpose, evidence, granted=False), "campaign": link.campaign},
    )
