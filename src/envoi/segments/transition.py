"""Someone came into a segment, or left it: what the log keeps of that."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name, PersonId

if TYPE_CHECKING:
    from envoi.events.event import Stored

#: A cause: time alone, at `Transition.at`.
BY_TIME = "time"


class Transition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person's way into a segment, or out of it."""

    segment: str
    #: The digest of the condition that the segment had.
    condition: str
    person: PersonId
    entered: bool
    #: The very instant; of an event that came late its arrival, since nothing is written into the past.
    at: Instant
    #: `by_event(seq)`, BY_TIME or `by_definition(seq)`.
    cause: str
    #: Under whose id the log has it, if not the person's own: theirs who the person turned out to be.
    under: PersonId = PersonId("")


def by_event(seq: int) -> str:
    """The cause that is the event at this position of the log.

    >>> by_event(17)
    'event 17'
    """
    return f"event {seq}"


def event_of(cause: str) -> int:
    """The position of the event that is the cause.

    >>> event_of(by_event(17))
    17
    """
    return int(cause.rpartition(" ")[2])


def by_definition(seq: int) -> str:
    """The cause that a segment is new, was edited or taken away after this position of the log.

    >>> by_definition(17)
    'definition after 17'
    """
    return f"definition after {seq}"


def as_event(transition: Transition, seen_at: Instant) -> Event:
    """The event that records a transition; the same transition has the same id whenever it is worked out."""
    return Event(
        id=_key(transition),
        source=ENVOI,
        name=Name.SEGMENT_ENTERED if transition.entered else Name.SEGMENT_LEFT,
        keys={"user_id": transition.under or transition.person},
        at=transition.at,
        seen_at=max(seen_at, transition.at),
        props={
            "segment": transition.segment,
            "cause": transition.cause,
            "condition": transition.condition,
            **({"person": transition.person} if transition.under else {}),
        },
    )


def from_event(stored: Stored) -> Transition | None:
    """The transition that a logged event records; None if it is another event."""
    event = stored.event
    if event.source != ENVOI or event.name not in (Name.SEGMENT_ENTERED, Name.SEGMENT_LEFT):
        return None
    return Transition(
        segment=str(event.props["segment"]),
        condition=str(event.props["condition"]),
        person=PersonId(str(event.props.get("person", stored.person))),
        entered=event.name == Name.SEGMENT_ENTERED,
        at=event.at,
        cause=str(event.props["cause"]),
        under=stored.person if "person" in event.props else PersonId(""),
    )


def _key(transition: Transition) -> str:
    cause = f"{BY_TIME} {transition.at}" if transition.cause == BY_TIME else transition.cause
    who = "\0".join((transition.segment, transition.condition, transition.person))
    # The cause comes first, so that ids that are made together stand together in an index.
    return f"{cause} {blake2b(who.encode(), digest_size=12).hexdigest()}"
