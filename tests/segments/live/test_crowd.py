"""Laws of the incremental judge: always as judged anew from the whole history, told exactly, and once.

Each kind of condition is drawn by itself, so that none is rare; a failure shows the conditions and the events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pytest

from envoi.clock import Instant
from envoi.events.event import PersonId, Stored
from envoi.segments.live import LiveJudge
from envoi.segments.transition import Transition
from tests.conditions.histories import seeded
from tests.conditions.sentences import KINDS
from tests.segments.live.lives import EVERYTHING, Life, arrived, by_rows, by_words, changes_by_time, life, told
from tests.segments.slow_judge import SlowJudge

#: Lives of each kind, and the moments of each at which everyone is looked at.
LIVES, MOMENTS = 25, 40


def lives(kind: str, salt: int, people: str = "ab") -> Iterable[tuple[int, Life]]:
    """Seeds, each with its life."""
    for seed in range(LIVES):
        number = 10_000 * salt + 100 * seed + KINDS.index(kind)
        yield number, life(seeded(number), kind, people)


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_those_that_the_whole_history_and_the_words_say(kind: str) -> None:
    for seed, one in lives(kind, 1):
        check_members(seed, one)


def check_members(seed: int, one: Life) -> None:
    judge = LiveJudge(one.bound)
    had: dict[PersonId, list[Stored]] = defaultdict(list)
    arrivals = [(stored.event.seen_at, stored) for stored in one.history]
    for at, stored in sorted([*arrivals, *((at, None) for at in one.edges(seeded(seed), MOMENTS))], key=_events_first):
        if stored is None:
            judge.advance(at, EVERYTHING)
        else:
            had[stored.person].append(stored)
            judge.event(stored)
            if changes_by_time(one.bound, had[stored.person], at):
                continue
        for person in had if stored is None else [stored.person]:
            found = sorted(judge.segments(person))
            assert found == by_rows(one.bound, had[person], at), f"{person} at {at} of\n{one}"
            assert found == by_words(one.conditions, had[person], at), f"{person} at {at} of\n{one}"


def _events_first(at: tuple[Instant, Stored | None]) -> tuple[Instant, bool]:
    return at[0], at[1] is None


@pytest.mark.parametrize("kind", KINDS)
def test_transitions_have_the_very_instant_and_cause(kind: str) -> None:
    for seed, one in lives(kind, 2):
        check_transitions(seed, one)


def check_transitions(seed: int, one: Life) -> None:
    until = one.edges(seeded(seed), EVERYTHING)[-1]
    live, slow = (told(judge, one.history, until) for judge in (LiveJudge(one.bound), SlowJudge(one.bound)))
    assert moves(live, one) == moves(slow, one), str(one)


def moves(found: Iterable[Transition], one: Life) -> dict[tuple[object, ...], list[tuple[object, ...]]]:
    """By person and instant who moves where and why; where events and time come together, only what comes of it."""
    by_instant: dict[tuple[PersonId, Instant], list[Transition]] = defaultdict(list)
    for move in found:
        by_instant[move.person, move.at].append(move)
    return {
        (person, at): moved
        for (person, at), several in sorted(by_instant.items())
        if (moved := net(several) if meets_time(person, at, one) else exact(several))
    }


def meets_time(person: PersonId, at: Instant, one: Life) -> bool:
    events = [each for each in one.history if each.person == person and each.event.seen_at <= at]
    before = sum(each.event.seen_at < at for each in events)
    return len(events) > before and any(
        changes_by_time(one.bound, events[:end], at) for end in range(before, len(events) + 1)
    )


def exact(several: list[Transition]) -> list[tuple[object, ...]]:
    order = {cause: number for number, cause in enumerate(dict.fromkeys(move.cause for move in several))}
    return sorted((order[move.cause], move.segment, move.entered, move.cause) for move in several)


def net(several: list[Transition]) -> list[tuple[object, ...]]:
    last = {move.segment: move.entered for move in several}
    return sorted(
        (segment, entered) for segment, entered in last.items() if sum(move.segment == segment for move in several) % 2
    )


@pytest.mark.parametrize("kind", KINDS)
def test_when_it_is_woken_changes_only_when_the_news_is_heard(kind: str) -> None:
    for seed, one in lives(kind, 3):
        check_wakings(seed, one)


def check_wakings(seed: int, one: Life) -> None:
    random = seeded(seed)
    until = one.edges(random, EVERYTHING)[-1]
    woken, found = LiveJudge(one.bound), list[Transition]()
    for event in one.history:
        for _ in range(random.choice([0, 1, 3])):
            to = Instant(event.event.seen_at - random.choice([1, 1, 2, 60_000_000]))
            found += woken.advance(to, random.choice([1, 2, EVERYTHING]))
        found += woken.event(event)
    found += told(woken, [], until)
    assert by_person(found) == by_person(told(LiveJudge(one.bound), one.history, until)), str(one)


def by_person(found: Iterable[Transition]) -> dict[PersonId, list[Transition]]:
    """What each is told, in order."""
    ordered: dict[PersonId, list[Transition]] = defaultdict(list)
    for move in found:
        ordered[move.person].append(move)
    return ordered


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_packed_has_the_same_future_and_a_replay_adds_nothing(kind: str) -> None:
    for seed, one in lives(kind, 4):
        check_packing(seed, one)


def check_packing(seed: int, one: Life) -> None:
    random = seeded(seed)
    until = one.edges(random, EVERYTHING)[-1]
    judge, found = LiveJudge(one.bound), list[Transition]()
    for place, event in enumerate(one.history):
        found += judge.event(event)
        if random.random() < 0.5:
            states = [judge.pack(person) for person in judge.people()]
            judge = LiveJudge(one.bound)
            judge.unpack(states)
            for again in one.history[random.randint(0, place) : place + 1]:
                found += judge.event(again)
    found += told(judge, [], until)
    assert by_person(found) == by_person(told(LiveJudge(one.bound), one.history, until)), str(one)


@pytest.mark.parametrize("kind", KINDS)
def test_who_turns_out_to_be_another_has_done_what_both_did(kind: str) -> None:
    for seed, one in lives(kind, 5):
        check_merge(seed, one)


def check_merge(seed: int, one: Life) -> None:
    random = seeded(seed)
    judge, place = LiveJudge(one.bound), random.randint(1, len(one.history))
    before, after = one.history[:place], one.history[place:]
    found = [move for stored in before for move in judge.event(stored)]
    now = before[-1].event.seen_at
    alias = arrived(EVERYTHING, "a", "Alias Created", now, now)
    found += judge.merge(alias, PersonId("b"))
    assert "b" not in judge.people()
    both = [stored_as("a", stored, EVERYTHING) for stored in after]
    for at, stored in sorted(
        [*((stored.event.seen_at, stored) for stored in both), *((at, None) for at in one.edges(random, MOMENTS))],
        key=_events_first,
    ):
        if stored is not None:
            found += judge.event(stored)
        elif at >= now:
            found += judge.advance(at, EVERYTHING)
            had = [each for each in (*before, *both) if each.event.seen_at <= at]
            assert sorted(judge.segments(PersonId("a"))) == by_rows(one.bound, had, at), f"at {at} of\n{one}"
    check_told(judge, found)


@pytest.mark.parametrize("kind", KINDS)
def test_two_who_had_been_taken_for_one_are_as_if_they_never_had(kind: str) -> None:
    for seed, one in lives(kind, 6):
        check_rebuilding(seed, one)


def check_rebuilding(seed: int, one: Life) -> None:
    random, until = seeded(seed), one.edges(seeded(seed), EVERYTHING)[-1]
    first, last = sorted(random.randint(1, len(one.history)) for _ in range(2))
    judge, never = LiveJudge(one.bound), LiveJudge(one.bound)
    found = [move for stored in one.history[:first] for move in judge.event(stored)]
    now = one.history[first - 1].event.seen_at
    found += judge.merge(arrived(first, "a", "Alias Created", now, now), PersonId("b"))
    found += [move for stored in one.history[first:last] for move in judge.event(stored_as("a", stored, 0))]
    for stored in one.history[:last]:
        never.event(stored)

    now = one.history[last - 1].event.seen_at
    by = arrived(last, "a", "Alias Removed", now, now)
    for person in "ab":
        theirs = [stored for stored in one.history[:last] if stored.person == person]
        found += judge.rebuild(PersonId(person), theirs, by)
        assert judge.rebuild(PersonId(person), theirs, by) == []
    # Whoever did nothing is nobody again.
    assert set(judge.people()) == set(never.people())
    rest = one.history[last:]
    later = told(judge, rest, until)
    assert by_person(later) == by_person(told(never, rest, until)), str(one)
    check_told(judge, [*found, *later])


def stored_as(person: str, one: Stored, later: int) -> Stored:
    return Stored(seq=one.seq + later, person=PersonId(person), event=one.event)


def check_told(judge: LiveJudge, found: Iterable[Transition]) -> None:
    """Whoever follows what is told knows who is where."""
    inside: dict[PersonId, set[str]] = defaultdict(set)
    for move in found:
        assert (move.segment in inside[move.person]) is not move.entered
        inside[move.person] ^= {move.segment}
    assert {person: segments for person, segments in inside.items() if segments} == {
        person: set(judge.segments(person)) for person in judge.people() if judge.segments(person)
    }
