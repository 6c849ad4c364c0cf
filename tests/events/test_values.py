"""Values become what the plan says, or say why they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.events.catalogue import Kind, Property
from envoi.events.number import LARGEST
from envoi.events.values import DEEPEST, MOST_KEYS, Fields, Unfit

if TYPE_CHECKING:
    from envoi.events.event import Value

SCALARS = (
    st.none() | st.booleans() | st.integers(-(1 << 63), 1 << 63) | st.floats(allow_nan=False, allow_infinity=False)
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
JSON = st.recursive(SCALARS | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20)
ANYTHING = JSON | st.text() | st.binary() | st.floats() | st.integers() | st.tuples() | st.dictionaries(TEXTS, JSON)


def made(kind: Kind, value: object, **more: object) -> Value:
    return Fields({"x": Property(kind=kind, **more)})({"x": value})["x"]  # type: ignore[arg-type]


def reason(kind: Kind, value: object, **more: object) -> str:
    with pytest.raises(Unfit) as caught:
        made(kind, value, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.NUMBER, 7, 7),
        (Kind.NUMBER, 7.5, 7.5),
        (Kind.NUMBER, " -7 ", -7),
        (Kind.NUMBER, "+0.5", 0.5),
        (Kind.NUMBER, ".5", 0.5),
        (Kind.NUMBER, "1e3", 1000.0),
        (Kind.NUMBER, LARGEST, LARGEST),
        (Kind.TEXT, "as it is ", "as it is "),
        (Kind.TEXT, 17850.0, "17850"),
        (Kind.TEXT, 0.1, "0.1"),
        (Kind.TEXT, 12345678901234567890, "12345678901234567890"),
        (Kind.TEXT, False, "false"),
        (Kind.BOOLEAN, True, True),
        (Kind.BOOLEAN, "YES", True),
        (Kind.BOOLEAN, "no ", False),
        (Kind.BOOLEAN, 1, True),
        (Kind.BOOLEAN, 0.0, False),
        (Kind.TIME, "2017-12-01T09:00:00.250Z", "2017-12-01T09:00:00.250000Z"),
        (Kind.TIME, "2017-12-01 10:00+01:00", "2017-12-01T09:00:00Z"),
        (Kind.DATE, "1984-02-29", "1984-02-29"),
        (Kind.DATE, "1984-02-29T10:00:00", "1984-02-29"),
    ],
)
def test_a_value_that_can_be_what_is_planned_becomes_it(kind: Kind, value: object, expected: Value) -> None:
    found = made(kind, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (Kind.NUMBER, "n/a", "'x' should be a number: 'n/a'"),
        (Kind.NUMBER, "1,234.5", "'x' should be a number: '1,234.5'"),
        (Kind.NUMBER, "1_000", "'x' should be a number: '1_000'"),
        (Kind.NUMBER, "nan", "'x' should be a number: 'nan'"),
        (Kind.NUMBER, "١٢", "'x' should be a number: '١٢'"),
        (Kind.NUMBER, True, "'x' should be a number: True"),
        (Kind.NUMBER, float("nan"), "'x' should be a number up to 9,223,372,036,854: nan"),
        (Kind.NUMBER, LARGEST + 1, "'x' should be a number up to 9,223,372,036,854: 9223372036855"),
        (Kind.NUMBER, "1e999", "'x' should be a number up to 9,223,372,036,854: '1e999'"),
        (Kind.TEXT, [1], "'x' should be text: a value of type list"),
        (Kind.TEXT, float("inf"), "'x' should be text: inf"),
        (Kind.TEXT, "\ud800", r"'x' should be text without halves of surrogate pairs: '\ud800'"),
        (Kind.BOOLEAN, "maybe", "'x' should be true or false: 'maybe'"),
        (Kind.BOOLEAN, 2, "'x' should be true or false: 2"),
        (Kind.TIME, "yesterday", "'x' should be a time as 2017-12-01T09:00:00Z: 'yesterday'"),
        (Kind.TIME, 1512118800, "'x' should be a time as 2017-12-01T09:00:00Z: 1512118800"),
        (
            Kind.TIME,
            "2017-12-01T09:00:00",
            "'x' should be a time with a time zone, as 2017-12-01T09:00:00Z: '2017-12-01T09:00:00'",
        ),
        (Kind.TIME, "0001-01-01T00:00+23:00", "'x' should be a time as 2017-12-01T09:00:00Z: '0001-01-01T00:00+23:00'"),
        (Kind.DATE, "29.2.1984", "'x' should be a day as 2017-12-01: '29.2.1984'"),
        (Kind.DATE, "1985-02-29", "'x' should be a day as 2017-12-01: '1985-02-29'"),
        (Kind.ITEMS, {"a": 1}, "'x' should be a list of items: a value of type dict"),
        (Kind.ITEMS, ["a"], "'x' should be a list of items, each with fields: 'a'"),
        (Kind.NUMBER, "x" * 100, f"'x' should be a number: '{'x' * 60}...'"),
    ],
)
def test_a_value_that_cannot_says_where_what_and_which(kind: Kind, value: object, expected: str) -> None:
    assert reason(kind, value) == expected


def test_one_of_lists_what_there_is() -> None:
    assert made(Kind.TEXT, "gold", one_of=("gold", "vip")) == "gold"
    assert reason(Kind.TEXT, "Gold", one_of=("gold", "vip")) == "'x' should be one of 'gold', 'vip': 'Gold'"


def test_a_required_field_must_be_there_and_not_null() -> None:
    fields = Fields({"total": Property(kind=Kind.NUMBER, required=True), "note": Property(kind=Kind.TEXT)})
    assert fields({"total": 0, "note": None}) == {"total": 0, "note": None}
    for values_ in ({}, {"total": None}):
        with pytest.raises(Unfit, match=r"^'total' is required, and it is missing$"):
            fields(values_)


def test_line_items_are_made_field_by_field() -> None:
    fields = Fields({"products": Property(kind=Kind.ITEMS, fields={"price": Property(kind=Kind.NUMBER)})})
    assert fields({"products": [{"price": "2.5", "sku": 7}]}) == {"products": [{"price": 2.5, "sku": 7}]}
    with pytest.raises(Unfit, match=r"^'products\.price' should be a number: 'free'$"):
        fields({"products": [{"price": 1}, {"price": "free"}]})


@given(JSON)
def test_what_is_not_planned_stays_as_it_is(value: Value) -> None:
    assert Fields({})({"x": value}) == {"x": value}


@given(st.dictionaries(st.text() | NAMES, ANYTHING))
def test_what_passes_can_be_written_as_json_and_read_again(found: dict[str, object]) -> None:
    try:
        passed = Fields({})(found)
    except Unfit:
        return
    assert msgspec.json.decode(msgspec.json.encode(passed)) == passed


@given(st.sampled_from(sorted(Kind)), ANYTHING)
def test_making_a_value_twice_is_making_it_once(kind: Kind, value: object) -> None:
    try:
        once = made(kind, value)
    except Unfit:
        return
    assert made(kind, once) == once


def nested(levels: int) -> Value:
    value: Value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"x": nested(DEEPEST + 1)}, f"'x' should be at most {DEEPEST} levels deep"),
        ({"x": {str(n): n for n in range(MOST_KEYS + 1)}}, "'x' should have at most 10,000 keys"),
        ({str(n): n for n in range(MOST_KEYS + 1)}, "should have at most 10,000 keys"),
        ({"x": float("nan")}, "'x' should be a value that JSON has: nan"),
        ({"x": [1 << 65]}, "'x' should be a value that JSON has: a value of type int"),
        ({"x": b"bytes"}, "'x' should be a value that JSON has: a value of type bytes"),
        ({"x\0y": 1}, r"'x\x00y' should be a name without the character NUL"),
        ({"x": {"": 1}}, "'x' should be a name of a property: ''"),
        ({"\udc00": 1}, r"'\udc00' should be text without halves of surrogate pairs"),
    ],
)
def test_what_no_store_could_keep_is_refused(found: dict[str, object], expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        Fields({})(found)
    assert str(caught.value).startswith(expected)


def test_as_deep_and_as_wide_as_allowed_is_allowed() -> None:
    deep, wide = nested(DEEPEST), {str(n): n for n in range(MOST_KEYS)}
    assert Fields({})({"x": deep}) == {"x": deep}
    assert Fields({})(wide) == wide


def test_names_made_up_by_a_program_do_not_fill_the_memory() -> None:
    fields = Fields({"total": Property(kind=Kind.NUMBER)})
    for n in range(3 * MOST_KEYS):
        assert fields({f"id-{n}": 1, "total": "2"}) == {f"id-{n}": 1, "total": 2}
    assert len(fields._converters) <= MOST_KEYS + 2  # noqa: SLF001 what it remembers is the point
