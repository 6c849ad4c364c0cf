"""A condition before it is kept: counted, compared with the one that is, and doubted where that is due."""

from __future__ import annotations

import pytest

from envoi.adapters.tables.duckdb import DuckTables
from envoi.conditions import bind, parse
from envoi.events.event import PersonId
from envoi.flow import Stores
from envoi.reports import sample
from envoi.reports.draft import Draft, doubts, examined, rough
from envoi.reports.sample import Count
from envoi.reports.segment import Overlap
from tests.reports.corner import DAY, NOW, project, stores, visit

SEGMENTS = {"Week": 'did "Visit" in the last 7 days', "Rich": 'did "Visit" where spent > 90', "None": "age > 1"}


@pytest.fixture(scope="module")
def shop() -> Stores:
    return stores([visit(n, NOW - n % 20 * DAY, spent=n) for n in range(100)])


def draft(shop: Stores, text: str, name: str = "") -> Draft:
    made = project(**SEGMENTS)
    return examined(bind(parse(text), made.definitions), made, shop, at=NOW, name=name)


def test_an_edit_says_who_enters_and_who_leaves(shop: Stores) -> None:
    found = draft(shop, 'did "Visit" where spent >= 1 in the last 8 days', "Week")
    # Eight days of twenty, five people each, without the one who spent nothing; new is the eighth day.
    assert (found.count, found.everyone) == (Count(people=39), 100)
    assert found.enter is not None
    assert found.leave is not None
    assert (found.enter.people, [one.person for one in found.enter.shown]) == (5, ["7", "27", "47", "67", "87"])
    assert (found.leave.people, [one.person for one in found.leave.shown]) == (1, [PersonId("0")])
    assert [one.person for one in found.shown] == ["1", "2", "3", "4", "5"]
    # Of those who spent more than 90, the ones who came in these eight days: 91 to 99 lie 11 to 19 days back.
    assert found.overlaps == []


def test_a_new_one_moves_nobody(shop: Stores) -> None:
    found = draft(shop, "age is missing")
    assert (found.enter, found.leave) == (None, None)
    assert found.overlaps == [Overlap(segment="Week", people=35), Overlap(segment="Rich", people=9)]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("age > 3", ["Nobody is in it now"]),
        ("age is missing", ["Everybody is in it: it tells nobody from anybody"]),
        (
            'did "Visit" in the last 3 days',
            [
                "Fewer than 50 people: too few to measure what a mail to them does",
                "100 % of them are in Week too",
            ],
        ),
        ('did "Visit" where spent >= 40', []),
    ],
)
def test_what_is_worth_a_thought(shop: Stores, text: str, doubt: list[str]) -> None:
    assert doubts(draft(shop, text)) == doubt


def test_of_many_people_a_sample_is_asked_first(shop: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "SMALL", 10)
    monkeypatch.setattr(sample, "SIZE", 50)
    made = project(**SEGMENTS)
    found = rough(bind(parse('did "Visit"'), made.definitions), shop, at=NOW)
    assert not found.count.is_exact
    assert (found.count.people, found.everyone) == (100, 100)
    # A rough number raises no doubt, and names nobody.
    assert (doubts(found), found.shown) == ([], ())


def test_history_without_anybody_raises_no_doubt() -> None:
    assert doubts(draft(stores([]), "age > 3")) == []
    assert isinstance(stores([]).tables, DuckTables)
