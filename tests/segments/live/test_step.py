"""The judge of one person as a function of bytes tells what the judge of everyone tells."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from envoi.clock import Instant
from envoi.conditions.bound import Bound
from envoi.errors import DataError
from envoi.events.event import PersonId
from envoi.segments.live import LiveJudge, Network, network, step
from envoi.segments.live.judge import TIME, Change
from envoi.segments.transition import BY_TIME, event_of
from tests.conditions.histories import seeded
from tests.conditions.sentences import KINDS
from tests.segments.live.lives import EVERYTHING, Life, life, told

PERSON = PersonId("a")


def stepped(found: Network, one: Life, until: Instant, *, salt: int) -> list[Change]:
    """What is told of the person, woken when due, or not, or before, or twice."""
    random, state, changes = seeded(salt), b"", list[Change]()
    due: Instant | None = None
    for event in [each for each in one.history if each.person == PERSON]:
        now = event.event.seen_at
        while due is not None and due < now and random.random() < 0.7:
            for wake in random.choice([[due], [due, due], [Instant(due - 1), Instant(due + 1)]]):
                if wake <= now:
                    state, more, due = step(found, PERSON, state, now=wake)
                    changes += more
            if due is not None and due <= now:
                break
        state, more, due = step(found, PERSON, state, now=now, stored=event)
        changes += more
        assert step(found, PERSON, state, now=now, stored=event).changes == []
    while due is not None and due <= until:
        state, more, due = step(found, PERSON, state, now=Instant(due + 1))
        changes += more
    return changes


def as_moves(bound: Mapping[str, Bound], changes: list[Change]) -> list[tuple[object, ...]]:
    names = sorted(bound)
    return [
        (names[bit], entered, change.at, change.seq)
        for change in changes
        for entered, mask in ((True, change.entered), (False, change.left))
        for bit in range(len(names))
        if mask & 1 << bit
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_steps_tell_what_the_judge_of_everyone_tells(kind: str) -> None:
    for salt in range(12):
        number = 60_000 + 100 * salt + KINDS.index(kind)
        one = life(seeded(number), kind)
        until = one.edges(seeded(number), EVERYTHING)[-1]
        moves = [move for move in told(LiveJudge(one.bound), one.history, until) if move.person == PERSON]
        expected = [
            (move.segment, move.entered, move.at, TIME if move.cause == BY_TIME else event_of(move.cause))
            for move in moves
        ]
        assert as_moves(one.bound, stepped(network(one.bound), one, until, salt=salt)) == expected, str(one)


def test_a_state_of_other_conditions_is_refused() -> None:
    one, other = life(seeded(1), "did"), life(seeded(2), "did")
    event = one.history[0]
    state = step(network(one.bound), event.person, b"", now=event.event.seen_at, stored=event).state
    with pytest.raises(DataError, match="other conditions"):
        step(network(other.bound), event.person, state, now=event.event.seen_at)


def test_nobody_has_a_state_before_something_happens() -> None:
    found = network(life(seeded(1), "did").bound)
    assert step(found, PERSON, b"", now=Instant(5)) == (b"", [], None)
