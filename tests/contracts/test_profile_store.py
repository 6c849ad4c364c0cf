"""What every profile store promises: the latest profile of each person, found by id and in order of id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.database import open_database
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.people.postgres import PostgresProfileStore
from envoi.adapters.people.sqlite import SqliteProfileStore
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.people.profile import Profile, Said, Trait
from tests.postgres import fresh

AnyStore = MemoryProfileStore | SqliteProfileStore | PostgresProfileStore

KINDS = ["memory", "sqlite", "postgres"]

_ids = st.sampled_from(["", "a", "B", "é", "\0", "z", "\U0001f600", "\ufffd"]).map(PersonId)
_traits = st.dictionaries(
    st.text(max_size=2), st.builds(Trait, value=st.integers() | st.text(), at=st.just(Instant(1)))
)
_profiles = st.builds(Profile, person=_ids, traits=_traits, seq=st.integers(1, 9))


@contextmanager
def opened(kind: str) -> Iterator[AnyStore]:
    if kind == "memory":
        yield MemoryProfileStore()
    elif kind == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteProfileStore(connection)
    else:
        with fresh() as database:
            yield PostgresProfileStore(database)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Iterator[AnyStore]:
    with opened(request.param) as store:
        yield store


def person(number: int, seq: int = 1) -> Profile:
    return Profile(person=PersonId(f"p{number:04}"), seq=seq)


@pytest.mark.parametrize("kind", KINDS)
@given(puts=st.lists(st.lists(_profiles, max_size=4), max_size=4), start=_ids)
def test_the_latest_profile_of_each_person_is_kept(kind: str, puts: list[list[Profile]], start: PersonId) -> None:
    with opened(kind) as store:
        latest: dict[PersonId, Profile] = {}
        for profiles in puts:
            store.put(profiles)
            for profile in profiles:
                if profile.person not in latest or latest[profile.person].seq <= profile.seq:
                    latest[profile.person] = profile
        assert store.get([*latest, PersonId("nobody")]) == latest
        assert list(store.scan(start)) == [latest[each] for each in sorted(latest) if each >= start]
        assert store.position() == max((profile.seq for profile in latest.values()), default=0)


def test_the_log_may_have_been_folded_further_than_anybodys_profile(store: AnyStore) -> None:
    store.put([person(1, seq=3)], upto=7)
    assert store.position() == 7
    store.put([person(2, seq=5)], upto=6)
    assert store.position() == 7
    store.put([], upto=8)
    store.put([person(1, seq=9)])
    assert (store.position(), store.get([PersonId("p0001")])) == (9, {"p0001": person(1, seq=9)})


def test_an_empty_store_holds_nobody(store: AnyStore) -> None:
    store.put([])
    assert store.get([]) == store.get([PersonId("p1")]) == {}
    assert list(store.scan()) == []
    assert store.position() == 0


def test_a_profile_comes_back_as_it_was(store: AnyStore) -> None:
    ada = Profile(
        person=PersonId("17"),
        traits={"email": Trait(value="ada@example.org", at=Instant(5)), "tags": Trait(value=["a", 1], at=Instant(6))},
        consent={"newsletter": Said(granted=True, at=Instant(7), source="sign-up form")},
        first_seen=Instant(-1),
        last_seen=Instant(7),
        seq=3,
    )
    store.put([ada])
    assert store.get([PersonId("17")]) == {"17": ada}


def test_pages_follow_each_other(store: AnyStore) -> None:
    store.put([person(number) for number in range(1_500)])
    page = list(store.scan())
    assert len(page) == 1_000
    assert list(store.scan(page[-1].person, limit=2)) == [person(999), person(1_000)]
    assert list(store.scan("q")) == []


def test_many_people_are_found_at_once(store: AnyStore) -> None:
    everyone = [person(number) for number in range(1_201)]
    store.put(everyone)
    assert list(store.get([each.person for each in everyone]).values()) == everyone
