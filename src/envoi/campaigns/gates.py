"""Consent as a gate before whatever uses data: segments, audiences, content and recommendations.

A condition that asks what a person did profiles them, and one that asks for a score uses a model; one that asks only
for fields and consent does neither. Who said no is in no segment that profiles, and gets what is the same for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.conditions.tree import All, Anniversary, AnyOf, Gated, Member, Not, Op, Test, Trait
from envoi.decisions.decision import Reason
from envoi.events.event import CONSENT, IMPUTED, MODEL
from envoi.people.consent import asked_for, permits
from envoi.people.privacy.restriction import PROCESSING
from envoi.people.purposes import PROFILING, SCORING
from envoi.settings import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from envoi.campaigns.campaign import Campaign
    from envoi.conditions.bind import Definitions
    from envoi.conditions.tree import Condition
    from envoi.decisions.decision import Decision
    from envoi.people.profile import Profile
    from envoi.settings import Consents, Settings

#: Among a decision's reasons: nothing of it was chosen by what the person did.
IMPERSONAL = Reason(step="profiling", because="profiling refused, so nothing was chosen by what they did")


def needs(condition: Condition, definitions: Definitions) -> frozenset[str]:
    """The purposes without which nobody may be judged by this condition."""
    return frozenset(_needs(condition, definitions, set()))


def gated(condition: Condition, definitions: Definitions, consents: Consents) -> Condition:
    """The condition, for those only who allow what it needs; nobody whose data are restricted is judged by any."""
    return Gated((condition, *gates(condition, definitions, consents)))


def gates(condition: Condition, definitions: Definitions, consents: Consents) -> list[Condition]:
    """What must hold of a person beside the condition."""
    asked = {PROFILING: consents.profiling, SCORING: consents.model_scoring}
    needed = [_gate(purpose, asked[purpose]) for purpose in sorted(needs(condition, definitions))]
    return [*needed, _gate(PROCESSING, Asked.OPT_OUT)]


def withheld(campaign: Campaign, decision: Decision, profile: Profile, settings: Settings) -> str:
    """Why a mail that was decided may not go now: it was made by what the person has closed since; empty if it may."""
    needed = campaign.needs_for(decision.content)
    if not needed:
        return ""
    asked = asked_for(settings)
    if IMPERSONAL in decision.reasons:
        needed -= {PROFILING}
    for purpose in sorted(needed):
        if not permits(profile, purpose, asked[purpose]):
            return f"{purpose} refused since it was decided"
    return ""


def _needs(condition: Condition, definitions: Definitions, inside: Set[str]) -> Iterator[str]:
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from _needs(part, definitions, inside)
    elif isinstance(condition, Not):
        yield from _needs(condition.part, definitions, inside)
    elif isinstance(condition, Member):
        other = definitions.segments.get(condition.segment)
        if other is not None and condition.segment not in inside:
            yield from _needs(other, definitions, {*inside, condition.segment})
    elif isinstance(condition, Trait):
        if condition.name.startswith((MODEL, IMPUTED)) or condition.name in definitions.derived:
            yield SCORING
    elif not isinstance(condition, Anniversary):
        yield PROFILING


def _gate(purpose: str, asked: Asked) -> Condition:
    if asked is Asked.OFF:
        return AnyOf(())
    said_no = Trait(f"{CONSENT}{purpose}", Test(Op.EQ, (False,)))
    return Not(said_no) if asked is Asked.OPT_OUT else Trait(said_no.name, Test(Op.EQ, (True,)))
