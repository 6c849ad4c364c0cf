"""Profiles written behind are the same profiles, written less often."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.people.behind import ProfilesBehind
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.events.event import PersonId
from envoi.people.profile import Profile

_people = st.sampled_from(["a", "b", "c", "d"]).map(PersonId)


@given(events=st.lists(st.lists(_people, max_size=4), max_size=5), most_held=st.integers(0, 4))
def test_whoever_asks_sees_the_latest_put(events: list[list[PersonId]], most_held: int) -> None:
    # As folding gives them: what is put later is further on.
    numbers = count(1)
    puts = [[Profile(person=person, seq=next(numbers)) for person in people] for people in events]
    store = MemoryProfileStore()
    behind = ProfilesBehind(store, most_held=most_held)
    latest: dict[PersonId, Profile] = {}
    for profiles in puts:
        behind.put(profiles)
        latest |= {profile.person: profile for profile in profiles}
        assert behind.get([*latest, PersonId("nobody")]) == latest
    assert list(behind.scan()) == [latest[person] for person in sorted(latest)]
    assert store.get(list(latest)) == latest


def test_how_far_the_log_was_folded_is_known_before_and_after_it_is_written() -> None:
    store = MemoryProfileStore()
    behind = ProfilesBehind(store)
    behind.put([Profile(person=PersonId("a"), seq=1)], upto=4)
    assert (store.position(), behind.position()) == (0, 4)
    behind.flush()
    assert (store.position(), behind.position()) == (4, 4)


def test_profiles_are_held_until_there_are_too_many_or_it_is_told() -> None:
    store = MemoryProfileStore()
    behind = ProfilesBehind(store, most_held=2)
    behind.put([Profile(person=PersonId("a"), seq=1), Profile(person=PersonId("b"), seq=2)])
    assert (store.position(), behind.position()) == (0, 2)
    behind.put([Profile(person=PersonId("c"), seq=3)])
    assert (store.position(), behind.position()) == (3, 3)
    behind.put([Profile(person=PersonId("a"), seq=4)])
    behind.flush()
    assert store.position() == 4
