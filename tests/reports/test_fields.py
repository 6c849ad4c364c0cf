"""How fields are filled: the latest values of people, properties of events and of their items, and who lacks them."""

from __future__ import annotations

import pytest

from envoi.conditions import parse
from envoi.events.event import Name, Value
from envoi.flow import Stores
from envoi.reports.fields import Field, Filled, filled, used
from tests.reports.corner import DAY, NOW, happened, project, stores, visit


@pytest.fixture(scope="module")
def shop() -> Stores:
    milk: dict[str, Value] = {"name": "milk", "fresh": True}
    tea: dict[str, Value] = {"name": "tea"}
    return stores(
        [
            *(visit(n, NOW - n * DAY, door="north", spent=2.5, items=[milk, tea]) for n in range(3)),
            visit(3, NOW - DAY, door="south", items=[milk]),
            visit(4, NOW + DAY, door="later"),
            happened(0, Name.PROFILE_UPDATED, NOW - 9 * DAY, {"tier": "gold"}),
            happened(0, Name.PROFILE_UPDATED, NOW - 8 * DAY, {"tier": "silver"}),
            happened(1, Name.PROFILE_UPDATED, NOW - 8 * DAY, {"tier": "silver"}),
            happened(2, Name.PROFILE_UPDATED, NOW - 8 * DAY, {"tier": None}),
        ]
    )


@pytest.mark.parametrize(
    ("event", "path", "found"),
    [
        ("Visit", "door", (4, 4, [("north", 3), ("south", 1)])),
        ("Visit", "spent", (4, 3, [("2.5", 3)])),
        ("Visit", "items.name", (7, 7, [("milk", 4), ("tea", 3)])),
        ("Visit", "items.fresh", (7, 4, [("true", 4)])),
        # What was is not what is; a field that was taken away is empty. Of four people two have one.
        ("", "tier", (4, 2, [("silver", 2)])),
        ("", "age", (4, 0, [])),
    ],
)
def test_values_and_how_many_lack_them(
    shop: Stores, event: str, path: str, found: tuple[int, int, list[tuple[str, int]]]
) -> None:
    total, have, values = found
    made = filled(Field(event=event, path=path), project().definitions.catalogue, shop.tables, NOW)
    assert made == Filled(total=total, filled=have, values=values, share=1.0)
    assert made.empty == 1 - have / total


@pytest.mark.parametrize(("event", "path"), [("Visit", "dor"), ("Vist", "door"), ("", "teir"), ("Visit", "items")])
def test_of_what_is_not_in_the_plan_nothing_is_known(shop: Stores, event: str, path: str) -> None:
    assert filled(Field(event=event, path=path), project().definitions.catalogue, shop.tables, NOW) is None


def test_where_no_value_comes_twice_none_is_told() -> None:
    shop = stores([visit(n, NOW, door=f"door {n}") for n in range(3)])
    made = filled(Field(event="Visit", path="door"), project().definitions.catalogue, shop.tables, NOW)
    assert made == Filled(total=3, filled=3, values=[], share=1.0)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('tier = "gold" and (age > 3 or age is missing)', [("", "tier"), ("", "age")]),
        ("tier is missing", []),
        ('did "Visit" where (door = "n" and not spent > 3) and did "Visit"', [("Visit", "door"), ("Visit", "spent")]),
        ('not sum("Visit".spent) where door is present > 3', [("Visit", "spent")]),
        ('count("Visit") where door = "n" > max("A".b)', [("Visit", "door"), ("A", "b")]),
        ('did "A" then did "B" with the same c where d = 1', [("A", "c"), ("B", "c"), ("B", "d")]),
        ('the last "A" where b = 1 had c = 2', [("A", "b"), ("A", "c")]),
        ('did "A" since the last "B" where c = 1', [("B", "c")]),
        ('in segment "X" and birthday is today and points p > 1', []),
    ],
)
def test_the_fields_that_a_condition_compares(text: str, fields: list[tuple[str, str]]) -> None:
    assert [(one.event, one.path) for one in used(parse(text))] == fields
