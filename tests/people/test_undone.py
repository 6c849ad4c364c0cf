"""What was taken back counts no more in any fold, and the event that says so is Envoi's own."""

from __future__ import annotations

from envoi.adapters.events.memory import MemoryEventLog
from envoi.clock import Instant
from envoi.events.event import RESERVED, Event, Name, PersonId, Stored
from envoi.events.port import Batch
from envoi.people.folding import Folding
from envoi.people.story import left_after, told
from envoi.people.undone import Undone, as_event, kept_by, taken_by, takes_back

ADA = PersonId("ada")
UNDONE = Undone(person=ADA, by="people-1", taken=(2,), kept=(1,))


def updated(number: int, **traits: str) -> Event:
    return Event(
        id=str(number),
        source="crm",
        name=Name.PROFILE_UPDATED,
        keys={"user_id": ADA},
        at=Instant(number),
        seen_at=Instant(number),
        props=dict(traits),
    )


def logged() -> MemoryEventLog:
    log = MemoryEventLog()
    events = [updated(1, city="Leeds"), updated(2, city="York", tier="gold"), as_event(UNDONE, at=Instant(3))]
    log.append(Batch(events=[(ADA, event) for event in events]))
    return log


def test_the_event_says_what_it_was_told() -> None:
    event = as_event(UNDONE, at=Instant(3))
    assert (takes_back(event), taken_by(event), list(kept_by(event))) == (True, frozenset({2}), [1])
    assert as_event(UNDONE, at=Instant(9)).id == event.id
    assert event.name in RESERVED
    foreign = Event(
        id="x", source="web", name=event.name, keys=event.keys, at=event.at, seen_at=event.at, props=event.props
    )
    assert (takes_back(foreign), taken_by(foreign)) == (False, frozenset())


def test_a_profile_is_what_the_rest_made_it() -> None:
    log = logged()
    folding = Folding(lambda _: {}, log)
    for stored in log.read():
        folding.fold(stored)
    profile = folding.profiles[ADA]
    assert {name: trait.value for name, trait in profile.traits.items()} == {"city": "Leeds"}
    assert (profile.last_seen, profile.seq, profile.is_gone) == (1, 3, False)


def test_what_is_left_is_looked_up_or_told_from_the_beginning_and_is_the_same() -> None:
    log = logged()
    *_, undone = log.read()
    assert left_after(log, undone).events(ADA) == told(log.read())[ADA].events(ADA)


def test_where_nothing_is_left_there_is_nobody_until_something_happens_again() -> None:
    log = MemoryEventLog()
    gone = as_event(Undone(person=ADA, by="people-1", taken=(1,), kept=()), at=Instant(2))
    log.append(Batch(events=[(ADA, updated(1, city="Leeds")), (ADA, gone), (ADA, updated(7, tier="gold"))]))
    folding = Folding(lambda _: {}, log)
    seen: list[bool] = []
    for stored in log.read():
        folding.fold(stored)
        seen.append(folding.profiles[ADA].is_gone)
    assert seen == [False, True, False]
    assert folding.profiles[ADA].first_seen == 7
    assert list(folding.profiles[ADA].traits) == ["tier"]


def test_folding_it_again_changes_nothing() -> None:
    log = logged()
    folding = Folding(lambda _: {}, log)
    events: list[Stored] = list(log.read())
    for stored in [*events, *events]:
        folding.fold(stored)
    assert folding.profiles[ADA].traits.keys() == {"city"}
