"""Global Privacy Control (https://www.w3.org/TR/gpc/): a browser's `Sec-GPC: 1` is its person's no, heard once."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name
from envoi.people.consent import is_open
from envoi.people.words import Evidence, Method, props_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import PersonId
    from envoi.people.profile import Profile
    from envoi.settings import Settings

#: The header, and the value that means no.
HEADER, NO = "sec-gpc", "1"
#: Where such a no comes from.
SOURCE = "Global Privacy Control"


def closed_by_signal(
    person: PersonId, profile: Profile | None, settings: Settings, at: Instant, *, proof: Mapping[str, str]
) -> list[Event]:
    """What the signal closes of what is open still."""
    events = []
    for purpose in settings.consent.privacy_control:
        if is_open(profile, purpose, settings):
            said = profile.consent.get(purpose) if profile else None
            # A yes that is dated later than now, as in a project that lives in the past, must not outlive the no.
            then = Instant(max(at, said.at)) if said else at
            events += refusals(person, {"user_id": person}, [purpose], then, proof=proof)
    return events


def refusals(
    person: PersonId, keys: Mapping[str, str], purposes: Sequence[str], at: Instant, *, proof: Mapping[str, str]
) -> list[Event]:
    """The person's no to each purpose.

    Its id says whose it is and nothing else: however often the signal comes it is one event, so a yes that the person
    says later, knowing better than their browser, stands.
    """
    evidence = Evidence(method=Method.GPC, source=SOURCE, proof=proof)
    return [
        Event(
            id="gpc:" + blake2b(f"{person}\0{purpose}".encode(), digest_size=16).hexdigest(),
            source=ENVOI,
            name=Name.CONSENT_CHANGED,
            keys=dict(keys),
            at=at,
            seen_at=at,
            props=props_of(purpose, evidence, granted=False),
        )
        for purpose in purposes
    ]
