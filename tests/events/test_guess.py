"""What columns of the usual names are taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.events.memory_source import MemorySource
from envoi.clock import parse_instant
from envoi.errors import DataError
from envoi.events.guess import guessed, reshape
from envoi.events.mapping import EventsMap, PeopleMap
from envoi.events.port import Form, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.events.event import Value

NINE = "2017-07-01T09:00:00Z"


def lines(*rows: dict[str, Value]) -> MemorySource:
    """Rows that bring their own columns, as JSON lines do."""
    return MemorySource(rows, columns={})


@pytest.mark.parametrize(
    ("columns", "event", "at", "id_", "keys"),
    [
        (["event", "timestamp", "user_id"], "event", "timestamp", (), {"user_id": "user_id"}),
        (["Name", "Date", "CustomerID", "ID"], "Name", "Date", ("ID",), {"user_id": "CustomerID"}),
        (["type", "time", "messageId", "anonymousId"], "type", "time", ("messageId",), {"anonymous_id": "anonymousId"}),
        (["name", "event", "at", "date", "person", "userId"], "event", "at", (), {"user_id": "userId"}),
    ],
)
def test_events_are_found_by_the_names_of_columns(
    columns: list[str], event: str, at: str, id_: tuple[str, ...], keys: dict[str, str]
) -> None:
    found = guessed(columns, people=False, name="web")
    assert isinstance(found, EventsMap)
    assert (found.event[0].column, found.at.column, found.id, found.source) == (event, at, id_, "web")
    assert keys.items() <= found.keys.columns().items()


@pytest.mark.parametrize(
    ("columns", "keys", "at"),
    [
        (["id", "email", "name"], {"user_id": "id", "email": "email"}, None),
        (["Customer ID", "id", "updated_at"], {"user_id": "Customer ID"}, "updated_at"),
        (["Email Address", "Phone"], {"email": "Email Address", "phone": "Phone"}, None),
    ],
)
def test_people_are_found_by_the_names_of_columns(columns: list[str], keys: dict[str, str], at: str | None) -> None:
    found = guessed(columns, people=True, name="crm")
    assert isinstance(found, PeopleMap)
    assert found.keys.columns() == keys
    assert (found.at.column if found.at else None) == at


@pytest.mark.parametrize(
    ("columns", "people", "told"),
    [
        (
            ["user_id", "total"],
            False,
            "no column says what happened or when; the columns are user_id, total; say in a mapping",
        ),
        (["event", "at"], False, "no column says who it was; the columns are event, at; say in a mapping file"),
        (["name"], True, "no column says who it is; the columns are name; say in a mapping file"),
        ([], True, "no column says who it is; the columns are none; say in a mapping file"),
    ],
)
def test_columns_that_do_not_say_are_told(columns: list[str], people: bool, told: str) -> None:
    with pytest.raises(DataError) as caught:
        guessed(columns, people=people, name="x")
    assert str(caught.value).startswith(told)


def test_a_table_is_read_by_its_columns() -> None:
    row: dict[str, Value] = {"event": "Left", "at": parse_instant(NINE), "user_id": 17, "total": 5}
    source = MemorySource([row], columns={**dict.fromkeys(row, Form.PLAIN), "at": Form.UTC})
    [found] = reshape(source, people=False, name="web").raws(next(source.read()))
    assert (found.source, found.name, found.at, found.props) == ("web", "Left", parse_instant(NINE), {"total": 5})


def test_lines_of_messages_are_read_as_messages() -> None:
    source = lines({"type": "track", "event": "Left", "userId": "17", "timestamp": NINE, "properties": {"total": 5}})
    [found] = reshape(source, people=False, name="web").raws(next(source.read()))
    assert (found.name, found.at, found.props) == ("Left", parse_instant(NINE), {"total": 5})


def test_lines_of_other_objects_are_read_by_their_keys() -> None:
    source = lines({"event": "Left", "at": NINE, "user_id": 17}, {"event": "Left", "at": NINE, "user_id": 18, "x": 1})
    found = reshape(source, people=False, name="web")
    assert [found.raws(record)[0].props for record in source.read()] == [{}, {"x": 1}]


def test_lines_of_people_are_people_even_if_they_have_a_type() -> None:
    source = lines({"type": "identify", "id": 17, "email": "a@b"})
    [found] = reshape(source, people=True, name="crm").raws(next(source.read()))
    assert (found.name, found.props) == ("Profile Updated", {"email": "a@b", "type": "identify"})


def test_an_unreadable_first_line_does_not_decide() -> None:
    class Torn(MemorySource):
        def read(self, start: int = 0) -> Iterator[Record]:
            yield Record(position=0, line=1, fault="the line is torn")
            yield from super().read(start)

    source = Torn([{"type": "page"}], columns={})
    _, message = source.read()
    assert reshape(source, people=False, name="web").raws(message)[0].name == "Page Viewed"
