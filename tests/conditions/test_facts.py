"""What is known of a person at a moment, whatever order it came in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, parse_instant
from envoi.conditions.bound import Storage
from envoi.conditions.facts import facts, find, stored_form, traits_of
from envoi.events.event import Stored, Value
from tests.conditions.histories import Props, histories, stored

NOON = parse_instant("2017-12-01T12:00:00Z")


def told(seq: int, at: int, name: str, props: Props) -> Stored:
    return stored(seq, "a", name, at, props)


@given(histories, st.data())
def test_the_order_of_the_list_changes_nothing(history: list[Stored], data: st.DataObject) -> None:
    now = data.draw(st.sampled_from([one.event.at for one in history]))
    shuffled = data.draw(st.permutations(history))

    assert facts(shuffled, now) == facts(history, now)


@given(histories, st.data())
def test_nothing_after_now_is_known(history: list[Stored], data: st.DataObject) -> None:
    now = data.draw(st.sampled_from([one.event.at for one in history]))
    known = facts(history, now)

    assert known == facts([one for one in history if one.event.at <= now], now)
    assert known.exists
    assert not facts(history, Instant(min(one.event.at for one in history) - 1)).exists


@pytest.mark.parametrize(
    ("history", "tier"),
    [
        ([(1, 10, {"tier": "gold"}), (2, 20, {"tier": "vip"})], "vip"),
        # Told later, but true earlier.
        ([(1, 20, {"tier": "vip"}), (2, 10, {"tier": "gold"})], "vip"),
        # Of two told of one instant, the later told.
        ([(1, 20, {"tier": "vip"}), (2, 20, {"tier": "gold"})], "gold"),
        ([(1, 10, {"tier": "gold"}), (2, 20, {"tier": None})], None),
        ([(1, 10, {"tier": "gold"}), (2, 20, {"age": 3})], "gold"),
        ([(1, 10, {"tier": "gold"}), (2, 31, {"tier": "vip"})], "gold"),
    ],
)
def test_a_trait_is_the_latest_that_was_true(history: list[tuple[int, int, Props]], tier: Value) -> None:
    known = facts([told(seq, at, "Profile Updated", props) for seq, at, props in history], Instant(30))

    assert known.traits["tier"] == tier


def test_only_the_persons_word_sets_a_consent() -> None:
    imported = told(2, 20, "Profile Updated", {"consent.newsletter": True, "consent": {"newsletter": True}, "age": 3})
    said = told(1, 10, "Consent Changed", {"purpose": "newsletter", "granted": False})

    assert traits_of(imported.event) == {"age": 3}
    assert facts([said, imported], Instant(30)).traits == {"consent.newsletter": False, "age": 3}


@pytest.mark.parametrize(
    ("props", "path", "value"),
    [
        ({"a": 1}, "a", 1),
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a.b": {"c": 1}}, "a.b.c", 1),
        ({"a": {"b.c": 1}}, "a.b.c", 1),
        ({"a.b.c": 2, "a": {"b": {"c": 1}}}, "a.b.c", 2),
        ({"a.b.c": None, "a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a": {"b": None}}, "a.b", None),
        ({"a": 1}, "a.b", None),
        ({"a": [{"b": 1}]}, "a.b", None),
    ],
)
def test_a_path_leads_through_objects(props: Props, path: str, value: Value) -> None:
    assert find(props, path) == value


@pytest.mark.parametrize(
    ("value", "storage", "held"),
    [
        (9.99, Storage.NUM, 9_990_000),
        (-3, Storage.NUM, -3_000_000),
        (9_223_372_036_854, Storage.NUM, 9_223_372_036_854_000_000),
        (9_223_372_036_855, Storage.NUM, None),
        (1e300, Storage.NUM, None),
        (float("nan"), Storage.NUM, None),
        (True, Storage.NUM, None),
        ("3", Storage.NUM, None),
        (True, Storage.BOOL, 1),
        (False, Storage.BOOL, 0),
        (1, Storage.BOOL, None),
        ("true", Storage.BOOL, None),
        ("2017-12-01T12:00:00Z", Storage.TIME, NOON),
        ("2017-12-01T13:00+01:00", Storage.TIME, NOON),
        ("2017-12-01T12:00:00", Storage.TIME, None),
        ("soon", Storage.TIME, None),
        (3, Storage.TIME, None),
        ("", Storage.TEXT, ""),
        (3, Storage.TEXT, None),
        ([], Storage.TEXT, None),
        (None, Storage.TEXT, None),
    ],
)
def test_a_value_of_another_sort_is_missing(value: Value, storage: Storage, held: int | str | None) -> None:
    assert stored_form(value, storage) == held
