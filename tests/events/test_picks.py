"""The parts of a mapping, each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.clock import iso, parse_instant
from envoi.events.mapping import Choice, Column, Time
from envoi.events.picks import keys_of, listed, name_of, plain, props_of, readable, time_of
from envoi.events.port import Form
from envoi.events.values import Unfit

if TYPE_CHECKING:
    from envoi.events.event import Value

NINE = parse_instant("2017-07-01T09:00:00Z")


def passes(when: dict[str, object], value: Value) -> bool:
    """Whether a choice with this test is taken before the one without."""
    choices = [Choice.model_validate({"name": "first", "when": {"c": when}}), Choice(name="second")]
    return name_of(choices)({"c": value}) == "first"


@pytest.mark.parametrize(
    ("when", "value", "expected"),
    [
        ({"equals": "C"}, "C", True),
        ({"equals": "C"}, "c", False),
        ({"equals": 1}, "1", True),
        ({"equals": 1}, 1.0, True),
        ({"equals": True}, "true", True),
        ({"in": ["a", 2]}, "2", True),
        ({"in": ["a", 2]}, "b", False),
        ({"starts_with": "C"}, "C536", True),
        ({"starts_with": "5"}, 536, True),
        ({"starts_with": "C"}, "536C", False),
        ({"less_than": 0}, "-1", True),
        ({"less_than": 0}, 0, False),
        ({"more_than": 2.5}, 2.6, True),
        ({"more_than": 2.5, "less_than": 3}, 3, False),
        ({"is_missing": True}, None, True),
        ({"is_missing": True}, "x", False),
        ({"is_missing": False}, "x", True),
        ({"is_missing": False}, None, False),
        ({"equals": "C"}, None, False),
        ({}, "x", True),
    ],
)
def test_a_test_asks_what_a_column_holds(when: dict[str, object], value: Value, expected: bool) -> None:
    assert passes(when, value) is expected


def test_the_name_is_said_or_read_from_a_column() -> None:
    assert name_of([Choice(name="Left")])({}) == "Left"
    assert name_of([Choice(column="c")])({"c": "Left"}) == "Left"
    assert name_of([Choice(column="c")])({}) is None


def test_a_record_that_no_choice_fits_is_unfit() -> None:
    choice = Choice.model_validate({"name": "Left", "when": {"c": {"equals": "L"}}})
    with pytest.raises(Unfit, match=r"^no event of the mapping fits$"):
        name_of([choice])({"c": "R"})


def test_keys_are_read_by_kind() -> None:
    assert keys_of({"user_id": "u"})({"u": 17}) == {"user_id": 17}
    assert keys_of({"user_id": "u", "email": "e"})({"e": "a@b"}) == {"user_id": None, "email": "a@b"}


def test_a_time_says_its_column_when_it_is_unfit() -> None:
    read = time_of(Time(column="t"), Form.PLAIN)
    assert read({"t": "2017-07-01T09:00:00Z"}) == NINE
    with pytest.raises(Unfit, match=r"^'t' is missing, and it says when$"):
        read({})
    with pytest.raises(Unfit, match=r"^'t' should be a time written as 2017-12-01T09:00:00Z: 'soon'$"):
        read({"t": "soon"})


@pytest.mark.parametrize(
    ("column", "form", "value", "expected"),
    [
        ({"column": "c"}, Form.PLAIN, "x", "x"),
        ({"column": "c"}, Form.UTC, NINE, "2017-07-01T09:00:00Z"),
        ({"column": "c"}, Form.WALL, NINE, "2017-07-01T09:00:00"),
        ({"column": "c", "zone": "Europe/London"}, Form.WALL, NINE, "2017-07-01T08:00:00Z"),
        ({"column": "c", "format": "%d.%m.%Y", "zone": "UTC"}, Form.PLAIN, "01.07.2017", "2017-07-01T00:00:00Z"),
        ({"column": "c", "unit": "s"}, Form.PLAIN, NINE // 1_000_000, "2017-07-01T09:00:00Z"),
        ({"column": "c", "times": 0.01}, Form.PLAIN, 1999, 19.99),
        ({"column": "c", "times": 0.01}, Form.PLAIN, "1999", 19.99),
        ({"column": "c", "fields": {"sku": "id"}}, Form.PLAIN, [{"id": 1, "x": 2}, {}], [{"sku": 1}, {"sku": None}]),
        ({"column": "c"}, Form.PLAIN, [{"id": 1}], [{"id": 1}]),
    ],
)
def test_a_column_becomes_a_property(column: dict[str, object], form: Form, value: Value, expected: Value) -> None:
    entries = listed({"p": Column.model_validate(column)}, {"c": form})
    assert props_of(entries, {}, None)({"c": value, "d": 1}) == {"p": expected}
    assert props_of(entries, {}, None)({"c": None}) == {}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ({"column": "c", "times": 2}, "many", "'c' should be a number: 'many'"),
        ({"column": "c", "unit": "s"}, "soon", "'c' should be a number: 'soon'"),
        ({"column": "c", "fields": {"sku": "id"}}, "x", "'c' should be a list of items, each with fields: 'x'"),
        ({"column": "c", "fields": {"sku": "id"}}, [1], "'c' should be a list of items, each with fields: a value of"),
    ],
)
def test_a_column_that_cannot_says_so(column: dict[str, object], value: Value, expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        props_of(listed({"p": Column.model_validate(column)}, {}), {}, None)({"c": value})
    assert str(caught.value).startswith(expected)


def test_constants_stand_beside_and_the_rest_is_kept_where_records_bring_their_columns() -> None:
    pick = props_of(plain({"p": "c"}, {}), {"country": "FR"}, {"c", "u"})
    assert pick({"c": 1, "u": 2, "x": 3, "y": None}) == {"country": "FR", "p": 1, "x": 3}


def test_a_record_is_shown_as_people_read_it() -> None:
    shown = readable({"a": NINE, "b": None, "c": 1}, {"a": Form.UTC, "b": Form.WALL, "c": Form.PLAIN})
    assert shown == {"a": "2017-07-01T09:00:00Z", "b": None, "c": 1}
    assert shown["a"] == iso(NINE)
