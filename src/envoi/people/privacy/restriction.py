"""Restriction: what is known of a person is kept, and not used, until they or the law say otherwise (GDPR, article 18).

It is the person's no to one purpose that stands before all others; so it is in the log, in profiles and in history like
any other word of theirs, and live segments follow it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.event import ENVOI, Event, Name

if TYPE_CHECKING:
    from envoi.clock import Instant
    from envoi.events.event import PersonId
    from envoi.people.profile import Profile

#: The purpose that stands for any use at all.
PROCESSING = "processing"
#: Why nothing is done with a restricted person, as a skip reason.
RESTRICTED = "restricted: kept, and not used"


def is_restricted(profile: Profile) -> bool:
    """Whether what is known of the person is not to be used."""
    said = profile.consent.get(PROCESSING)
    return said is not None and not said.granted


def restriction(profile: Profile, *, restricted: bool, at: Instant, because: str, by: str) -> tuple[PersonId, Event]:
    """The event that restricts the use of a person's data, or lifts that."""
    person = profile.person
    event = Event(
        # After each event of theirs, it is another one.
        id=f"restriction:{profile.seq}:{person}",
        source=ENVOI,
        name=Name.CONSENT_CHANGED,
        keys={"user_id": person},
        at=at,
        seen_at=at,
        props={"purpose": PROCESSING, "granted": not restricted, "source": by, "because": because},
    )
    return person, event
