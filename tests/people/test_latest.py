"""The latest profiles are the fold of the whole log, whoever has folded how much of it into the store meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.clock import Instant
from envoi.events.event import Event, Name, PersonId
from envoi.events.port import Batch
from envoi.people import latest
from envoi.people.latest import Latest
from envoi.people.profile import Profile, fold

PEOPLE = [PersonId(name) for name in "abc"]


def event(number: int) -> Event:
    at = Instant(number)
    return Event(
        id=str(number), source="t", name=Name.PROFILE_UPDATED, keys={"user_id": "x"}, at=at, seen_at=at,
        props={"number": number},
    )  # fmt: skip


def whole(log: MemoryEventLog) -> dict[PersonId, Profile]:
    profiles: dict[PersonId, Profile] = {}
    for stored in log.read():
        profiles[stored.person] = fold(profiles.get(stored.person), stored)
    return profiles


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.sampled_from(PEOPLE)),
        st.tuples(st.sampled_from(["own", "fold", "look"]), st.none()),
    ),
    max_size=40,
)


@given(STEPS)
def test_they_are_the_fold_of_the_whole_log(steps: list[tuple[str, PersonId | None]]) -> None:
    log, people = MemoryEventLog(), MemoryProfileStore()
    found = Latest(log, people, log)
    for number, (step, person) in enumerate(steps):
        if step == "append" and person:
            log.append(Batch(events=[(person, event(number))]))
        elif step == "fold":
            people.put(list(whole(log).values()))
        elif step == "own":
            # What comes next in the log need not be read; what does not is.
            own = Event(id=f"own{number}", source="t", name="Email Sent", keys={}, at=Instant(0), seen_at=Instant(0))
            found.pass_over(log.append(Batch(events=[(PersonId("z"), own)])))
        else:
            found.refresh()
            expected = {person: profile for person, profile in whole(log).items() if person in PEOPLE}
            assert found.get(PEOPLE) == expected


def test_news_that_the_store_has_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "_MOST_NEWS", 20)
    log, people = MemoryEventLog(), MemoryProfileStore()
    found = Latest(log, people, log)
    log.append(Batch(events=[(PEOPLE[number % 3], event(number)) for number in range(30)]))
    found.refresh()
    people.put(list(whole(log).values()))
    log.append(Batch(events=[(PEOPLE[0], event(10**6))]))
    found.refresh()
    assert found.get(PEOPLE) == whole(log)
