"""A column at a time or a value at a time: the same values are held."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.tables.typed import KINDS, held_as, leaves, typed
from envoi.conditions.facts import find
from envoi.events.catalogue import Kind, Property
from envoi.events.event import Value
from tests.contracts.happenings import properties, values

_wide = st.integers() | st.floats() | st.sampled_from([9_223_372_036_854, 9_223_372_036_855, 576_460_752_303, 10**400])
_times = st.sampled_from(["2017-12-01", "2017-12-01T09:00:00+01:00", "2017-12-01T09:00:00", "soon", "9999-12-31", ""])
_same_type = st.one_of(*map(st.lists, (st.booleans(), _wide, st.integers(-(10**6), 10**6), st.text(), values)))


@given(_same_type | st.lists(values | _wide))
def test_a_column_holds_what_each_value_is_held_as(column: list[Value]) -> None:
    found = typed(column, frozenset(map(type, column)), None)
    one_by_one = [held_as(value, None) for value in column]
    for kind, arrow in KINDS.items():
        expected = [held if of == kind else None for of, held in one_by_one]
        if kind in found:
            assert found[kind].type == arrow
            assert found[kind].to_pylist() == expected
        else:
            assert set(expected) <= {None}


@given(st.lists(values | _times))
def test_a_planned_time_is_an_instant_or_missing(column: list[Value]) -> None:
    planned = Property(kind=Kind.TIME)
    found = typed(column, frozenset(map(type, column)), planned)
    assert list(found) == ["num"]
    assert found["num"].to_pylist() == [held_as(value, planned)[1] for value in column]


def test_times_are_microseconds() -> None:
    found = typed(["1970-01-01T00:00:01Z", "1970-01-01", None, 5], frozenset({str}), Property(kind=Kind.TIME))
    assert found["num"].to_pylist() == [1_000_000, 0, None, None]


def test_no_number_is_held_for_what_is_none() -> None:
    assert held_as(math.nan, None) == ("num", None)
    assert held_as(-math.inf, None) == ("num", None)
    assert held_as(None, None) == ("", None)


@given(st.lists(properties, max_size=4))
def test_the_last_word_on_a_path_is_what_the_judge_of_one_person_finds(objects: list[dict[str, Value]]) -> None:
    for path, last in dict(leaves(objects, lambda _: True)).items():
        assert last == [find(each, path) for each in objects]


def test_what_is_out_of_reach_is_not_looked_into() -> None:
    asked = [{"a": 1, "b": {"c": 2, "d": 3}, "e": {"f": 4}}]
    assert dict(leaves(asked, {"a", "b", "b.c"}.__contains__)) == {"a": [1], "b": [{"c": 2, "d": 3}], "b.c": [2]}
