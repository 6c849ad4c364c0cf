"""The gate every use of a person's data passes: a purpose not granted is closed.

A purpose may have topics, written behind a slash: "newsletter/wine". A topic is open where the whole is, and the person
did not say no to it; a yes to a topic alone opens nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import Instant, iso
from envoi.people.privacy.restriction import RESTRICTED, is_restricted
from envoi.people.purposes import CLICKS, OPENS, PROFILING, SCORING, TRANSACTIONAL
from envoi.settings import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.people.profile import Profile, Said
    from envoi.settings import Settings


def allows(profile: Profile, purpose: str) -> bool:
    """True only if the person's last word on `purpose` was yes; never having been asked is no."""
    said = last_word(profile, purpose)
    return said is not None and said.granted and not is_restricted(profile)


def permits(profile: Profile | None, purpose: str, asked: Asked) -> bool:
    """Whether what the project asks for, and what the person said, leave the purpose open."""
    if profile is None or asked is Asked.OFF or is_restricted(profile):
        return False
    return allows(profile, purpose) or (asked is Asked.OPT_OUT and purpose not in profile.consent)


def asked_for(settings: Settings) -> Mapping[str, Asked]:
    """Of the purposes that are not about mail, how the project asks for each; enrichment always needs a yes."""
    return {
        PROFILING: settings.consent.profiling,
        SCORING: settings.consent.model_scoring,
        OPENS: settings.tracking.opens,
        CLICKS: settings.tracking.clicks,
    }


def is_open(profile: Profile | None, purpose: str, settings: Settings) -> bool:
    """Whether data may be used for this purpose, by what the person said and by how the project asks.

    Mail that follows from what a person did is not asked for: it is open until they object.
    """
    return permits(profile, purpose, {TRANSACTIONAL: Asked.OPT_OUT, **asked_for(settings)}.get(purpose, Asked.OPT_IN))


def last_word(profile: Profile, purpose: str) -> Said | None:
    """What the person said that opens or closes `purpose`; None if they were never asked."""
    whole = profile.consent.get(purpose.partition("/")[0])
    return profile.consent.get(purpose, whole) if whole and whole.granted else whole


def refusal(profile: Profile, purpose: str) -> str:
    """Why `purpose` is closed for this person, as a skip reason; empty if it is open."""
    if is_restricted(profile):
        return RESTRICTED
    said = last_word(profile, purpose)
    if said and said.granted:
        return ""
    return "consent withdrawn" if said else "never consented"


def objection(profile: Profile, purpose: str) -> str:
    """Why a mail that the person themselves caused, such as a receipt, is not sent; empty unless they said no to it."""
    if is_restricted(profile):
        return RESTRICTED
    said = last_word(profile, purpose)
    return "" if said is None or said.granted else "consent withdrawn"


def paused_until(profile: Profile, purpose: str, now: Instant) -> Instant | None:
    """Until when a purpose that is open rests, at the person's wish; None if it does not."""
    until = Instant(0)
    for name in (purpose, purpose.partition("/")[0]):
        said = profile.consent.get(name)
        until = max(until, said.paused_until) if said else until
    return until if until > now else None


def pause(profile: Profile, purpose: str, now: Instant) -> str:
    """Why a purpose that is open rests at this moment, as a skip reason; empty if it does not."""
    until = paused_until(profile, purpose, now)
    return f"paused by the person until {iso(until)}" if until else ""
