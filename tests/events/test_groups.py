"""Lines that belong together become one record, and no line is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.events import groups
from envoi.events.groups import Folding, Group
from envoi.events.mapping import Lines
from envoi.events.port import Record

if TYPE_CHECKING:
    from envoi.events.event import Value

LINES = Lines.model_validate(
    {"group": "order", "into": "items", "fields": {"sku": "sku"}, "sums": {"total": ["price", "count"], "n": "count"}}
)


def folding() -> Folding:
    return Folding(LINES, keys=["user"], item=lambda fields: {"sku": fields.get("sku")})


def record(position: int, order: Value, user: Value = 1, **more: Value) -> Record:
    fields = {"order": order, "user": user, "sku": f"s{position}", "price": 0.1, "count": 3, **more}
    return Record(position=position, line=position + 1, fields=fields)


def faulty(position: int) -> Record:
    return Record(position=position, line=position + 1, fault="bad")


def shape(found: Record) -> tuple[int, int, list[int]]:
    if isinstance(found, Group):
        return found.position, found.part, [line.position for line in found.lines]
    return found.position, 0, []


def test_consecutive_lines_are_one_record() -> None:
    first, second = folding().fold([record(0, "a"), record(1, "a", count=5), record(2, "b")])
    assert isinstance(first, Group)
    assert first.fields["items"] == [{"sku": "s0"}, {"sku": "s1"}]
    assert first.fields["total"] == 0.8  # 0.1 * 3 + 0.1 * 5, where floating point would say 0.8000000000000002
    assert first.fields["n"] == 8
    assert (first.place, second.place) == ("line 1 to line 2", "line 3")


def test_a_group_that_comes_again_is_a_further_part() -> None:
    folded = folding()
    found = list(folded.fold([record(0, "a"), record(1, "b"), record(2, "a"), record(3, "b"), record(4, "a")]))
    assert [shape(each) for each in found] == [(0, 1, [0]), (1, 1, [1]), (2, 2, [2]), (3, 2, [3]), (4, 3, [4])]
    assert folded.parted == 3


def test_no_part_takes_the_name_of_another_group() -> None:
    found = list(folding().fold([record(0, "a"), record(1, "a:2"), record(2, "a"), record(3, "a:2")]))
    assert [shape(each)[1] for each in found] == [1, 1, 3, 2]  # a, a:2, a:3, a:2:2


def test_an_order_that_changes_hands_is_two() -> None:
    found = list(folding().fold([record(0, "a", user=1), record(1, "a", user=2)]))
    assert [shape(each) for each in found] == [(0, 1, [0]), (1, 2, [1])]


def test_an_unreadable_line_stands_alone_and_its_group_goes_on() -> None:
    found = list(folding().fold([faulty(0), record(1, "a"), faulty(2), record(3, "a"), record(4, "b"), faulty(5)]))
    assert [shape(each) for each in found] == [(0, 0, []), (1, 1, [1, 3]), (2, 0, []), (4, 1, [4]), (5, 0, [])]


def test_lines_without_a_group_are_set_aside() -> None:
    [found] = folding().fold([record(0, None), record(1, None)])
    assert shape(found) == (0, 1, [0, 1])
    assert found.fault == "'order' is missing, so its event is unknown"


def test_a_sum_of_what_is_no_number_sets_the_group_aside() -> None:
    [found] = folding().fold([record(0, "a"), record(1, "a", price="free")])
    assert found.fault == "'price' should be a number: 'free'"


def test_a_missing_number_adds_nothing() -> None:
    [found] = folding().fold([record(0, "a", price="2.50"), record(1, "a", price=None)])
    assert found.fields["total"] == 7.5


def test_a_wrong_group_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LONGEST", 3)
    found = list(folding().fold([record(n, "a") for n in range(7)]))
    assert [shape(each) for each in found] == [(0, 1, [0, 1, 2]), (3, 2, [3, 4, 5]), (6, 3, [6])]
    unreadable = folding().fold([record(0, "a"), *map(faulty, range(1, 6))])
    assert [shape(each) for each in unreadable] == [(0, 1, [0]), *((n, 0, []) for n in range(1, 6))]


LINE = st.tuples(st.sampled_from("abc"), st.integers(1, 2)) | st.none()


@given(st.lists(LINE), st.data())
def test_no_line_is_lost_and_a_later_run_goes_on(lines: list[tuple[str, int] | None], data: st.DataObject) -> None:
    records = [faulty(n) if line is None else record(n, *line) for n, line in enumerate(lines)]
    found = list(folding().fold(records))
    positions = [each.position for each in found]
    assert positions == sorted(positions)
    kept = [line.position for each in found for line in (each.lines if isinstance(each, Group) else [each])]
    assert sorted(kept) == list(range(len(lines)))
    names = [(each.fields["order"], each.part) for each in found if isinstance(each, Group)]
    assert len(set(names)) == len(names)
    done = data.draw(st.integers(0, len(found)))
    start = found[done - 1].position + 1 if done else 0
    assert list(folding().fold(records, start)) == found[done:]
