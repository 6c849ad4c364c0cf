"""Laws of a frozen audience, which hold for every ledger."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.errors import Conflict
from envoi.events.event import PersonId
from envoi.messages.freeze import freeze
from envoi.messages.ledger import Entry, State

CAMPAIGN = "spring"
NOW = Instant(5)


def entry_of(person: str, address: str, state: State = State.PLANNED) -> Entry:
    return Entry(campaign=CAMPAIGN, person=PersonId(person), address=address, decision=1, state=state)


def frozen_of(entries: list[Entry]) -> list[Entry]:
    return [entry for some in freeze(CAMPAIGN, entries, lambda *_: (set(), set()), at=NOW) for entry in some]


ENTRIES = st.lists(
    st.builds(
        entry_of,
        st.uuids().map(str),
        st.sampled_from(["", "a", "b", "c", "d"]),
        st.sampled_from(["planned", "skipped"]),
    ),
    unique_by=lambda entry: entry.person,
)


@given(ENTRIES)
def test_a_frozen_audience_holds_everyone_and_writes_to_each_address_once(entries: list[Entry]) -> None:
    frozen = frozen_of(entries)
    assert [(entry.person, entry.address) for entry in frozen] == [(entry.person, entry.address) for entry in entries]
    written_to = Counter(entry.address for entry in frozen if entry.state is State.PLANNED)
    assert set(written_to) == {entry.address for entry in entries if entry.state is State.PLANNED} - {""}
    assert all(count == 1 for count in written_to.values())
    assert all(entry.state in {State.PLANNED, State.SKIPPED} and entry.at == NOW for entry in frozen)


@given(ENTRIES)
def test_freezing_twice_is_freezing_once(entries: list[Entry]) -> None:
    frozen = frozen_of(entries)
    assert frozen_of(frozen) == frozen


def test_who_was_skipped_keeps_the_reason_and_no_address() -> None:
    first = replace(entry_of("1", "a"), reason="holdout", state=State.SKIPPED)
    frozen = frozen_of([first, entry_of("2", "a"), entry_of("3", "a"), entry_of("4", "")])
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
        frozen_of(entries)
