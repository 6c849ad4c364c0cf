"""A sample is the same question to some of the people: always the same ones, and nobody else's events."""

from __future__ import annotations

import pytest

from envoi.conditions import bind, parse
from envoi.conditions.tables import as_query
from envoi.events.event import Name
from envoi.flow import Stores
from envoi.reports import sample
from envoi.reports.sample import Count, estimated, sampled, share_of
from envoi.segments.batch import count
from envoi.tables import Query
from tests.reports.corner import DAY, NOW, happened, project, stores, visit

PEOPLE = 2_000
CONDITIONS = [
    'did "Visit" in the last 10 days',
    'not did "Visit" where items.fresh = true',
    'sum("Visit".spent) > 20 or tier = "gold"',
    'did not "Visit" in the last 5 days and tier is missing',
    "age > 3",
]


@pytest.fixture(scope="module")
def shop() -> Stores:
    visits = [
        visit(n, NOW - n % 30 * DAY, spent=n % 50, items=[{"name": "milk", "fresh": n % 2 == 0}]) for n in range(PEOPLE)
    ]
    tiers = [happened(n, Name.PROFILE_UPDATED, NOW - DAY, {"tier": "gold"}) for n in range(0, PEOPLE, 3)]
    return stores([*visits, *tiers])


def ids(shop: Stores, query: Query) -> set[str]:
    return set(shop.tables.query(query).column("id").to_pylist())


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_sample_answers_for_its_people_as_everybody_would(shop: Stores, text: str) -> None:
    query = as_query(bind(parse(text), project().definitions), NOW)
    drawn = ids(shop, sampled(Query("SELECT id FROM people"), 0.1))
    assert ids(shop, sampled(query, 0.1)) == ids(shop, query) & drawn


def test_of_all_people_about_the_share_is_drawn_and_more_hold_fewer(shop: Stores) -> None:
    some, more = (ids(shop, sampled(Query("SELECT id FROM people"), share)) for share in (0.1, 0.2))
    assert some < more
    assert 0.08 < len(some) / PEOPLE < 0.12


@pytest.mark.parametrize("text", CONDITIONS)
def test_the_margin_holds_the_exact_number(shop: Stores, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "SMALL", 100)
    monkeypatch.setattr(sample, "SIZE", 400)
    bound = bind(parse(text), project().definitions)
    about = estimated(bound, shop.tables, NOW, everyone=PEOPLE)
    assert not about.is_exact
    assert 350 < about.sample < 450
    assert abs(about.people - count(bound, shop.tables, NOW)) <= about.margin
    assert 0 < about.margin < PEOPLE / 8


def test_of_few_people_everybody_is_asked(shop: Stores) -> None:
    bound = bind(parse('did "Visit" where spent = 7'), project().definitions)
    assert estimated(bound, shop.tables, NOW, everyone=PEOPLE) == Count(people=40)
    query = Query("SELECT 1")
    assert sampled(query, share_of(PEOPLE)) is query
