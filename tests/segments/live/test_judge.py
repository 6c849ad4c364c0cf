"""What happens at one instant, in which order, and what a deadline is: small cases, written out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from envoi.clock import Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.conditions.parse import parse_scope
from envoi.conditions.tree import Span, Unit
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import PersonId, Stored
from envoi.segments.live import LiveJudge
from envoi.segments.transition import Transition
from tests.segments.live.lives import EVERYTHING, arrived

SECOND = 1_000_000
PLAN = Definitions(
    catalogue=Catalogue(
        events={name: EventPlan(name=name, properties={"total": Property(kind=Kind.NUMBER)}) for name in ("A", "B")},
        traits={"birthday": Property(kind=Kind.DATE)},
    )
)


def judge_of(*texts: str) -> LiveJudge:
    return LiveJudge({text: bind(parse(text), PLAN) for text in texts})


def at(second: float, name: str = "A", seen: float | None = None, **props: float) -> Stored:
    """Something that happened to p at that second, and was seen then or later."""
    seen = second if seen is None else seen
    return arrived(int(seen * 100), "p", name, int(second * SECOND), int(seen * SECOND), dict(props))


def seconds(found: Iterable[Transition]) -> list[tuple[float, bool, str]]:
    return [(move.at / SECOND, move.entered, move.cause) for move in found]


def test_who_comes_again_at_the_very_instant_of_leaving_does_not_leave() -> None:
    judge = judge_of('did "A" in the last 10 seconds')
    judge.event(at(1))
    assert judge.due() == 11 * SECOND
    assert judge.event(at(11)) == ()
    assert judge.advance(Instant(20 * SECOND), EVERYTHING) == []
    assert seconds(judge.advance(Instant(21 * SECOND), EVERYTHING)) == [(21, False, "time")]


def test_what_leaves_a_window_as_something_comes_in_does_not_count_with_it() -> None:
    judge = judge_of('did "A" at least 2 times in the last 10 seconds')
    judge.event(at(1))
    assert judge.event(at(11)) == ()
    assert seconds(judge.event(at(20.99))) == [(20.99, True, "event 2099")]


def test_what_leaves_a_window_in_the_past_as_something_late_comes_in_does_not_count_with_it() -> None:
    judge = judge_of('count("A") between 5 seconds and 10 seconds ago >= 2')
    judge.event(at(1))
    assert judge.event(at(4, seen=11)) == ()
    assert judge.advance(Instant(60 * SECOND), EVERYTHING) == []


def test_points_that_have_faded_are_worth_nothing_however_long_the_window() -> None:
    known = replace(
        PLAN,
        points={"warm": ((Decimal(2), parse_scope('"A" in the last 365 days')),)},
        half_lives={"warm": Span(1, Unit.HOURS)},
    )
    judge = LiveJudge({"warm": bind(parse("points warm > 0"), known)})
    assert seconds(judge.event(at(1))) == [(1, True, "event 100")]
    assert seconds(judge.advance(Instant(500 * 86_400 * SECOND), EVERYTHING)) == [(86_401, False, "time")]


def test_all_that_is_due_at_one_instant_is_done_before_anything_is_judged() -> None:
    judge = judge_of('did "A" in the last 10 seconds and did not "B" in the last 10 seconds')
    judge.event(at(1, "B"))
    judge.event(at(1, "A"))
    assert judge.advance(Instant(60 * SECOND), EVERYTHING) == []


def test_what_is_late_counts_by_when_it_happened_and_moves_people_when_it_arrives() -> None:
    judge = judge_of('did "A" in the last 10 seconds')
    judge.event(at(1, "B"))
    assert seconds(judge.event(at(2, seen=5))) == [(5, True, "event 500")]
    assert seconds(judge.advance(Instant(60 * SECOND), EVERYTHING)) == [(12, False, "time")]
    assert judge.event(at(51, seen=61)) == ()


def test_a_value_that_comes_again_late_is_as_new_as_it_was() -> None:
    judge = judge_of('distinct("A".total) in the last 10 seconds >= 2')
    judge.event(at(20, total=1))
    judge.event(at(15, seen=21, total=1))
    assert seconds(judge.event(at(26, total=2))) == [(26, True, "event 2600")]
    assert seconds(judge.advance(Instant(60 * SECOND), EVERYTHING)) == [(30, False, "time")]


def test_money_that_was_given_back_ends_it_and_time_begins_it_again() -> None:
    judge = judge_of('sum("A".total) in the last 10 seconds >= 5')
    assert seconds(judge.event(at(1, total=5))) == [(1, True, "event 100")]
    judge.event(at(2, total=-3))
    judge.event(at(3, total=3))
    # 5 - 3 + 3, then -3 + 3, then 3.
    assert seconds(judge.advance(Instant(60 * SECOND), EVERYTHING)) == [(11, False, "time")]

    judge = judge_of('sum("A".total) in the last 10 seconds >= 5')
    judge.event(at(1, total=-3))
    assert judge.event(at(2, total=6)) == ()
    assert seconds(judge.advance(Instant(60 * SECOND), EVERYTHING)) == [(11, True, "time"), (12, False, "time")]


@pytest.mark.parametrize("limit", [1, 2, 1_000])
def test_deadlines_are_worked_off_in_their_order_a_few_at_a_time(limit: int) -> None:
    judge = judge_of('did "A" in the last 10 seconds')
    for n in range(20):
        judge.event(arrived(n + 1, f"p{n}", "A", n * SECOND // 10, n * SECOND // 10))
    found: list[Transition] = []
    while (due := judge.due()) is not None:
        some = judge.advance(Instant(12 * SECOND), limit)
        assert 0 < len(some) <= limit
        assert some[0].at == due
        found += some
    assert [move.person for move in found] == [f"p{n}" for n in range(20)]
    assert [move.at for move in found] == [10 * SECOND + n * SECOND // 10 for n in range(20)]


def test_an_event_is_judged_at_once_while_others_are_overdue_and_nobody_calls() -> None:
    judge = judge_of('did "A" in the last 10 seconds')
    people = [f"p{n}" for n in range(200)]
    for n, person in enumerate(people):
        judge.event(arrived(n + 1, person, "A", SECOND, SECOND))
    found: list[Transition] = []
    # The last of them comes first, late, to leave and to come again; then someone who has nothing to do with it.
    found += judge.event(arrived(201, "p199", "A", 60 * SECOND, 60 * SECOND))
    mine = [move for move in found if move.person == "p199"]
    assert seconds(mine) == [(11, False, "time"), (60, True, "event 201")]
    assert len(found) <= 64 + 2
    for n in range(100):
        found += judge.event(arrived(300 + n, "q", "B", 61 * SECOND + n, 61 * SECOND + n))
    assert {move.person for move in found if not move.entered} == set(people)


def test_each_deadline_is_told_of_once_however_often_someone_was_caught_up_with() -> None:
    judge = judge_of('did "A" in the last 10 seconds', 'did "A" in the last 11 seconds')
    for n in range(200):
        judge.event(arrived(n + 1, f"p{n}", "A", SECOND, SECOND))
    found: list[Transition] = []
    for n in range(30):
        found += judge.event(arrived(300 + n, "p7", "A", (12 + 2 * n) * SECOND, (12 + 2 * n) * SECOND))
    found += judge.advance(Instant(500 * SECOND), EVERYTHING)
    mine = [move for move in found if move.person == "p7"]
    assert seconds(mine) == [
        *((11, False, "time"), (12, True, "event 300")),
        *((80, False, "time"), (81, False, "time")),
    ]
    assert len(found) == 199 * 2 + 4
    assert judge.due() is None


def test_a_birthday_told_again_and_again_is_one_deadline() -> None:
    judge = judge_of("birthday is today")
    for n in range(1, 50):
        judge.event(arrived(n, "p", "Profile Updated", n, n, {"birthday": "1990-06-01"}))
    assert len(judge.advance(Instant(365 * 86_400 * SECOND), 2)) == 2


@pytest.mark.parametrize(
    "text",
    [
        'sum("A".total) >= 5',
        'sum("A".total) in the last 1 hour >= 5',
        'count("A") between 1 second and 1 hour ago >= 2',
        'did "A" at least 2 times',
        'did "A" at least 2 times in the last 1 hour',
        'did "A" at least 2 times more than 1 second ago',
        'distinct("A".total) in the last 1 hour >= 2',
        'did "A" at least 2 times since the last "B"',
        'sum("A".total) since the last "B" >= 5',
        'did "B" then did "A" within 8 seconds',
        'did "B" then did "A" within 8 seconds and did not "B" more than 1 hour ago',
    ],
)
def test_what_one_person_did_under_two_names_counts_together(text: str) -> None:
    judge = judge_of(text)
    judge.event(arrived(1, "p", "B", SECOND, SECOND))
    judge.event(arrived(2, "q", "A", 9 * SECOND, 9 * SECOND, {"total": 2}))
    if not text.startswith('did "B"'):
        judge.event(arrived(3, "p", "A", 10 * SECOND, 10 * SECOND, {"total": 3}))
    judge.advance(Instant(20 * SECOND), EVERYTHING)
    assert [judge.segments(person) for person in judge.people()] == [[], []]

    moves = judge.merge(arrived(4, "p", "C", 30 * SECOND, 30 * SECOND), PersonId("q"))

    assert [(move.person, move.entered, move.at, move.cause) for move in moves] == [("p", True, 30 * SECOND, "event 4")]
    assert judge.people() == {"p": None}.keys()


def test_who_is_forgotten_is_gone_and_their_deadlines_tell_nothing() -> None:
    judge = judge_of('did "A" in the last 10 seconds', 'sum("A".total) in the last 10 seconds < 5')
    judge.event(at(1, total=9))
    judge.forget(PersonId("p"))
    judge.forget(PersonId("nobody"))
    assert list(judge.people()) == []
    assert judge.advance(Instant(60 * SECOND), EVERYTHING) == []
    assert len(judge.event(at(70))) == 2
