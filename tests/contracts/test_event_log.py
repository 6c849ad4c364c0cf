"""What every event log promises: what it acknowledged is kept, once, and a batch is there as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.database import open_database
from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.events.postgres import PostgresEventLog
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.errors import StoreFailed
from envoi.events.event import PersonId, Stored
from envoi.events.port import Batch, Mark
from tests.contracts.happenings import HALF, Happening, drawn, happening, rejected, stored
from tests.postgres import fresh

AnyLog = MemoryEventLog | SqliteEventLog | PostgresEventLog

KINDS = ["memory", "sqlite", "postgres"]


@contextmanager
def opened(kind: str) -> Iterator[AnyLog]:
    if kind == "memory":
        yield MemoryEventLog()
    elif kind == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteEventLog(connection)
    else:
        with fresh() as database:
            yield PostgresEventLog(database)


@pytest.fixture(params=KINDS)
def log(request: pytest.FixtureRequest) -> Iterator[AnyLog]:
    with opened(request.param) as log:
        yield log


@pytest.mark.parametrize("kind", KINDS)
@given(batches=st.lists(st.lists(drawn, max_size=6), max_size=5))
def test_each_event_is_kept_once_in_order_as_it_came(kind: str, batches: list[list[Happening]]) -> None:
    expected: dict[tuple[str, str], Happening] = {}
    with opened(kind) as log:
        for batch in batches:
            head = len(expected)
            for who, event in batch:
                expected.setdefault((event.source, event.id), (who, event))
            assert log.append(Batch(events=batch)) == stored(*expected.values())[head:]
            assert log.position() == len(expected)
        assert list(log.read()) == stored(*expected.values())


def test_an_empty_log_holds_nothing(log: AnyLog) -> None:
    assert log.append(Batch()) == []
    assert list(log.read()) == []
    assert list(log.set_aside()) == []
    assert log.fetch([1]) == []
    assert log.find("web", ["1"]) == []
    assert (log.position(), log.position("orders.csv")) == (0, 0)


def test_the_events_of_one_person_at_the_end_of_the_log(log: AnyLog) -> None:
    log.append(Batch(events=[happening(n, f"p{n % 2}") for n in range(6)]))
    assert [one.seq for one in log.of(PersonId("p1"), after=2)] == [4, 6]
    assert log.of(PersonId("p1"), after=6) == log.of(PersonId("nobody"), after=0) == []


def test_an_id_is_known_by_its_source(log: AnyLog) -> None:
    batch = [happening(1, source="web"), happening(1, source="tills"), happening(1, source="web", name="Again")]
    assert log.append(Batch(events=batch)) == stored(*batch[:2])
    assert log.append(Batch(events=batch)) == []


def test_positions_have_no_gap_where_events_were_known(log: AnyLog) -> None:
    log.append(Batch(events=[happening(2), happening(4)]))
    assert [each.event.id for each in log.append(Batch(events=[happening(n) for n in range(6)]))] == [
        "0",
        "1",
        "3",
        "5",
    ]
    assert [each.seq for each in log.read()] == [1, 2, 3, 4, 5, 6]


def test_a_batch_larger_than_one_statement_and_one_page_is_whole(log: AnyLog) -> None:
    batch = [happening(number % 2_345) for number in range(2_500)]
    assert log.append(Batch(events=batch)) == stored(*batch[:2_345])
    assert list(log.read()) == stored(*batch[:2_345])
    assert len(log.find("web", [str(number) for number in range(3_000)])) == 2_345


def test_reading_starts_after_a_position(log: AnyLog) -> None:
    log.append(Batch(events=[happening(number) for number in range(5)]))
    assert [each.seq for each in log.read(after=3)] == [4, 5]
    assert list(log.read(after=5)) == []
    assert len(list(log.read(after=-1))) == 5


def test_events_are_fetched_in_the_order_asked(log: AnyLog) -> None:
    log.append(Batch(events=[happening(number) for number in range(5)]))
    assert [each.seq for each in log.fetch([4, 99, 1, 4, 0, -1, 2**70])] == [4, 1, 4]
    assert log.fetch([]) == []


@pytest.mark.parametrize("kind", KINDS)
@given(happenings=st.lists(drawn), ids=st.lists(st.text(max_size=1) | st.sampled_from(["1", "2"])))
def test_events_are_found_by_their_ids(kind: str, happenings: list[Happening], ids: list[str]) -> None:
    with opened(kind) as log:
        log.append(Batch(events=happenings))
        expected = [each for each in log.read() if each.event.source == "web" and each.event.id in ids]
        assert log.find("web", ids) == expected


def test_records_set_aside_are_kept_by_source_oldest_first(log: AnyLog) -> None:
    first = [rejected("line 1"), rejected("row 7", source="tills"), rejected("line 2")]
    log.append(Batch(rejected=first))
    log.append(Batch(rejected=[rejected("line 1")]))
    assert list(log.set_aside()) == [*first, rejected("line 1")]
    assert [each.place for each in log.set_aside("web")] == ["line 1", "line 2", "line 1"]
    assert list(log.set_aside("shop")) == []
    assert log.position() == 0


def test_a_mark_moves_with_its_batch(log: AnyLog) -> None:
    log.append(Batch(events=[happening(1)], mark=Mark(name="orders.csv", position=10)))
    log.append(Batch(mark=Mark(name="people.csv", position=3)))
    log.append(Batch(events=[happening(1)], mark=Mark(name="orders.csv", position=20)))
    assert (log.position("orders.csv"), log.position("people.csv"), log.position("other")) == (20, 3, 0)


@pytest.mark.parametrize(
    "batch",
    [
        Batch(events=[happening(2), happening(HALF)], rejected=[rejected("line 2")], mark=Mark(name="m", position=2)),
        Batch(events=[happening(2, props={"text": [HALF]})], mark=Mark(name="m", position=2)),
        Batch(events=[happening(2)], rejected=[rejected(HALF)], mark=Mark(name="m", position=2)),
    ],
)
def test_a_batch_that_cannot_be_stored_leaves_nothing(log: AnyLog, batch: Batch) -> None:
    log.append(Batch(events=[happening(1)], rejected=[rejected("line 1")], mark=Mark(name="m", position=1)))
    with pytest.raises(StoreFailed, match="UTF-8"):
        log.append(batch)
    assert list(log.read()) == stored(happening(1))
    assert list(log.set_aside()) == [rejected("line 1")]
    assert log.position("m") == 1
    assert log.append(Batch(events=[happening(2)])) == stored(happening(2), after=1)


def test_what_follows_is_in_the_same_commit_until_nothing_follows(log: AnyLog) -> None:
    told: list[list[Stored]] = []
    answers = [[happening("a"), happening("a"), happening(1)], [happening("b"), happening(2)], []]

    def follow(new: Sequence[Stored]) -> list[Happening]:
        told.append(list(new))
        return answers[len(told) - 1]

    appended = log.append(Batch(events=[happening(1), happening(2), happening(1)]), follow)
    expected = stored(*map(happening, (1, 2, "a", "b")))
    assert appended == list(log.read()) == expected
    assert told == [expected[:2], expected[2:3], expected[3:]]


def test_what_follows_is_asked_for_even_if_nothing_was_new(log: AnyLog) -> None:
    log.append(Batch(events=[happening(1)]))
    assert log.append(Batch(events=[happening(1)]), lambda new: [] if new else [happening(2)]) == stored(
        happening(2), after=1
    )


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), StoreFailed("UTF-8")], ids=str)
def test_a_fault_in_what_follows_leaves_nothing(log: AnyLog, fault: BaseException) -> None:
    answers = iter([[happening(3)], [happening(HALF)]])

    def follow(new: Sequence[Stored]) -> list[Happening]:
        if isinstance(fault, KeyboardInterrupt) and len(new) == 1:
            raise fault
        return next(answers)

    log.append(Batch(events=[happening(1)]))
    batch = Batch(
        events=[happening(1), happening(2), happening(4)], rejected=[rejected("1")], mark=Mark(name="m", position=1)
    )
    with pytest.raises(type(fault)):
        log.append(batch, follow)
    assert list(log.read()) == stored(happening(1))
    assert list(log.set_aside()) == []
    assert log.position("m") == 0
    assert [each.seq for each in log.append(batch)] == [2, 3]


def test_what_is_in_the_log_cannot_be_changed_from_outside(log: AnyLog) -> None:
    who, event = happening(1, PersonId("p1"), props={"total": 1})
    log.append(Batch(events=[(who, event)]))
    event.props["total"] = 2
    assert [each.event.props for each in log.read()] == [{"total": 1}]


def test_what_follows_from_new_events_is_in_the_same_commit(log: AnyLog) -> None:
    told: list[list[int]] = []

    def follow(new: Sequence[Stored]) -> list[Happening]:
        told.append([one.seq for one in new])
        # One more for each, up to a third generation; every generation repeats an id that is known.
        return [happening(f"{one.event.id}+") for one in new if len(one.event.id) < 3] + [happening(1)]

    first, second, third = [happening(1), happening(2)], [happening("1+"), happening("2+")], [happening("1++")]
    log.append(Batch(events=third))
    assert log.append(Batch(events=[*first, *first]), follow) == stored(*first, *second, happening("2++"), after=1)
    assert told == [[2, 3], [4, 5], [6]]
    assert [one.event.id for one in log.read()] == ["1++", "1", "2", "1+", "2+", "2++"]


def test_what_follows_is_asked_even_where_nothing_is_new(log: AnyLog) -> None:
    left = [happening(1)]
    assert log.append(Batch(), lambda _: [left.pop()] if left else []) == stored(happening(1))


def test_where_what_follows_fails_nothing_is_stored(log: AnyLog) -> None:
    log.append(Batch(events=[happening(1)]))

    def follow(new: Sequence[Stored]) -> list[Happening]:
        if len(new) == 1:
            return [happening(3), happening(4)]
        raise LookupError

    with pytest.raises(LookupError):
        log.append(Batch(events=[happening(2)], rejected=[rejected("1")], mark=Mark(name="m", position=2)), follow)
    assert (list(log.read()), list(log.set_aside()), log.position("m")) == (stored(happening(1)), [], 0)
    assert log.append(Batch(events=[happening(3)])) == stored(happening(3), after=1)
