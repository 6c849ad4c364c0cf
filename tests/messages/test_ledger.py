"""Laws of the states and of a frozen audience, which hold for every ledger."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.errors import Conflict
from envoi.events.event import PersonId
from envoi.messages.ledger import FINAL, NEXT, Entry, Lease, State, freeze, settles_from, take

CAMPAIGN = "spring"
NOW = Instant(5)


def entry_of(person: str, address: str, state: State = State.PLANNED) -> Entry:
    return Entry(campaign=CAMPAIGN, person=PersonId(person), address=address, decision=1, state=state)


ENTRIES = st.lists(
    st.builds(
        entry_of,
        st.uuids().map(str),
        st.sampled_from(["", "a", "b", "c", "d"]),
        st.sampled_from(["planned", "skipped"]),
    ),
    unique_by=lambda entry: entry.person,
)


def test_every_state_says_what_may_follow_it() -> None:
    assert set(NEXT) == set(State)
    assert {state for state in State if not NEXT[state]} == FINAL


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
        (State.PLANNED, []),
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


@given(ENTRIES)
def test_a_frozen_audience_holds_everyone_and_writes_to_each_address_once(entries: list[Entry]) -> None:
    frozen = freeze(CAMPAIGN, entries, at=NOW)
    assert [(entry.person, entry.address) for entry in frozen] == [(entry.person, entry.address) for entry in entries]
    written_to = Counter(entry.address for entry in frozen if entry.state is State.PLANNED)
    assert set(written_to) == {entry.address for entry in entries if entry.state is State.PLANNED} - {""}
    assert all(count == 1 for count in written_to.values())
    assert all(entry.state in {State.PLANNED, State.SKIPPED} and entry.at == NOW for entry in frozen)


@given(ENTRIES)
def test_freezing_twice_is_freezing_once(entries: list[Entry]) -> None:
    frozen = freeze(CAMPAIGN, entries, at=NOW)
    assert freeze(CAMPAIGN, frozen, at=NOW) == frozen


def test_who_was_skipped_keeps_the_reason_and_no_address() -> None:
    first = replace(entry_of("1", "a"), reason="holdout", state=State.SKIPPED)
    frozen = freeze(CAMPAIGN, [first, entry_of("2", "a"), entry_of("3", "a"), entry_of("4", "")], at=NOW)
    assert [(entry.state, entry.reason) for entry in frozen] == [
        (State.SKIPPED, "holdout"),
        (State.PLANNED, ""),
        (State.SKIPPED, "same address as another person"),
        (State.SKIPPED, "no address"),
    ]


@pytest.mark.parametrize(
    "entries",
    [
        [entry_of("1", "a"), entry_of("1", "b")],
        [replace(entry_of("1", "a"), campaign="autumn")],
        [entry_of("1", "a", State.ACCEPTED)],
    ],
)
def test_what_is_no_plan_is_refused(entries: list[Entry]) -> None:
    with pytest.raises(Conflict):
        freeze(CAMPAIGN, entries, at=NOW)


@pytest.mark.parametrize(("closed", "state"), [("", State.CLAIMED), ("unsubscribed", State.SKIPPED)])
def test_a_claim_raises_the_fence_whatever_the_gate_says(closed: str, state: State) -> None:
    lease = Lease(worker="w", size=1, now=NOW, until=NOW, run=1)
    before = replace(entry_of("1", "a", State.DEFERRED), fence=3, reason="450 later")
    assert take(before, lease, closed=closed) == replace(before, state=state, reason=closed, fence=4, at=NOW)
