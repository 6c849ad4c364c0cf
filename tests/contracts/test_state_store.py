"""What every store of live segments promises: the newest state of each person, and who is where since when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.database import open_database
from envoi.adapters.segments.memory import MemoryMemberships, MemoryStateStore
from envoi.adapters.segments.sqlite import SqliteMemberships, SqliteStateStore
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.segments.port import Defined, Plan, State
from envoi.segments.transition import BY_TIME, Transition

Stores = tuple[MemoryStateStore | SqliteStateStore, MemoryMemberships | SqliteMemberships]

KINDS = ["memory", "sqlite"]


def made(kind: str) -> Iterator[Stores]:
    if kind == "memory":
        yield MemoryStateStore(), MemoryMemberships()
    else:
        with closing(open_database(None)) as connection:
            yield SqliteStateStore(connection), SqliteMemberships(connection)


@pytest.fixture(params=KINDS)
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    yield from made(request.param)


def state(person: str, seq: int = 1) -> State:
    return State(person=PersonId(person), seq=seq, body=f"{person} {seq}".encode())


def move(person: str, segment: str, at: int, *, entered: bool = True) -> Transition:
    return Transition(
        segment=segment, condition="c", person=PersonId(person), entered=entered, at=Instant(at), cause=BY_TIME
    )


def test_before_the_first_plan_there_is_an_empty_one(stores: Stores) -> None:
    assert stores[0].plan() == (Plan(), 0)
    assert stores[0].load(0) == []


def test_a_plan_stays_until_the_next(stores: Stores) -> None:
    states, _ = stores
    segments = (Defined(segment="Recent", condition="c", seq=4, at=Instant(5)),)
    states.adopt(Plan(number=1), 0)
    states.adopt(Plan(number=2, segments=segments, seq=7, at=Instant(8), announced=False), 3)
    assert states.plan() == (Plan(number=2, segments=segments, seq=7, at=Instant(8), announced=False), 3)


def test_the_newest_state_of_each_person_is_loaded_in_order(stores: Stores) -> None:
    states, _ = stores
    states.adopt(Plan(number=1), 0)
    states.save(1, [state("b", 1), state("a", 2)], 2)
    states.save(1, [state("c", 3), state("b", 4)], 3)
    assert states.load(1) == [state("a", 2), state("b", 4), state("c", 3)]
    assert states.load(1, after="a", limit=1) == [state("b", 4)]
    assert states.plan() == (Plan(number=1), 3)
    states.save(1, [state("d", 5)])
    assert states.plan() == (Plan(number=1), 3)


def test_states_belong_to_a_plan_and_old_ones_are_forgotten_bit_by_bit(stores: Stores) -> None:
    states, _ = stores
    states.save(1, [state(str(number)) for number in range(5)])
    states.save(2, [state("x")])
    assert states.forget(2, limit=3) == 3
    assert [each.person for each in states.load(2)] == ["x"]
    assert (states.forget(2), states.forget(2)) == (2, 0)
    assert (states.load(1), states.load(2)) == ([], [state("x")])


def test_who_is_where_since_when(stores: Stores) -> None:
    _, memberships = stores
    memberships.note([move("b", "Recent", 1), move("a", "Recent", 2), move("a", "Loyal", 3)])
    assert memberships.of(PersonId("a")) == {"Loyal": 3, "Recent": 2}
    assert memberships.members("Recent") == ["a", "b"]
    assert memberships.members("Recent", after="a", limit=1) == ["b"]
    assert memberships.sizes() == {"Recent": 2, "Loyal": 1}
    memberships.note([move("a", "Loyal", 4, entered=False), move("b", "Lapsed", 5, entered=False)])
    assert memberships.sizes() == {"Recent": 2}
    assert (memberships.members("Loyal"), memberships.of(PersonId("nobody"))) == ([], {})


moves = st.builds(move, st.sampled_from("ab"), st.sampled_from(["x", "y"]), st.integers(0, 9), entered=st.booleans())


@pytest.mark.parametrize("kind", KINDS)
@given(batches=st.lists(st.lists(moves, max_size=6), max_size=4))
def test_memberships_are_the_fold_of_the_transitions(kind: str, batches: list[list[Transition]]) -> None:
    expected: dict[tuple[str, str], Instant] = {}
    for _, memberships in made(kind):
        for batch in batches:
            memberships.note(batch)
            for one in batch:
                expected.pop((one.person, one.segment), None)
                if one.entered:
                    expected[one.person, one.segment] = one.at
        people = {PersonId(name): memberships.of(PersonId(name)) for name in "ab"}
        assert {(who, segment): at for who, held in people.items() for segment, at in held.items()} == expected
