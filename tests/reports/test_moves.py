"""Who came and went, from the log; and how a segment's size went, recorded or judged afterwards."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from envoi.clock import Instant, parse_instant
from envoi.conditions import bind, parse
from envoi.events.event import Event, PersonId
from envoi.flow import Stores
from envoi.reports.moves import Day, Move, by_day, last_moves, moves_of
from envoi.segments.transition import BY_TIME, Transition, as_event, by_definition, by_event
from tests.reports.corner import DAY, HOUR, NOW, project, stores, visit

LISBON = ZoneInfo("Europe/Lisbon")


def move(person: int, at: int, cause: str, *, entered: bool = True, segment: str = "Lately") -> tuple[PersonId, Event]:
    who, when = PersonId(str(person)), Instant(at)
    made = Transition(segment=segment, condition="c", person=who, entered=entered, at=when, cause=cause)
    return who, as_event(made, when)


def shop() -> Stores:
    return stores(
        [
            visit(1, NOW - 5 * DAY),
            visit(2, NOW - 2 * DAY),
            move(1, NOW - 3 * DAY, by_definition(1)),
            move(2, NOW - 2 * DAY, by_event(2)),
            move(1, NOW - 1 * DAY, BY_TIME, entered=False),
            move(1, NOW - HOUR, by_event(1)),
            move(1, NOW - HOUR, by_event(1), segment="Another"),
        ]
    )


def test_the_last_moves_with_their_causes() -> None:
    kept = shop()
    stored = last_moves("Lately", kept.tables, kept.archive, limit=3)
    first = kept.archive.fetch([1, 2])
    assert moves_of(stored, kept.archive) == [
        Move(seq=6, person=PersonId("1"), at=Instant(NOW - HOUR), entered=True, cause="event", by=first[0]),
        Move(seq=5, person=PersonId("1"), at=Instant(NOW - DAY), entered=False, cause="time"),
        Move(seq=4, person=PersonId("2"), at=Instant(NOW - 2 * DAY), entered=True, cause="event", by=first[1]),
    ]
    assert moves_of(first, kept.archive) == []
    assert moves_of(kept.archive.fetch([3]), kept.archive)[0].cause == "definition"


def test_days_are_recorded_from_the_first_move_and_judged_before() -> None:
    kept = shop()
    bound = bind(parse('did "Visit" in the last 4 days'), project().definitions)
    days = by_day("Lately", bound, kept.tables, at=NOW, zone=LISBON)
    # Person 1 came on 26 April: judged on that day and the next, as the segment would have been.
    assert days == [
        Day(day="2024-04-26", people=1),
        Day(day="2024-04-27", people=1),
        Day(day="2024-04-28", people=1, entered=1, is_recorded=True),
        Day(day="2024-04-29", people=2, entered=1, is_recorded=True),
        Day(day="2024-04-30", people=1, left=1, is_recorded=True),
        Day(day="2024-05-01", people=2, entered=1, is_recorded=True),
    ]


def test_a_day_is_that_of_the_project() -> None:
    at = parse_instant("2024-04-30T23:30:00Z")
    kept = stores([visit(1, at), move(1, at, by_event(1))])
    bound = bind(parse('did "Visit"'), project().definitions)
    # In Lisbon it was half past midnight.
    assert [day.day for day in by_day("Lately", bound, kept.tables, at=NOW, zone=LISBON)] == ["2024-05-01"]
    utc = by_day("Lately", bound, kept.tables, at=NOW, zone=ZoneInfo("UTC"))
    assert [(day.day, day.people) for day in utc] == [("2024-04-30", 1), ("2024-05-01", 1)]


def test_where_nobody_watched_all_is_judged() -> None:
    kept = stores([visit(1, NOW - DAY)])
    bound = bind(parse('did "Visit"'), project().definitions)
    assert last_moves("Lately", kept.tables, kept.archive, limit=3) == []
    assert by_day("Lately", bound, kept.tables, at=NOW, zone=LISBON) == [
        Day(day="2024-04-30", people=1),
        Day(day="2024-05-01", people=1),
    ]


def test_without_any_history_there_are_no_days() -> None:
    kept = stores([])
    bound = bind(parse('did "Visit"'), project().definitions)
    assert by_day("Lately", bound, kept.tables, at=NOW, zone=LISBON) == []
