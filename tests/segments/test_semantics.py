"""What live segments mean, a case for each point of docs/reference/live.md."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import pytest

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.segments.memory import MemoryMemberships, MemoryStateStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.clean import Cleaner, Raw
from envoi.events.event import Event, PersonId, Rejected
from envoi.events.port import Batch
from envoi.flow import keep_up, on_event
from envoi.segments.backfill import Backfill
from envoi.segments.batch import members
from envoi.segments.live import LiveJudge
from envoi.segments.plan import take_up
from envoi.segments.transition import Transition, from_event
from envoi.segments.watch import Watch

TOTAL = {"total": Property(kind=Kind.NUMBER)}
PLAN = Definitions(catalogue=Catalogue(events={name: EventPlan(name=name, properties=TOTAL) for name in "AB"}))
CLEAN = Cleaner(PLAN.catalogue)
START = 1_700_000_000 * MICROS_PER_SECOND
ADA = "ada"
TWO = {"recent": 'did "A" in the last 10 seconds', "often": 'did "A" at least 2 times in the last 10 seconds'}


def second(number: float) -> Instant:
    return Instant(START + round(number * MICROS_PER_SECOND))


class Shop:
    """Segments that are watched; times are seconds since it opened."""

    def __init__(self, **conditions: str) -> None:
        self.log, self.states, self.memberships = MemoryEventLog(), MemoryStateStore(), MemoryMemberships()
        self.judge = judge(conditions)
        self.watch = self.opened(now=0)
        self.watch.note_told()
        self._number = 0

    def opened(self, *, now: float) -> Watch:
        watch = take_up(self.judge, self.states, self.memberships, self.log, head=self.log.position(), now=second(now))
        while keep_up(self.log, watch):
            pass
        return watch

    def happen(self, name: str, at: float, *, arrived: float | None = None, id_: str = "", **props: object) -> Event:
        """Something happens, and arrives, then or later; the record may be one that comes again."""
        self._number += 1
        seen_at = second(at if arrived is None else arrived)
        keys = {"user_id": ADA}
        raw = Raw(source="web", id=id_ or str(self._number), name=name, keys=keys, at=second(at), props=props)
        event = CLEAN(raw, seen_at)
        assert isinstance(event, Event), event
        on_event(self.log, self.watch, Batch(events=[(PersonId(ADA), event)]), seen_at)
        return event

    def until(self, now: float) -> None:
        """Time passes."""
        while on_event(self.log, self.watch, Batch(), second(now)):
            now += 0.000_001

    def inside(self) -> set[str]:
        return set(self.memberships.of(PersonId(ADA)))

    def moves(self) -> list[tuple[str, bool, float]]:
        """Who moved, in the order of the log."""
        return [(one.segment, one.entered, (one.at - START) / MICROS_PER_SECOND) for one in self.transitions()]

    def transitions(self) -> list[Transition]:
        return [move for one in self.log.read() if (move := from_event(one))]


def judge(conditions: Mapping[str, str]) -> LiveJudge:
    return LiveJudge({name: bind(parse(text), PLAN) for name, text in conditions.items()})


def test_01_a_window_holds_its_near_end_and_not_its_far_one() -> None:
    shop = Shop(recent='did "A" in the last 10 seconds')
    shop.happen("A", 0)
    shop.until(9.999_999)
    assert shop.inside() == {"recent"}
    shop.until(10)
    assert shop.moves() == [("recent", True, 0), ("recent", False, 10)]


def test_02_an_event_at_the_very_exit_keeps_the_person_in() -> None:
    shop = Shop(recent='did "A" in the last 10 seconds')
    shop.happen("A", 0)
    shop.happen("A", 10)
    shop.until(20)
    assert shop.moves() == [("recent", True, 0), ("recent", False, 20)]


def test_03_all_that_ends_at_one_instant_ends_before_anything_is_judged() -> None:
    shop = Shop(alone='did "A" in the last 10 seconds and did not "B" in the last 10 seconds')
    shop.happen("B", 0)
    shop.happen("A", 0)
    shop.until(30)
    assert shop.moves() == []


def test_04_a_replay_goes_by_the_arrival_that_was_logged() -> None:
    shop = Shop(**TWO)
    for at, arrived in ((0, 0), (4, 9), (5, 13), (20, 20)):
        shop.happen("A", at, arrived=arrived)
    shop.until(100)
    before, head = shop.transitions(), shop.log.position()
    shop.judge, shop.memberships = judge(TWO), MemoryMemberships()
    # Nothing of what was known is left, and it is a year later.
    states, shop.states = shop.states, MemoryStateStore()
    shop.states.adopt(states.plan()[0], 0)
    shop.watch = shop.opened(now=31_536_000)
    assert (shop.transitions(), shop.log.position()) == (before, head)
    assert len(before) == 8


def test_05_a_time_in_the_future_is_the_arrival_and_what_was_claimed_is_kept() -> None:
    shop = Shop(recent='did "A" in the last 10 seconds')
    event = shop.happen("A", 500, arrived=3)
    assert (event.at, event.claimed_at) == (second(3), second(500))
    shop.until(20)
    assert shop.moves() == [("recent", True, 3), ("recent", False, 13)]


def test_06_what_comes_late_counts_at_its_own_time_and_moves_people_now() -> None:
    shop = Shop(recent='did "A" in the last 10 seconds', ever='did "A"')
    shop.happen("A", 0, arrived=7)
    shop.until(12)
    shop.happen("A", 1, arrived=50)
    assert shop.moves() == [("ever", True, 7), ("recent", True, 7), ("recent", False, 10)]


def test_07_an_event_counts_once_however_late_its_copy_comes_and_the_first_one_counts() -> None:
    shop = Shop(two='did "A" at least 2 times', much='sum("A".total) >= 100')
    shop.happen("A", 0, id_="same", total=1)
    for number in range(300):
        shop.happen("B", number + 1)
    shop.happen("A", 400, id_="same", total=1_000)
    assert shop.inside() == set()


def test_08_sums_are_exact() -> None:
    shop = Shop(three='sum("A".total) = 0.3', none='sum("A".total) in the last 10 seconds = 0 and did "A"')
    for number in range(3):
        shop.happen("A", number, total=0.1)
    assert shop.inside() == {"three"}
    shop.until(60)
    assert shop.inside() == {"three", "none"}


def test_09_a_refund_may_end_what_an_order_began_and_its_end_begin_it_again() -> None:
    shop = Shop(big='sum("A".total) in the last 10 seconds >= 50')
    shop.happen("A", 0, total=-30)
    shop.happen("A", 4, total=60)
    shop.until(11)
    shop.happen("A", 12, total=-20)
    assert shop.moves() == [("big", True, 10), ("big", False, 12)]


def test_10_what_is_missing_compares_with_nothing() -> None:
    shop = Shop(
        more='did "A" where total > 5', other='did "A" where total != 5', less='did "A" where total < 5',
        missing='did "A" where total is missing',
    )  # fmt: skip
    shop.happen("A", 0)
    assert shop.inside() == {"missing"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "much", [1], 1e300])
def test_10_what_is_no_number_does_not_come_in_as_one(value: object) -> None:
    raw = Raw(source="web", id=1, name="A", keys={"user_id": ADA}, props={"total": value})
    assert isinstance(CLEAN(raw, second(0)), Rejected)


def test_11_who_is_new_enters_what_asks_for_nothing() -> None:
    shop = Shop(never='did not "B"', quiet='did not "B" in the last 10 seconds')
    assert shop.moves() == []
    shop.happen("A", 0)
    assert shop.moves() == [("never", True, 0), ("quiet", True, 0)]


def test_12_at_most_and_exactly_are_what_at_least_says() -> None:
    shop = Shop(
        exactly='did "A" exactly 2 times', most='did "A" at most 2 times', not_more='not did "A" at least 3 times'
    )
    inside = []
    for number in range(4):
        shop.happen("A", number)
        inside.append(shop.inside())
    assert inside == [{"most", "not_more"}, {"most", "not_more", "exactly"}, set(), set()]


def test_13_a_new_segment_is_right_from_the_past_and_tells_none_of_it() -> None:
    shop = Shop(recent='did "A" in the last 10 seconds')
    for number in range(3):
        shop.happen("A", number)
    shop.until(60)
    told = len(shop.moves())
    backfill = Backfill(
        judge({"often": 'did "A" at least 3 times', "now": 'did "A" in the last 9 seconds'}), shop.log, shop.log
    )
    while not backfill.step(shop.watch.head):
        pass
    shop.watch = backfill.in_force(shop.watch)
    shop.until(61)
    (move,) = shop.transitions()[told:]
    assert (move.segment, move.entered) == ("often", True)
    assert second(60) <= move.at < second(61)
    assert move.cause.startswith("definition ")
    assert shop.inside() == {"often"}


def test_15_what_was_due_while_nobody_looked_has_its_own_instant_and_says_when_it_was_seen() -> None:
    shop = Shop(short='did "A" in the last 10 seconds', long='did "A" in the last 20 seconds')
    shop.happen("A", 0)
    shop.until(9_000)
    assert shop.moves()[2:] == [("short", False, 10), ("long", False, 20)]
    left = [one.event for one in shop.log.read() if one.event.name == "Segment Left"]
    # Who acts on it can see how old it is.
    assert [round((one.seen_at - one.at) / MICROS_PER_SECOND) for one in left] == [8_990, 8_980]


def test_17_what_another_process_wrote_is_judged_in_the_order_of_the_log() -> None:
    shop = Shop(two='did "A" at least 2 times', before='did "A" then did "B" within 10 seconds')
    keys = {"user_id": ADA}
    other = Event(id="o", source="till", name="A", keys=keys, at=second(1), seen_at=second(1))
    shop.log.append(Batch(events=[(PersonId(ADA), other)]))
    shop.happen("B", 2)
    assert shop.moves() == [("before", True, 2)]
    assert shop.transitions()[0].cause == "event 2"


def test_all_of_it_is_what_history_says_too() -> None:
    texts = {
        "recent": 'did "A" in the last 10 seconds',
        "two": 'did "A" at least 2 times in the last 20 seconds',
        "sum": 'sum("A".total) in the last 15 seconds >= 10',
        "without": 'did "A" and did not "B" in the last 12 seconds',
    }
    shop = Shop(**texts)
    for at, arrived, name, total in (
        (0, 0, "A", 4),
        (3, 9, "A", 6),
        (12, 12, "B", 1),
        (11, 14, "A", 5),
        (30, 30, "B", 0),
    ):
        shop.happen(name, at, arrived=arrived, total=total)
    for now in (31, 32, 42, 60):
        shop.until(now)
        with closing(DuckTables(None, PLAN.catalogue)) as tables:
            tables.write(list(shop.log.read()))
            found = {name for name, text in texts.items() if members(bind(parse(text), PLAN), tables, second(now))}
        assert shop.inside() == found
