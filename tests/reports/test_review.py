"""Two people side by side: every field of either, once, and what one person of the two would have."""

from __future__ import annotations

from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.people.memory_review import MemoryReviewQueue
from envoi.clock import Instant
from envoi.events.event import PersonId, Value
from envoi.people.match.review import Review, State
from envoi.people.profile import Profile, Said, Trait
from envoi.reports.review import Line, joined, name_of, next_pair, side_by_side


def profile(person: str, at: int, *, consent: bool | None = None, **traits: Value) -> Profile:
    return Profile(
        person=PersonId(person),
        traits={name: Trait(value=value, at=Instant(at)) for name, value in traits.items()},
        consent={} if consent is None else {"newsletter": Said(granted=consent, at=Instant(at))},
        seq=1,
    )


ADA = profile("a", 1, consent=False, first_name="Ada", email="ada@example.org", visits=3)
IDA = profile("b", 2, consent=True, first_name="Ida", email="ada@example.org", city="Leeds")


def review(one: str, other: str, *, state: State = State.WAITING, at: int = 0) -> Review:
    return Review(
        one=PersonId(one),
        other=PersonId(other),
        score=0.95,
        reasons=(),
        records=("", ""),
        state=state,
        at=Instant(at),
    )


def store(*profiles: Profile) -> MemoryProfileStore:
    made = MemoryProfileStore()
    made.put(profiles)
    return made


def test_every_field_of_either_stands_in_one_line() -> None:
    found = side_by_side(review("a", "b"), store(ADA, IDA))
    assert found
    assert found.fields == [
        Line(name="city", one="", other="Leeds", joined="Leeds", mark="only here"),
        Line(name="email", one="ada@example.org", other="ada@example.org", joined="ada@example.org", mark="same"),
        Line(name="first_name", one="Ada", other="Ida", joined="Ida", mark="differs"),
        Line(name="visits", one="3", other="", joined="3", mark="only here"),
    ]
    (said,) = found.consent
    assert (said.one, said.other, said.joined) == ("said no", "agreed", "said no")


def test_a_no_stands_whoever_said_it() -> None:
    for one, other in ((ADA, IDA), (IDA, ADA)):
        assert joined(one, other).consent["newsletter"].granted is False


def test_of_who_is_gone_there_is_nothing_to_show() -> None:
    assert side_by_side(review("a", "b"), store(ADA)) is None


def test_what_waits_comes_before_what_was_put_off_and_that_in_its_order() -> None:
    queue, people = MemoryReviewQueue(), store(ADA, IDA, profile("c", 1), profile("d", 1))
    later = [review("a", "b", state=State.LATER, at=2), review("a", "c", state=State.LATER, at=1)]
    queue.put([review("a", "gone"), *later, review("c", "d")])
    shown = []
    while found := next_pair(queue, people):
        shown.append(found.review.pair)
        queue.drop([found.review.pair])
    assert shown == [("c", "d"), ("a", "c"), ("a", "b")]


def test_what_people_are_called() -> None:
    assert name_of(ADA, PersonId("a")) == "Ada"
    assert name_of(profile("c", 1, email="c@example.org"), PersonId("c")) == "c@example.org"
    assert name_of(None, PersonId("d")) == "d"
