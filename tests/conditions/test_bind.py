"""Names are looked up and values checked: what does not fit is a ConditionError, and nothing else is ever raised."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.clock import Instant, parse_instant
from envoi.conditions import tree
from envoi.conditions.bind import DEEPEST, Definitions, bind, bind_all, bind_scope
from envoi.conditions.bound import EventLeaf, Events, Named
from envoi.conditions.explain import explain
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.rows import Judgement, judge
from envoi.conditions.tables import as_query
from envoi.conditions.tree import Condition, Scope, Span, Unit
from envoi.conditions.written import written
from envoi.errors import ConditionError, Place
from envoi.events.catalogue import Catalogue, EventPlan
from envoi.segments.batch import members
from tests.conditions import anything, sentences
from tests.conditions.histories import START, stored
from tests.conditions.shop import CATALOGUE, DEFINITIONS, EVENTS, TRAITS, tables_of


@settings(max_examples=150)
@given(anything.conditions)
def test_any_condition_fits_or_is_a_condition_error(condition: Condition) -> None:
    with suppress(ConditionError):
        bind(condition, DEFINITIONS, text=written(condition))


@settings(max_examples=150)
@given(st.sampled_from(sorted(TRAITS)), anything.tests)
def test_any_test_of_any_field_fits_or_is_a_condition_error(name: str, test: tree.Test) -> None:
    with suppress(ConditionError):
        bind(tree.Trait(name, test), DEFINITIONS)


@given(sentences.conditions, st.sampled_from(sorted(EVENTS)))
def test_an_event_that_is_not_in_the_plan_is_refused(condition: Condition, missing: str) -> None:
    events = {name: plan for name, plan in CATALOGUE.events.items() if name != missing}
    definitions = replace(DEFINITIONS, catalogue=replace(CATALOGUE, events=events), segments={}, points={})
    # Without events, segments and points too are names that mean nothing.
    refused = any(word in written(condition) for word in (f'"{missing}"', "in segment", "points"))

    with pytest.raises(ConditionError) if refused else nullcontext():
        bind(condition, definitions)


@given(sentences.conditions)
def test_what_is_about_the_shop_fits_its_plan(condition: Condition) -> None:
    bind(condition, DEFINITIONS)


def bound_events(text: str, zone: str = "UTC") -> Events:
    found = bind(parse(f'did "Order Completed" {text}'), replace(DEFINITIONS, zone=ZoneInfo(zone)))
    assert isinstance(found, EventLeaf)
    return found.events


@pytest.mark.parametrize(
    ("zone", "text", "begins"),
    [
        ("UTC", "2017-12-01", "2017-12-01T00:00:00Z"),
        ("America/New_York", "2017-12-01", "2017-12-01T05:00:00Z"),
        ("America/New_York", "2017-07-01T12:30", "2017-07-01T16:30:00Z"),
        ("America/New_York", "2017-07-01T12:30Z", "2017-07-01T12:30:00Z"),
        # Clocks go forward at midnight: the day begins at 01:00.
        ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z"),
        # Clocks go back at one: midnight comes twice, and the day begins with the first.
        ("America/Havana", "2017-11-05", "2017-11-05T04:00:00Z"),
    ],
)
def test_a_date_begins_in_the_zone_of_the_project(zone: str, text: str, begins: str) -> None:
    assert bound_events(f"since {text}", zone).since == parse_instant(begins)
    assert bound_events(f"before {text}", zone).until == parse_instant(begins)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            'count("Order Completed") in the last 1 days > 1',
            'did "Order Completed" more than 1.0 times in the last 24 hours',
        ),
        (
            'did "Order Completed" in the last 1440 minutes more than 1 time',
            'did "Order Completed" more than 1.0 times in the last 24 hours',
        ),
        ('days since last "Order Completed" > 7', 'weeks since last "Order Completed" > 1'),
        ("age > 3", "age > 3.0"),
        ("points intent > 3", "points intent > 3.0"),
        ("points warmth > 3", "points warmth > 3.0"),
        ('the last "Order Completed" had total > 3', 'the last "Order Completed" had total > 3.0'),
        (
            'did "Product Viewed" then did "Order Completed" within 1 day',
            'did "Product Viewed" then did "Order Completed" within 24 hours',
        ),
        (
            'count("Order Completed") in the last 2 days > count("Product Viewed")',
            'count("Order Completed") in the last 48 hours > count("Product Viewed")',
        ),
    ],
)
def test_equal_leaves_are_equal_however_they_are_written(one: str, other: str) -> None:
    left, right = bind(parse(one), DEFINITIONS), bind(parse(other), DEFINITIONS)

    assert left == right
    assert hash(left) == hash(right)
    assert written(parse(one)) != written(parse(other))


def test_segments_in_a_circle_are_refused() -> None:
    texts = {"a": 'in segment "b"', "b": 'vip = true or not in segment "c"', "c": 'in segment "b"'}
    definitions = replace(DEFINITIONS, segments={name: parse(text) for name, text in texts.items()})

    with pytest.raises(ConditionError, match=r"segment 'a': segment 'b': segment 'c': .* circle: b -> c -> b"):
        bind(parse('vip = true and in segment "a"'), definitions)


def test_an_error_in_a_segment_is_placed_where_the_segment_is_named() -> None:
    definitions = replace(DEFINITIONS, segments={"a": parse('vip = true and did "Nothing"')})
    text = 'vip = true\nor in segment "a"'

    with pytest.raises(ConditionError, match="segment 'a': no event \"Nothing\"") as refused:
        bind(parse(text), definitions, text=text)
    assert refused.value.at == Place(line=2, column=4)


def test_an_error_in_a_points_scheme_is_placed_where_the_points_are_named() -> None:
    definitions = replace(DEFINITIONS, points={"a": ((Decimal(1), parse_scope('"Nothing"')),)})

    with pytest.raises(ConditionError, match="points 'a': no event \"Nothing\"") as refused:
        bind(parse("not points a > 1"), definitions, text="not points a > 1")
    assert refused.value.at == Place(line=1, column=5)


def test_segments_nest_so_deep_and_no_deeper() -> None:
    chain = {f"s{n}": parse(f'in segment "s{n + 1}"') for n in range(DEEPEST + 1)} | {
        f"s{DEEPEST}": parse("vip = true")
    }
    definitions = replace(DEFINITIONS, segments=chain)

    assert isinstance(bind(parse('in segment "s1"'), definitions), Named)
    with pytest.raises(ConditionError, match="nested more than 100 deep"):
        bind(parse('in segment "s0"'), definitions)


def test_a_derived_field_stands_for_a_condition() -> None:
    definitions = replace(DEFINITIONS, derived={"is_new": lambda test: tree.Trait("signed_up", test)})
    found = bind(parse("is_new > 2017-01-01"), definitions)

    assert isinstance(found, Named)
    assert (found.text, found.part) == ("is_new > 2017-01-01", bind(parse("signed_up > 2017-01-01"), DEFINITIONS))
    with pytest.raises(ConditionError, match="'signed_up' is a time, and 3 is not") as refused:
        bind(parse("vip = true or is_new > 3"), definitions, text="vip = true or is_new > 3")
    assert refused.value.at == Place(line=1, column=15)


def test_without_its_text_an_error_has_no_place() -> None:
    with pytest.raises(ConditionError) as refused:
        bind(parse("agee > 3"), DEFINITIONS)
    assert refused.value.at == Place()


def test_a_scope_alone_is_checked_with_its_place() -> None:
    text = '"Order Completed" where (total > 1 and nothing = 2)'

    assert bind_scope(parse_scope('"Product Viewed"'), DEFINITIONS) == Events("Product Viewed")
    with pytest.raises(ConditionError, match="no property 'nothing'") as refused:
        bind_scope(parse_scope(text), DEFINITIONS, text=text)
    assert refused.value.at == Place(line=1, column=40)


def test_a_plan_names_its_events_as_they_are() -> None:
    definitions = Definitions(catalogue=Catalogue(events={"A b": EventPlan(name="A b")}), zone=UTC)

    assert bind_scope(Scope("A b"), definitions).name == "A b"


def test_segments_that_share_parts_are_bound_judged_and_asked_once() -> None:
    # Each built twice on the one before: written out, 2 to the power of 45 leaves.
    chain = {f"s{n}": parse(f'in segment "s{n - 1}" and in segment "s{n - 1}"') for n in range(1, 46)}
    definitions = replace(DEFINITIONS, segments={"s0": parse('did "Order Completed" in the last 3 days'), **chain})
    at = Instant(START)
    history = [stored(1, "a", "Order Completed", at, {})]

    bound = bind_all(definitions.segments, definitions)

    assert judge(bound["s45"], facts(history, at)) == Judgement(holds=True, until=Instant(at + 3 * 86_400_000_000))
    assert len(as_query(bound["s45"], at).values) < 200
    assert explain(bound["s45"], facts(history, at)).holds
    with tables_of(history) as tables:
        assert members(bound["s45"], tables, at) == ["a"]


def test_of_several_the_one_that_is_wrong_is_named() -> None:
    with pytest.raises(ConditionError, match="segment 'b': no field 'agee'"):
        bind_all({"a": parse("age > 3"), "b": parse("agee > 3")}, DEFINITIONS)


@pytest.mark.parametrize("half_life", [Span(1, Unit.SECONDS), Span(366, Unit.DAYS)])
def test_a_half_life_is_not_too_short_and_not_too_long(half_life: Span) -> None:
    definitions = replace(DEFINITIONS, half_lives={"intent": half_life})

    with pytest.raises(ConditionError, match="points 'intent': a half-life is between an hour and 365 days"):
        bind(parse("points intent > 3"), definitions)
