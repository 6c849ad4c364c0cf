"""What every identity store promises: whose each key is, all keys of a person, and a stamp that tells changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.database import open_database
from envoi.adapters.events.postgres import PostgresEventLog
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.memory_identity import MemoryIdentityStore
from envoi.adapters.people.postgres_identity import PostgresIdentityStore
from envoi.adapters.people.sqlite_identity import SqliteIdentityStore
from envoi.events.event import PersonId
from envoi.events.port import Batch
from envoi.people.port import Node
from tests.contracts.happenings import happening
from tests.postgres import fresh

AnyStore = MemoryIdentityStore | SqliteIdentityStore | PostgresIdentityStore
KINDS = ["memory", "sqlite", "postgres"]

ADA, BO = PersonId("17"), PersonId("18")
ADDRESS, DEVICE, OTHER = PersonId("email:ada@example.org"), PersonId("device:d"), PersonId("email:bo@example.org")

_ids = st.sampled_from(["17", "18", "email:é", "phone:\U0001f600", "anonymous_id:a", "x'y"]).map(PersonId)
_nodes = st.builds(Node, node=_ids, person=_ids, is_shared=st.booleans(), apart=st.lists(_ids, max_size=2).map(tuple))


@contextmanager
def opened(kind: str) -> Iterator[AnyStore]:
    if kind == "memory":
        yield MemoryIdentityStore()
    elif kind == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteIdentityStore(connection)
    else:
        with fresh() as database:
            yield PostgresIdentityStore(database)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Iterator[AnyStore]:
    with opened(request.param) as store:
        yield store


@pytest.mark.parametrize("kind", KINDS)
@given(writes=st.lists(st.lists(_nodes, max_size=4, unique_by=lambda one: one.node), max_size=4), asked=st.lists(_ids))
def test_the_last_word_on_each_key_counts(kind: str, writes: list[list[Node]], asked: list[PersonId]) -> None:
    with opened(kind) as store:
        known: dict[PersonId, Node] = {}
        for nodes in writes:
            store.write(nodes)
            known |= {one.node: one for one in nodes}
        people = {*asked, *(known[node].person for node in asked if node in known)}
        around = sorted(one.node for one in known.values() if one.person in people)
        assert store.around(asked) == [known[node] for node in around]
        assert store.people_of(asked) == {node: known[node].person for node in asked if node in known}
        for person in asked:
            assert store.nodes_of(person) == sorted({person, *(n for n, one in known.items() if one.person == person)})


def test_an_empty_store_knows_nobody(store: AnyStore) -> None:
    store.write([])
    assert store.around([ADA]) == store.around([]) == []
    assert store.people_of([ADA]) == {}
    assert store.nodes_of(ADA) == [ADA]
    assert not store.stamp().has_users


def test_every_change_changes_the_stamp_and_nothing_else_does(store: AnyStore) -> None:
    stamps = [store.stamp()]
    for nodes in ([Node(node=ADDRESS, person=ADA)], [Node(node=DEVICE, person=ADA)], [Node(node=DEVICE, person=BO)]):
        store.write(nodes)
        stamps.append(store.stamp())
        store.around([ADA])
        assert store.stamp() == stamps[-1]
    assert len({stamp.number for stamp in stamps}) == len(stamps)
    assert not stamps[-1].has_users


def test_the_stamp_says_once_a_user_id_is_not_a_persons_own_name(store: AnyStore) -> None:
    store.write([Node(node=BO, person=ADA)])
    assert store.stamp().has_users
    store.write([Node(node=BO, person=BO)])
    assert store.stamp().has_users


def test_who_is_erased_has_no_key_left(store: AnyStore) -> None:
    keys = {ADDRESS: ADA, DEVICE: ADA, BO: ADA, OTHER: OTHER}
    store.write([Node(node=node, person=person) for node, person in keys.items()])
    assert store.find([ADA], ["Ada@Example.org"]) == 3
    assert store.erase([ADA], ["Ada@Example.org"]) == 3
    assert store.find([ADA], ["Ada@Example.org"]) == store.erase([ADA], []) == 0
    assert store.people_of([ADDRESS, OTHER]) == {OTHER: OTHER}


def test_what_a_commit_took_back_was_never_there() -> None:
    with closing(open_database(None)) as connection:
        store = SqliteIdentityStore(connection)
        before = store.stamp()
        connection.execute("BEGIN")
        store.write([Node(node=ADDRESS, person=ADA)])
        connection.execute("ROLLBACK")
        assert (store.stamp(), store.people_of([ADDRESS])) == (before, {})
        store.write([Node(node=DEVICE, person=ADA)])
        assert store.stamp() != before


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_log_that_was_begun_before_there_was_one_is_known(kind: str) -> None:
    batch = Batch(events=[happening(1, "17"), happening(2, "email:a@example.org"), happening(3, "anonymous_id:x")])
    if kind == "sqlite":
        with closing(open_database(None)) as connection:
            SqliteEventLog(connection).append(batch)
            check_begun(SqliteIdentityStore(connection))
    else:
        with fresh() as database:
            PostgresEventLog(database).append(batch)
            check_begun(PostgresIdentityStore(database))


def check_begun(store: AnyStore) -> None:
    people = [PersonId(each) for each in ("17", "anonymous_id:x", "email:a@example.org")]
    assert store.people_of(people) == {each: each for each in people[1:]}
