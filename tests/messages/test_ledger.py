"""Laws of the states, which hold for every ledger."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from envoi.events.event import PersonId
from envoi.messages.ledger import FINAL, NEXT, Entry, State, settles_from

CAMPAIGN = "spring"


def entry_of(person: str, address: str, state: State = State.PLANNED) -> Entry:
    return Entry(campaign=CAMPAIGN, person=PersonId(person), address=address, decision=1, state=state)


def test_every_state_says_what_may_follow_it() -> None:
    assert set(NEXT) == set(State)
    # Only a person can want what is unknown to be sent again.
    assert {state for state in State if not NEXT[state]} == FINAL - {State.UNKNOWN}


def test_every_state_can_still_end() -> None:
    for state in set(State) - FINAL:
        reached = {state}
        for _ in State:
            reached |= {after for before in reached for after in NEXT[before]}
        assert reached & FINAL


def test_only_what_was_being_submitted_can_be_accepted_or_unknown() -> None:
    for outcome in (State.ACCEPTED, State.UNKNOWN):
        assert [state for state in State if outcome in NEXT[state]] == [State.SUBMITTING]


@pytest.mark.parametrize(
    ("outcome", "before"),
    [
        (State.ACCEPTED, [State.SUBMITTING]),
        (State.UNKNOWN, [State.SUBMITTING]),
        (State.REJECTED, [State.CLAIMED, State.SUBMITTING]),
        (State.DEFERRED, [State.CLAIMED, State.SUBMITTING]),
        (State.SKIPPED, [State.CLAIMED]),
        (State.PLANNED, [State.CLAIMED]),
        (State.CANCELLED, []),
        (State.CLAIMED, []),
        (State.SUBMITTING, []),
    ],
)
def test_a_worker_settles_only_what_it_holds(outcome: State, before: list[State]) -> None:
    assert settles_from(outcome) == before


def test_a_message_id_is_the_same_on_every_attempt_and_no_one_elses() -> None:
    assert entry_of("1", "a").message_id == "9934230c8aac2eb37011154e060599dd"
    again = replace(entry_of("1", "b"), fence=7, state=State.DEFERRED)
    assert again.message_id == entry_of("1", "a").message_id
    # The border between campaign and person counts.
    moved = Entry(campaign="sprin", person=PersonId("g1"), address="a", decision=1)
    assert len({entry_of("1", "a").message_id, entry_of("2", "a").message_id, moved.message_id}) == 3
