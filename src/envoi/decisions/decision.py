"""What to send to whom and why: recorded before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name, PersonId, Value

if TYPE_CHECKING:
    from envoi.events.event import Stored

    #: A recommended product: its id, why it was picked, and what the template prints of it.
    Product = dict[str, Value]
else:
    # As `Value` is: a decision has the products of its event, and no copy of them.
    Product = Any


class Reason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One step on the way to a decision, as a person would tell it."""

    #: Which step: "audience", "consent", "holdout", "content", "template".
    step: str
    #: What it found: 'rule "win-back" fired: ...'.
    because: str


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one person gets from one campaign."""

    #: Unique and derived from campaign, moment and person: the same decision has the same id wherever it is made.
    id: str
    campaign: str
    person: PersonId
    #: Name of the content rule that won, or "fallback".
    content: str
    #: "send" or "holdout".
    arm: str
    #: When to send; never earlier than the decision.
    send_at: Instant
    #: Probability with which the arm was drawn, in (0, 1]; replay divides by it.
    propensity: float
    #: Ids of the recommended products, best first, and why each, in step.
    products: list[Product] = []
    reasons: list[Reason] = []


def as_event(decision: Decision) -> Event:
    """The event that records a decision in the log."""
    props: dict[str, Value] = {
        "id": decision.id,
        "campaign": decision.campaign,
        "person": decision.person,
        "content": decision.content,
        "arm": decision.arm,
        "send_at": decision.send_at,
        "propensity": decision.propensity,
        # As they are: those of many people are the same, and nobody changes them.
        "products": [*decision.products],
        "reasons": msgspec.to_builtins(decision.reasons),
    }
    return Event(
        id=decision.id,
        source=ENVOI,
        name=Name.DECISION_MADE,
        keys={"user_id": decision.person},
        at=decision.send_at,
        seen_at=decision.send_at,
        props=props,
    )


def from_event(stored: Stored) -> Decision:
    """The decision that a logged event records."""
    return msgspec.convert(stored.event.props, Decision)
