"""Laws of the live segments: at every moment as judged anew, told once, and the same after every crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi import flow
from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.segments.memory import MemoryMemberships, MemoryStateStore
from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.conditions.bound import Bound
from envoi.conditions.facts import facts
from envoi.conditions.rows import holds_at
from envoi.events.catalogue import Catalogue, EventPlan
from envoi.events.event import ENVOI, Event, PersonId, Stored
from envoi.events.port import Batch
from envoi.flow import keep_up, on_event
from envoi.segments import watch as watch_module
from envoi.segments.base import Judge
from envoi.segments.live import LiveJudge
from envoi.segments.plan import take_up
from envoi.segments.transition import Transition, from_event
from envoi.segments.watch import Watch
from tests.segments.slow_judge import SlowJudge

PLAN = Definitions(catalogue=Catalogue(events={name: EventPlan(name=name) for name in ("A", "B")}))
CONDITIONS = {
    "recent": 'did "A" in the last 10 seconds',
    "often": 'did "A" at least 2 times in the last 20 seconds',
    "away": 'did "A" and did not "A" in the last 10 seconds',
    "never": 'not did "B"',
    "both": 'did "A" in the last 15 seconds and did not "B" in the last 5 seconds',
    "b": 'did "B"',
}
BOUND = {name: bind(parse(text), PLAN) for name, text in CONDITIONS.items()}
START = Instant(1_700_000_000 * MICROS_PER_SECOND)


@pytest.fixture(scope="module", autouse=True, params=[LiveJudge, SlowJudge])
def judges(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both judges; and so few at once that what is due, and what is judged again, takes several commits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch_module, "AT_ONCE", 1)
        patch.setattr(flow, "PAGE", 3)
        patch.setattr(Life, "judge", request.param)
        yield


@dataclass
class Life:
    """A project's log and stores, the process that watches it, and its clock."""

    judge: ClassVar[Callable[[Mapping[str, Bound]], Judge]] = LiveJudge
    names: frozenset[str]
    log: MemoryEventLog = field(default_factory=MemoryEventLog)
    states: MemoryStateStore = field(default_factory=MemoryStateStore)
    memberships: MemoryMemberships = field(default_factory=MemoryMemberships)
    now: Instant = START
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self, names: frozenset[str] | None = None) -> None:
        """Begins anew, with what was saved, perhaps with other segments."""
        self.names = self.names if names is None else names
        judge = type(self).judge({name: BOUND[name] for name in sorted(self.names)})
        self.watch = take_up(judge, self.states, self.memberships, self.log, head=self.log.position(), now=self.tick())
        while keep_up(self.log, self.watch, pages=2):
            pass
        self.watch.tell_of_definitions()

    def tick(self, seconds: float = 0) -> Instant:
        self.now = Instant(self.now + 1 + int(seconds * MICROS_PER_SECOND))
        return self.now

    def happen(self, number: int, person: str, name: str, late_s: float = 0) -> None:
        at, seen_at = Instant(self.now - int(late_s * MICROS_PER_SECOND)), self.tick()
        event = Event(id=str(number), source="web", name=name, keys={"user_id": person}, at=at, seen_at=seen_at)
        on_event(self.log, self.watch, Batch(events=[(PersonId(person), event)]), self.tick())
        self.watch.note_told()

    def settle(self) -> None:
        """Works off all that is due now."""
        self.tick()
        while True:
            on_event(self.log, self.watch, Batch(), self.now)
            self.watch.note_told()
            self.tick()
            due = self.watch.judge.due()
            if not self.watch.untold and (due is None or due > self.watch.now):
                return

    def expected(self) -> dict[str, set[str]]:
        """Who is in each segment now, judged anew from the whole log."""
        history: dict[PersonId, list[Stored]] = {}
        for one in self.log.read():
            history.setdefault(one.person, []).append(one)
        now = self.watch.now
        return {
            name: {who for who, events in history.items() if holds_at(BOUND[name], facts(events, now), now)}
            for name in self.names
        }

    def members(self) -> dict[str, set[str]]:
        return {name: set(self.memberships.members(name)) for name in self.names}

    def moves(self) -> list[tuple[object, ...]]:
        """Every transition that was ever told."""
        found = [move for one in self.log.read() if (move := from_event(one))]
        return [(move.person, move.segment, move.entered, move.at, move.cause) for move in found]


seconds = st.sampled_from([0, 0.5, 1, 4.999999, 5, 9.999999, 10, 10.000001, 15, 30])
happenings = st.tuples(st.just("happen"), st.sampled_from("pq"), st.sampled_from("ABC"), st.sampled_from([0, 0, 3, 12]))
passing = st.tuples(st.just("wait"), seconds)
crashes = st.tuples(st.just("crash"), st.integers(0, 3))
edits = st.tuples(st.just("edit"), st.frozensets(st.sampled_from(sorted(CONDITIONS))))
EVERYTHING = frozenset(CONDITIONS)


def lived(steps: Sequence[tuple[object, ...]], *, crashing: bool = True) -> Iterator[Life]:
    """A life step by step; nothing of it happens at a moment that depends on the crashes."""
    life = Life(EVERYTHING)
    for number, step in enumerate(steps):
        life.now = max(life.now, Instant(START + number * 1_000))
        match step:
            case ("happen", str(person), str(name), int() | float() as late_s):
                life.happen(number, person, name, late_s)
            case ("wait", int() | float() as waited):
                life.tick(waited)
                life.settle()
            case ("crash", int(saves)) if crashing:
                for _ in range(saves):
                    life.watch.save(all_of_them=True)
                life.begin()
            case ("edit", frozenset() as names):
                life.begin(names)
        yield life


@given(st.lists(happenings | passing | crashes | edits, max_size=14))
def test_members_are_always_those_that_a_judgement_of_the_whole_log_finds(steps: list[tuple[object, ...]]) -> None:
    for life in lived(steps):
        life.settle()
        assert life.members() == life.expected()


@given(st.lists(happenings | passing | crashes | edits, max_size=14))
def test_nobody_enters_twice_or_leaves_where_they_are_not(steps: list[tuple[object, ...]]) -> None:
    for life in lived(steps):
        life.settle()
    inside: Counter[tuple[object, ...]] = Counter()
    for person, segment, entered, _, _ in life.moves() if steps else ():
        inside[person, segment] += 1 if entered else -1
        assert inside[person, segment] in (0, 1)


@given(st.lists(happenings | passing | crashes, max_size=14))
def test_a_crash_changes_nothing_that_is_told(steps: list[tuple[object, ...]]) -> None:
    if steps:
        (*_, life), (*_, calm) = lived(steps), lived(steps, crashing=False)
        for each in (life, calm):
            each.now = Instant(START + 10**9)
            each.settle()
        assert [one[:3] for one in sorted(life.moves(), key=str)] == [one[:3] for one in sorted(calm.moves(), key=str)]
        assert life.members() == calm.members()


def test_everything_thrown_away_is_worked_out_again_and_nothing_is_told_twice() -> None:
    life = Life(EVERYTHING)
    for number in range(40):
        life.happen(number, "pqr"[number % 3], "AAB"[number % 7 % 3], late_s=number % 4)
        life.tick(number % 6)
    life.settle()
    told, members, head = life.moves(), life.members(), life.log.position()
    anew = MemoryMemberships()
    judge = Life.judge({name: BOUND[name] for name in sorted(EVERYTHING)})
    watch = take_up(judge, life.states, anew, life.log, head=0, now=START)
    watch.head = 0
    while keep_up(life.log, watch):
        pass
    assert life.log.position() == head
    assert (life.moves(), {name: set(anew.members(name)) for name in EVERYTHING}) == (told, members)
    assert len(told) > 30


class Moved(MemoryMemberships):
    """Memberships that count how often anybody was moved."""

    times = 0

    def note(self, transitions: Sequence[Transition]) -> None:
        self.times += len(transitions)
        super().note(transitions)


def test_judging_again_moves_nobody_who_has_moved() -> None:
    moved = Moved()
    life = Life(frozenset({"recent"}), memberships=moved)
    for number in range(5):
        life.happen(number, "p", "A")
        life.tick(12)
        life.settle()
    assert moved.times == len(life.moves()) == 10
    life.begin()
    assert life.watch.head == life.log.position()
    assert moved.times == 10


def test_transitions_are_events_of_envoi_with_their_cause() -> None:
    life = Life(frozenset({"recent"}))
    life.happen(1, "p", "A")
    life.tick(12)
    life.settle()
    (_, entered, left) = list(life.log.read())
    assert (entered.event.source, entered.event.name) == (ENVOI, "Segment Entered")
    assert entered.event.props == {
        "segment": "recent",
        "cause": "event 1",
        "condition": life.watch.judge.conditions["recent"],
    }
    assert (left.event.name, left.event.props["cause"]) == ("Segment Left", "time")
    # To the microsecond, though it was seen later.
    assert left.event.at - START < 10 * MICROS_PER_SECOND + 10
    assert left.event.seen_at > left.event.at
