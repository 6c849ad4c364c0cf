from __future__ import annotations

import msgspec

from envoi.clock import Instant
from envoi.decisions.decision import Decision, Reason, as_event, from_event
from envoi.events.event import ENVOI, Event, Name, PersonId, Stored

DECISION = Decision(
    id="d1",
    campaign="weekly",
    person=PersonId("17"),
    content="gold",
    arm="send",
    send_at=Instant(1_500_000_000_000_000),
    propensity=0.9,
    products=[{"product": "tea", "name": "Thé", "price": 2.5, "brand": None}],
    reasons=[Reason(step="content", because="rule 'gold' held")],
)


def test_a_decision_comes_back_from_the_log_as_it_was() -> None:
    written = msgspec.json.encode(as_event(DECISION))
    event = msgspec.json.decode(written, type=Event)
    assert from_event(Stored(seq=1, person=DECISION.person, event=event)) == DECISION


def test_its_event_is_the_persons_and_of_the_moment_of_the_decision() -> None:
    event = as_event(DECISION)
    assert (event.source, event.name, event.id) == (ENVOI, Name.DECISION_MADE, "d1")
    assert event.keys == {"user_id": "17"}
    assert event.at == event.seen_at == DECISION.send_at
