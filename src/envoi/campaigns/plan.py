"""Who gets what from a campaign at a moment: audience, consent, holdout, content and products, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec
import pyarrow.compute as pc

from envoi.campaigns.gates import IMPERSONAL
from envoi.clock import Instant, iso
from envoi.conditions.bind import Definitions, bind
from envoi.conditions.tables import members_query
from envoi.decisions.decision import Decision, Reason
from envoi.decisions.rules import choose
from envoi.errors import DataError
from envoi.events.event import PersonId
from envoi.experiments.assign import assign
from envoi.messages.address import check_address
from envoi.messages.gate import closed
from envoi.messages.schedule import occurrence
from envoi.people.consent import permits
from envoi.people.profile import Profile
from envoi.people.purposes import PROFILING
from envoi.segments.batch import members
from envoi.settings import MailKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from envoi.campaigns.campaign import Campaign
    from envoi.decisions.recommend.base import Pick, Picker
    from envoi.events.event import Value
    from envoi.people.port import ProfileStore
    from envoi.tables import Tables

SEND, HOLDOUT = "send", "holdout"
#: How many people are planned at a time.
LOT = 5_000
#: The trait that holds a person's address.
ADDRESS = "email"
FROM_NOW = Instant(0)
#: Nobody's id.
_NOBODY = PersonId("")
NO_ADDRESS = "no e-mail address"
BAD_ADDRESS = "e-mail address is not valid"


class Planned(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person of the audience: a decision, or the reason why there is none to make."""

    person: PersonId
    #: Empty if the person has none.
    address: str
    decision: Decision | None = None
    #: Why the person gets nothing; empty if mail is to be sent.
    skip: str = ""
    #: Not before; 0 for at once.
    due: Instant = FROM_NOW
    #: Of whoever may be written to, as it was when this was planned.
    profile: Profile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What planning may ask: the definitions, history, and profiles."""

    definitions: Definitions
    tables: Tables
    people: ProfileStore


def plan(campaign: Campaign, known: Known, at: Instant) -> list[Planned]:
    """Everyone in the audience at `at`, ordered by person; nothing is stored."""
    return [one for some in plan_in_lots(campaign, known, at) for one in some]


def plan_in_lots(campaign: Campaign, known: Known, at: Instant, *, size: int = LOT) -> Iterator[list[Planned]]:
    """The same, some people at a time: the plan of a million takes little more memory than that of a lot."""
    conditions = [
        bind(each, known.definitions) for each in (campaign.audience, *(rule.when for rule in campaign.rules))
    ]
    judged = known.tables.query(members_query(conditions, at))
    judged = judged.filter(judged.column(1))
    judged = judged.take(pc.sort_indices(judged.column(0)))
    decide = _decider(campaign, known, at)
    for start in range(0, len(judged), size):
        ids, _, *held = judged.slice(start, size).columns
        holds = {rule.name: set(ids.filter(it).to_pylist()) for rule, it in zip(campaign.rules, held, strict=True)}
        yield decide(ids.to_pylist(), holds, start)


def plan_for(campaign: Campaign, known: Known, at: Instant, people: Sequence[PersonId]) -> list[Planned]:
    """The same for these people, whether or not they are in the audience: what a preview shows."""
    wanted = set(people)
    holds = {
        rule.name: wanted.intersection(members(bind(rule.when, known.definitions), known.tables, at))
        for rule in campaign.rules
    }
    return _decider(campaign, known, at)(people, holds, 0)


#: Decides for these people; told of each rule for whom it holds, and how many came before them.
_Decider = Callable[["Sequence[PersonId]", "Mapping[str, Set[PersonId]]", int], "list[Planned]"]


def _decider(campaign: Campaign, known: Known, at: Instant) -> _Decider:
    shown = campaign.products
    picker = shown.recommender.picker(known.tables, at=at, count=shown.count) if shown else None
    draft = _draft(campaign, at)
    # What is the same for many is made once.
    contents: dict[tuple[bool, ...], tuple[str, Sequence[Reason]]] = {}

    def decide(people: Sequence[PersonId], holds: Mapping[str, Set[PersonId]], before: int) -> list[Planned]:
        profiles = known.people.get(people)
        gated = [_gate(person, profiles.get(person), campaign) for person in people]
        picks = _picks(campaign, picker, gated) if picker else {}

        def decided(planned: Planned, place: int) -> Planned:
            person, is_impersonal = planned.person, _is_impersonal(campaign, planned)
            held = (is_impersonal, *[person in whom for whom in holds.values()])
            if held not in contents:
                content, because = choose(campaign.rules, holds, person)
                contents[held] = content, [*because, IMPERSONAL] if is_impersonal else because
            products = [pick.shown for pick in picks.get(person, ())]
            return _decided(planned, draft, contents[held], name=_name(draft, place, person), products=products)

        return [each if each.skip else decided(each, place) for place, each in enumerate(gated, before)]

    return decide


def _picks(campaign: Campaign, picker: Picker, planned: Sequence[Planned]) -> dict[PersonId, list[Pick]]:
    """What each is shown; who does not allow profiling, what somebody of whom nothing is known would be."""
    people = [each.person for each in planned if not each.skip]
    apart = {each.person for each in planned if not each.skip and _is_impersonal(campaign, each)}
    picks = picker([person for person in people if person not in apart])
    return picks | dict.fromkeys(apart, picker([_NOBODY])[_NOBODY]) if apart else picks


def _is_impersonal(campaign: Campaign, planned: Planned) -> bool:
    shown = campaign.products
    return shown is not None and not permits(planned.profile, PROFILING, shown.profiling)


def _gate(person: PersonId, profile: Profile | None, campaign: Campaign) -> Planned:
    """Consent first: without it, no other field of the person is looked at."""
    refused = closed(profile, campaign.purpose, campaign.kind) if profile else "never consented"
    if refused or profile is None:
        return Planned(person=person, address="", skip=refused)
    address = profile.value(ADDRESS)
    if not isinstance(address, str) or not address:
        return Planned(person=person, address="", skip=NO_ADDRESS)
    try:
        return Planned(person=person, address=check_address(address), profile=profile)
    except DataError:
        return Planned(person=person, address="", skip=BAD_ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """What all decisions of a plan have in common."""

    campaign: str
    #: Each occurrence of a recurring campaign holds out the same people, so what it does in the long run is measured.
    series: str
    at: Instant
    shares: Mapping[str, float]
    #: What the id of a decision is made of, before the person; and what all of them begin with.
    stem: str
    prefix: str
    #: The first reasons of those in each arm.
    reasons: Mapping[str, Sequence[Reason]]


def _draft(campaign: Campaign, at: Instant) -> _Draft:
    shares = {HOLDOUT: campaign.holdout, SEND: 1 - campaign.holdout}
    because = {
        arm: [
            Reason(step="audience", because=f"in the audience: {campaign.audience_text}"),
            Reason(step="consent", because=_may(campaign)),
            Reason(step="holdout", because=f"drawn into {arm!r} with probability {share:g}"),
        ]
        for arm, share in shares.items()
    }
    series, _ = occurrence(campaign.name)
    stem = f"{campaign.name}\0{iso(at)}\0"
    prefix = blake2b(stem.encode(), digest_size=4).hexdigest()
    return _Draft(
        campaign=campaign.name, series=series, at=at, shares=shares, stem=stem, prefix=prefix, reasons=because
    )


def _name(draft: _Draft, place: int, person: PersonId) -> str:
    """A decision's id, 16 bytes in hex: the same whenever the same is planned, and close to those planned with it.

    The log keeps ids in order: were they at random, each decision of a million would have to be put elsewhere.
    """
    return f"{draft.prefix}{place // LOT:08x}{blake2b(f'{draft.stem}{person}'.encode(), digest_size=8).hexdigest()}"


def _decided(
    planned: Planned,
    draft: _Draft,
    chosen: tuple[str, Sequence[Reason]],
    *,
    name: str,
    products: list[dict[str, Value]],
) -> Planned:
    person, (content, because) = planned.person, chosen
    arm, propensity = assign(draft.series, person, draft.shares)
    decision = Decision(
        id=name,
        campaign=draft.campaign,
        person=person,
        content=content,
        arm=arm,
        send_at=draft.at,
        propensity=propensity,
        products=products,
        reasons=[*draft.reasons[arm], *because],
    )
    skip = HOLDOUT if arm == HOLDOUT else ""
    return Planned(person=person, address=planned.address, decision=decision, skip=skip, profile=planned.profile)


def _may(campaign: Campaign) -> str:
    if campaign.kind is MailKind.TRANSACTIONAL:
        return f"transactional, and {campaign.purpose} was not refused"
    return f"consented to {campaign.purpose}"
