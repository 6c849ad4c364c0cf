"""The gate every use of a person's data passes: a purpose not granted is closed.

A purpose may have topics, written behind a slash: "newsletter/wine". A topic is open where the whole is, and the person
did not say no to it; a yes to a topic alone opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import Instant, iso

if TYPE_CHECKING:
    from envoi.people.profile import Profile, Said


def allows(profile: Profile, purpose: str) -> bool:
    """True only if the person's last word on `purpose` was yes; never having been asked is no."""
    said = last_word(profile, purpose)
    return said is not None and said.granted


def last_word(profile: Profile, purpose: str) -> Said | None:
    """What the person said that opens or closes `purpose`; None if they were never asked."""
    whole = profile.consent.get(purpose.partition("/")[0])
    return profile.consent.get(purpose, whole) if whole and whole.granted else whole


def refusal(profile: Profile, purpose: str) -> str:
    """Why `purpose` is closed for this person, as a skip reason; empty if it is open."""
    said = last_word(profile, purpose)
    if said and said.granted:
        return ""
    return "consent withdrawn" if said else "never consented"


def objection(profile: Profile, purpose: str) -> str:
    """Why a mail that the person themselves caused, such as a receipt, is not sent; empty unless they said no to it."""
    said = last_word(profile, purpose)
    return "" if said is None or said.granted else "consent withdrawn"


def paused_until(profile: Profile, purpose: str, now: Instant) -> Instant | None:
    """Until when a purpose that is open rests, at the person's wish; None if it does not."""
    words = (profile.consent.get(name) for name in (purpose, purpose.partition("/")[0]))
    until = max((said.paused_until for said in words if said), default=Instant(0))
    return until if until > now else None


def pause(profile: Profile, purpose: str, now: Instant) -> str:
    """Why a purpose that is open rests at this moment, as a skip reason; empty if it does not."""
    until = paused_until(profile, purpose, now)
    return f"paused by the person until {iso(until)}" if until else ""
