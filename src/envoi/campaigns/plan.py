"""Who gets what from a campaign at a moment: audience, consent, holdout, content and products, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.clock import iso
from envoi.conditions.bind import Definitions, bind
from envoi.decisions.decision import Decision, Reason
from envoi.decisions.rules import choose
from envoi.errors import DataError
from envoi.experiments.assign import assign
from envoi.messages.address import check_address
from envoi.people.consent import refusal
from envoi.segments.batch import members

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set

    from envoi.campaigns.campaign import Campaign
    from envoi.clock import Instant
    from envoi.decisions.recommend.base import Pick
    from envoi.events.event import PersonId
    from envoi.people.port import ProfileStore
    from envoi.people.profile import Profile
    from envoi.tables import Tables

SEND, HOLDOUT = "send", "holdout"
#: The trait that holds a person's address.
ADDRESS = "email"
NO_ADDRESS = "no e-mail address"
BAD_ADDRESS = "e-mail address is not valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One person of the audience: a decision, or the reason why there is none to make."""

    person: PersonId
    #: Empty if the person has none.
    address: str
    decision: Decision | None = None
    #: Why the person gets nothing; empty if mail is to be sent.
    skip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What planning may ask: the definitions, history, and profiles."""

    definitions: Definitions
    tables: Tables
    people: ProfileStore


def plan(campaign: Campaign, known: Known, at: Instant) -> list[Planned]:
    """Everyone in the audience at `at`, ordered by person; nothing is stored."""
    audience = members(bind(campaign.audience, known.definitions), known.tables, at)
    return plan_for(campaign, known, at, audience)


def plan_for(campaign: Campaign, known: Known, at: Instant, audience: Sequence[PersonId]) -> list[Planned]:
    """The same for these people, whether or not they are in the audience: what a preview shows."""
    profiles = known.people.get(audience)
    gated = [_gate(person, profiles.get(person), campaign.purpose) for person in audience]
    open_to = [planned.person for planned in gated if not planned.skip]
    wanted = set(open_to)
    holds = {
        rule.name: wanted.intersection(members(bind(rule.when, known.definitions), known.tables, at))
        for rule in campaign.rules
    }
    picks: Mapping[PersonId, Sequence[Pick]] = {}
    if campaign.products:
        picks = campaign.products.recommender.picks(known.tables, open_to, at=at, count=campaign.products.count)
    return [
        planned if planned.skip else _decided(planned, campaign, at, holds, picks.get(planned.person, ()))
        for planned in gated
    ]


def _gate(person: PersonId, profile: Profile | None, purpose: str) -> Planned:
    """Consent first: without it, no other field of the person is looked at."""
    refused = refusal(profile, purpose) if profile else "never consented"
    if refused or profile is None:
        return Planned(person=person, address="", skip=refused)
    address = profile.value(ADDRESS)
    if not isinstance(address, str) or not address:
        return Planned(person=person, address="", skip=NO_ADDRESS)
    try:
        return Planned(person=person, address=check_address(address))
    except DataError:
        return Planned(person=person, address="", skip=BAD_ADDRESS)


def _decided(
    planned: Planned, campaign: Campaign, at: Instant, holds: Mapping[str, Set[PersonId]], picks: Sequence[Pick]
) -> Planned:
    person = planned.person
    arm, propensity = assign(campaign.name, person, {HOLDOUT: campaign.holdout, SEND: 1 - campaign.holdout})
    content, because = choose(campaign.rules, holds, person)
    reasons = [
        Reason(step="audience", because=f"in the audience: {campaign.audience_text}"),
        Reason(step="consent", because=f"consented to {campaign.purpose}"),
        Reason(step="holdout", because=f"drawn into {arm!r} with probability {propensity:g}"),
        *because,
    ]
    decision = Decision(
        id=_id(campaign, person, at),
        campaign=campaign.name,
        person=person,
        content=content,
        arm=arm,
        send_at=at,
        propensity=propensity,
        products=[{"product": pick.product, "reason": pick.reason, **pick.item} for pick in picks],
        reasons=reasons,
    )
    return Planned(person=person, address=planned.address, decision=decision, skip=HOLDOUT if arm == HOLDOUT else "")


def _id(campaign: Campaign, person: PersonId, at: Instant) -> str:
    return blake2b(f"{campaign.name}\0{iso(at)}\0{person}".encode(), digest_size=16).hexdigest()
