"""From a source to batches for the log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.events.memory_source import MemorySource
from envoi.clock import FixedClock, Instant, parse_instant
from envoi.events.catalogue import Catalogue
from envoi.events.clean import Cleaner
from envoi.events.event import PersonId
from envoi.events.guess import reshape
from envoi.events.intake import Intake
from envoi.events.mapping import parse_map
from envoi.events.port import Form, Mark, Record
from envoi.events.reshape import bind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.events.event import Value
    from envoi.events.port import Batch

NOW = parse_instant("2018-01-01")
NINE = parse_instant("2017-07-01T09:00:00Z")
BEGIN = Mark(name="file", position=0)
ORDERS = """
kind = "events"
source = "tills"
event = "Order Completed"
at = "at"
keys = { user_id = "user" }
lines = { group = "order", into = "items", fields = { sku = "sku" }, sums = { total = "price" } }
"""


def resolve(keys: Mapping[str, str]) -> PersonId | None:
    return PersonId(keys["user_id"]) if "user_id" in keys else None


def intake(source: MemorySource, text: str = "", *, size: int = 10) -> Intake:
    shape = bind(parse_map(text), source.columns) if text else reshape(source, people=False, name="web")
    return Intake(reshape=shape, clean=Cleaner(Catalogue()), resolve=resolve, clock=FixedClock(NOW), size=size)


def table(listed: list[dict[str, Value]]) -> MemorySource:
    names = listed[0] if listed else ("order", "user", "at", "sku", "price")
    return MemorySource(listed, columns={**dict.fromkeys(names, Form.PLAIN), "at": Form.UTC})


def rows(*users: Value) -> MemorySource:
    listed: list[dict[str, Value]] = [
        {"event": "Left", "at": NINE, "user_id": user, "n": n} for n, user in enumerate(users)
    ]
    return table(listed)


def orders(*lines: tuple[Value, Value]) -> MemorySource:
    listed: list[dict[str, Value]] = [
        {"order": order, "user": user, "at": NINE, "sku": f"s{n}", "price": n} for n, (order, user) in enumerate(lines)
    ]
    return table(listed)


def test_rows_become_events_of_people_in_batches_with_marks() -> None:
    source = rows("a", "b", "a")
    first, second = intake(source, size=2).batches(source, BEGIN)
    assert [(person, event.name, event.props) for person, event in first.events] == [
        ("a", "Left", {"n": 0}),
        ("b", "Left", {"n": 1}),
    ]
    assert (first.mark, second.mark) == (Mark(name="file", position=2), Mark(name="file", position=3))
    assert {event.seen_at for _, event in first.events} == {NOW}


def test_a_source_without_records_makes_no_batch() -> None:
    source = rows("a")
    assert list(intake(source).batches(source, Mark(name="file", position=1))) == []


def test_a_row_that_is_set_aside_is_shown_as_people_read_it() -> None:
    source = rows("a", None)
    [batch] = intake(source).batches(source, BEGIN)
    [rejected] = batch.rejected
    assert (rejected.place, rejected.reason) == ("row 2", "nobody is named: user_id is missing")
    assert rejected.raw == '{"event":"Left","at":"2017-07-01T09:00:00Z","user_id":null,"n":1}'
    assert rejected.seen_at == NOW


def test_an_event_of_nobody_known_is_set_aside() -> None:
    source = table([{"event": "Left", "at": NINE, "email": "a@b"}])
    [batch] = intake(source).batches(source, BEGIN)
    assert [rejected.reason for rejected in batch.rejected] == ["no key names a person"]


def test_an_unreadable_record_is_set_aside_as_it_came() -> None:
    class Torn(MemorySource):
        def read(self, start: int = 0) -> Iterator[Record]:
            yield Record(position=start + 8, line=9, fault="the line is torn", raw='{"ev')

    source = Torn([{"event": "Left", "at": NINE, "user_id": 1}])
    [batch] = intake(source).batches(source, BEGIN)
    [rejected] = batch.rejected
    assert (rejected.source, rejected.place, rejected.reason, rejected.raw) == (
        "web",
        "line 9",
        "the line is torn",
        '{"ev',
    )
    assert batch.mark == Mark(name="file", position=9)


def test_the_lines_of_a_group_that_is_set_aside_are_kept_one_by_one() -> None:
    source = orders(("o1", None), ("o1", None), ("o2", "a"))
    [batch] = intake(source, ORDERS).batches(source, BEGIN)
    assert [(each.place, each.reason) for each in batch.rejected] == [
        ("row 1", "nobody is named: user_id is missing"),
        ("row 2", "nobody is named: user_id is missing"),
    ]
    assert '"sku":"s1"' in batch.rejected[1].raw
    assert [(event.id, event.props) for _, event in batch.events] == [("o2", {"items": [{"sku": "s2"}], "total": 2})]


def test_the_lines_of_a_group_count_one_by_one() -> None:
    source = orders(*[(f"o{n // 3}", "a") for n in range(9)])
    batches = list(intake(source, ORDERS, size=4).batches(source, BEGIN))
    assert [len(batch.events) for batch in batches] == [2, 1]


def test_messages_in_a_line_are_events_of_that_line() -> None:
    message: dict[str, Value] = {"type": "track", "event": "Left", "userId": "a", "timestamp": "2017-07-01T09:00:00Z"}
    source = MemorySource([{"batch": [message, {"type": "track", "userId": "b"}]}, message], columns={})
    [batch] = intake(source).batches(source, BEGIN)
    assert [person for person, _ in batch.events] == ["a", "a"]
    [rejected] = batch.rejected
    assert (rejected.place, rejected.raw) == ("row 1, message 2", '{"type":"track","userId":"b"}')


def everything(batches: list[Batch]) -> tuple[list[object], list[object]]:
    return [pair for batch in batches for pair in batch.events], [each for batch in batches for each in batch.rejected]


LINES = st.lists(st.tuples(st.sampled_from(["o1", "o2", "o3"]), st.sampled_from(["a", "b", None])), max_size=30)


@given(LINES, st.integers(1, 7), st.data())
@pytest.mark.parametrize("grouped", [True, False])
def test_a_run_that_stops_anywhere_is_finished_by_the_next(
    grouped: bool, lines: list[tuple[Value, Value]], size: int, data: st.DataObject
) -> None:
    source = orders(*lines) if grouped else rows(*(user for _, user in lines), "a")

    def run(start: Mark) -> list[Batch]:
        return list(intake(source, ORDERS if grouped else "", size=size).batches(source, start))

    whole = run(BEGIN)
    stored = whole[: data.draw(st.integers(0, len(whole)))]
    start = stored[-1].mark if stored and stored[-1].mark else BEGIN
    assert everything([*stored, *run(start)]) == everything(whole)
    assert run(Mark(name="file", position=len(lines) + 1)) == []
    # Nothing is lost: each line is in an event or set aside, and no two events have the same id.
    _, rejected = everything(whole)
    ids = Counter(event.id for batch in whole for _, event in batch.events)
    assert max(ids.values(), default=1) == 1
    items = [event.props.get("items", [{}]) for batch in whole for _, event in batch.events]
    kept = sum(len(each) for each in items if isinstance(each, list))
    assert kept + len(rejected) == len(lines) + (not grouped)


def test_the_clock_is_asked_once_a_batch() -> None:
    class Counting(FixedClock):
        def now(self) -> Instant:
            self.at = Instant(self.at + 1)
            return self.at

    source = rows("a", "b", "c")
    found = Intake(
        reshape=reshape(source, people=False, name="web"),
        clean=Cleaner(Catalogue()),
        resolve=resolve,
        clock=Counting(NOW),
        size=2,
    )
    first, second = found.batches(source, BEGIN)
    assert [event.seen_at - NOW for batch in (first, second) for _, event in batch.events] == [1, 1, 2]
