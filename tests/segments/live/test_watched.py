"""The laws of watching segments hold with this judge: crashes, new and edited and removed segments, everything anew."""

from __future__ import annotations

import pytest

from envoi.adapters.segments.memory import MemoryMemberships
from envoi.segments import watch
from envoi.segments.backfill import Backfill
from envoi.segments.live import LiveJudge
from tests.segments import test_watch
from tests.segments.test_watch import BOUND, Life


@pytest.fixture(autouse=True)
def live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_watch, "SlowJudge", LiveJudge)
    monkeypatch.setattr(watch, "AT_ONCE", 1)


@pytest.mark.parametrize(
    "law",
    [
        test_watch.test_members_are_always_those_that_a_judgement_of_the_whole_log_finds,
        test_watch.test_nobody_enters_twice_or_leaves_where_they_are_not,
        test_watch.test_a_crash_changes_nothing_that_is_told,
        test_watch.test_everything_thrown_away_is_worked_out_again_and_nothing_is_told_twice,
        test_watch.test_transitions_are_events_of_envoi_with_their_cause,
    ],
)
def test_the_law_of_watching(law: object) -> None:
    assert callable(law)
    law()


@pytest.mark.parametrize("names", [frozenset(), frozenset({"recent", "b"}), frozenset(BOUND)])
def test_new_and_removed_segments_are_right_for_everyone_and_leave_no_state(names: frozenset[str]) -> None:
    life = Life(frozenset({"recent", "never", "away"}))
    for number in range(30):
        life.happen(number, "pqrs"[number % 4], "AAB"[number % 7 % 3], late_s=number % 4)
        life.tick(number % 6)
    life.settle()
    life.watch.save(all_of_them=True)
    before = life.watch.plan.number

    backfill = Backfill(LiveJudge({name: BOUND[name] for name in sorted(names)}), life.log, life.log)
    while not backfill.step(life.watch.head):
        life.happen(100 + life.watch.head, "p", "A")
    life.watch, life.names = backfill.in_force(life.watch), names
    life.settle()

    assert life.members() == life.expected()
    assert isinstance(life.memberships, MemoryMemberships)
    assert {name for name, size in life.memberships.sizes().items() if size} <= names
    while life.states.forget(life.watch.plan.number):
        pass
    assert life.states.load(before) == []
