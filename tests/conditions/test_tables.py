"""A condition as SQL: the text is portable and holds no value, and equal parts are looked up once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import bind, bind_scope
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.rows import judge
from envoi.conditions.tables import as_query, item_filter, sizes_query
from envoi.events.event import Stored
from envoi.segments.batch import members, members_of_each
from tests.conditions.histories import MINUTE, START, Props, seeded, stored
from tests.conditions.sentences import KINDS, Sentences
from tests.conditions.shop import CATALOGUE, DEFINITIONS, tables_of

NOW = Instant(START)


@pytest.mark.parametrize("kind", KINDS)
def test_no_value_is_part_of_the_text(kind: str) -> None:
    random = seeded(300 + KINDS.index(kind))
    for _ in range(50):
        condition = bind(Sentences(random).condition(kind), DEFINITIONS)

        query = as_query(condition, NOW)

        assert query.sql.count("?") == len(query.values)
        assert not set(re.findall(r"'[^']*'", query.sql))
        assert not re.search(r"\b\d{3,}\b", query.sql)
        assert query == as_query(condition, NOW)


def test_equal_leaves_are_looked_up_once() -> None:
    texts = {"a": "vip = true and age > 3", "b": 'age > 3 or not did "Order Completed"', "c": 'did "Order Completed"'}

    query = sizes_query([bind(parse(text), DEFINITIONS) for text in texts.values()], NOW)

    # Two fields, and one atom of the orders with two ranges of their number.
    assert query.sql.count("FROM traits") == 2
    assert query.sql.count("FROM events") == 1
    assert query.sql.count("(held0 & ?)") == 2


def test_however_many_tests_of_one_number_each_is_its_own() -> None:
    # Of each person one order more than of the one before; a number has 60 bits, and these are more.
    orders = [(n, m) for n in range(1, 25) for m in range(n)]
    history = [stored(100 * n + m, f"{n:02}", "Order Completed", START - m * MINUTE, {}) for n, m in orders]
    history.insert(0, stored(1, "00", "Product Viewed", START, {}))
    tests = {"exactly": int.__eq__, "at least": int.__ge__, "fewer than": int.__lt__, "at most": int.__le__}
    numbers = {
        f'did "Order Completed" {words} {n} times': [k for k in range(25) if test(k, n)]
        for words, test in tests.items()
        for n in range(25)
    }
    several = {"!= 3": {*range(25)} - {3}, "not in (0, 3, 4)": {*range(25)} - {0, 3, 4}, "in (2, 24, 30)": {2, 24}}
    numbers |= {f'count("Order Completed") {test}': sorted(passing) for test, passing in several.items()}
    numbers |= {f'minutes since first "Order Completed" > {n}': [*range(n + 2, 25)] for n in range(24)}
    wanted = {text: [f"{k:02}" for k in people] for text, people in numbers.items()}
    conditions = {text: bind(parse(text), DEFINITIONS) for text in wanted}
    with tables_of(history) as tables:
        found = members_of_each(conditions, tables, NOW)

    assert {text: sorted(people) for text, people in found.items()} == wanted


def test_atoms_that_ask_for_a_value_of_a_property_are_one_pass_and_all_others_another() -> None:
    texts = ["total = 3", "total = 4", 'coupon = "a"', "total > 3", "(total = 3 and gift = true)"]
    conditions = [bind(parse(f'did "Order Completed" where {text}'), DEFINITIONS) for text in texts]

    query = sizes_query([*conditions, bind(parse('did "Product Viewed"'), DEFINITIONS)], NOW)

    assert query.sql.count("FROM events") == 3
    assert query.sql.count('e."num:total" = a.asks') == 1
    assert query.sql.count('e."text:coupon" = a.asks') == 1
    assert query.sql.count("CASE a.asks WHEN") == 1


def test_only_those_seen_by_then_are_asked_for_where_nothing_has_to_be_known() -> None:
    for text, some in {'did not "Order Completed"': False, 'did "Order Completed" or vip = true': True}.items():
        assert ("first_at" in as_query(bind(parse(text), DEFINITIONS), NOW).sql) is not some


def test_measures_of_the_same_events_are_found_in_one_scan() -> None:
    text = 'did "Order Completed" more than 3 times and max("Order Completed".total) > 3 and vip = true'

    assert as_query(bind(parse(text), DEFINITIONS), NOW).sql.count("FROM events") == 1


def test_the_average_of_the_largest_numbers_does_not_overflow() -> None:
    largest = {"total": 9_000_000_000_000}
    history = [stored(n, "a", "Order Completed", NOW, dict(largest)) for n in range(1, 4)]
    condition = bind(parse('average("Order Completed".total) = 9000000000000'), DEFINITIONS)
    with tables_of(history) as tables:
        assert members(condition, tables, NOW) == ["a"]


def test_a_filter_of_items_alone() -> None:
    scope = bind_scope(
        parse_scope('"Order Completed" where (products.price > 2 and not products.sku = "a")'), DEFINITIONS
    )
    assert scope.where is not None

    query = item_filter(scope.where)

    assert query.sql == '(i."num:price" > ? AND NOT COALESCE(i."text:sku" = ?, FALSE))'
    assert query.values == (2_000_000, "a")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ('did "Trial Started" where plan = "pro"', ["a"]),
        ('did "Trial Started" where Plan = "pro"', ["b"]),
        ('did "Trial Started" where paid = true', ["a"]),
        ('did "Trial Started" where paid is missing', ["c"]),
        ('sum("Trial Started".seats.count) >= 2', ["a"]),
        ('did "Trial Started" where add_ons.name = "sso"', ["c"]),
        ("beta = true", ["b"]),
        ("not beta = true", ["a", "c"]),
    ],
)
def test_what_no_plan_speaks_of_can_be_asked_once_it_was_seen(text: str, people: list[str]) -> None:
    started: list[Props] = [
        {"plan": "pro", "paid": True, "seats": {"count": 2}},
        {"Plan": "pro", "paid": False, "seats": {"count": 1.5}},
        {"plan": "Pro", "add_ons": [{"name": "sso"}, {"name": 7}]},
    ]
    history = [
        stored(n, person, "Trial Started", NOW, props)
        for n, (person, props) in enumerate(zip("abc", started, strict=True), 1)
    ]
    history.append(stored(4, "b", "Profile Updated", NOW, {"beta": True}))
    with tables_of(history) as tables:
        catalogue = CATALOGUE.widened(tables.observed())
        condition = bind(parse(text), replace(DEFINITIONS, catalogue=catalogue))

        assert members(condition, tables, NOW) == people
    assert [person for person in "abc" if judge(condition, facts(of(person, history), NOW)).holds] == people


def of(person: str, history: list[Stored]) -> list[Stored]:
    return [one for one in history if one.person == person]
