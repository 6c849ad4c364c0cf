"""Who is behind each number of what became of a campaign's mails; the lists add up to the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.event import ENVOI, Event, Name, PersonId, Stored, Value
from envoi.messages.links import PIXEL, Link
from envoi.messages.track import Hit, as_event
from envoi.reports.engagement import engagement
from envoi.reports.paging import Page
from envoi.reports.responses import Answered, Asked, Did, respondents, responses

if TYPE_CHECKING:
    from collections.abc import Iterator

SALE, MORE = "https://a.example/", "https://b.example/"


@pytest.fixture
def tables() -> Iterator[DuckTables]:
    made = DuckTables(None, Catalogue(events={}, traits={}))
    yield made
    made.close()


def hit(number: int, campaign: str, person: str, url: str, machine: str = "") -> Stored:
    link = Link(id=f"{campaign}{url}", campaign=campaign, url=url)
    found = Hit(id=str(number), decision="d", link=link, at=Instant(number))
    event = as_event(found, PersonId(person), message_id=person, machine=machine)
    return Stored(seq=number, person=PersonId(person), event=event)


def told(number: int, name: Name, person: str, **props: Value) -> Stored:
    at = Instant(number)
    props = {"campaign": "weekly", **props}
    event = Event(id=str(number), source=ENVOI, name=name, keys={"user_id": person}, at=at, seen_at=at, props=props)
    return Stored(seq=number, person=PersonId(person), event=event)


READ = [
    hit(1, "weekly", "ada", PIXEL),
    hit(2, "weekly", "ada", PIXEL),
    hit(3, "weekly", "bea", PIXEL, "a proxy"),
    hit(4, "weekly", "ada", SALE),
    hit(5, "weekly", "bea", SALE),
    hit(6, "weekly", "bea", SALE, "a robot"),
    hit(7, "weekly", "cas", MORE, "a robot"),
    hit(8, "spring", "dan", SALE),
]


def who(tables: DuckTables, asked: Asked, *, page: Page = Page()) -> list[tuple[str, int]]:  # noqa: B008 - it is frozen
    return [(one.person, one.times) for one in respondents(tables, "weekly", asked, page=page).shown]


def test_each_number_of_openings_and_clicks_has_its_people(tables: DuckTables) -> None:
    tables.write(READ)
    assert who(tables, Asked(did=Did.OPENED, by_machine=False)) == [("ada", 2)]
    assert who(tables, Asked(did=Did.OPENED, by_machine=True)) == [("bea", 1)]
    assert who(tables, Asked(did=Did.CLICKED)) == [("cas", 1), ("bea", 2), ("ada", 1)]
    assert who(tables, Asked(did=Did.CLICKED, by_machine=False, url=SALE)) == [("bea", 1), ("ada", 1)]
    assert who(tables, Asked(did=Did.CLICKED, by_machine=False, url=MORE)) == []
    assert who(tables, Asked(did=Did.READ, by_machine=True, why="a robot")) == [("cas", 1), ("bea", 1)]
    read = engagement(tables, "weekly")
    assert read is not None
    for did, counted in ((Did.OPENED, read.opens), (Did.CLICKED, read.clicks)):
        asked = respondents(tables, "weekly", Asked(did=did), page=Page())
        assert (asked.times, asked.people) == (counted.hits, counted.reached)
        people = respondents(tables, "weekly", Asked(did=did, by_machine=False), page=Page())
        assert (people.people, people.times) == (counted.people, counted.hits - counted.machines)


def test_a_long_list_comes_page_by_page(tables: DuckTables) -> None:
    tables.write([hit(number, "weekly", f"p{number:02}", PIXEL) for number in range(1, 26)])
    pages = [who(tables, Asked(did=Did.OPENED), page=Page(number, size=10)) for number in (1, 2, 3, 4)]
    assert [len(one) for one in pages] == [10, 10, 5, 0]
    assert [person for one in pages for person, _ in one] == [f"p{number:02}" for number in range(25, 0, -1)]


def test_what_servers_and_people_answered_is_counted_by_kind(tables: DuckTables) -> None:
    tables.write(
        [
            told(1, Name.EMAIL_DELIVERED, "ada"),
            told(2, Name.EMAIL_BOUNCED, "bea", kind="hard"),
            told(3, Name.EMAIL_BOUNCED, "cas", kind="soft"),
            told(4, Name.EMAIL_BOUNCED, "cas", kind="soft"),
            told(5, Name.EMAIL_COMPLAINED, "ada"),
            told(6, Name.EMAIL_DELIVERED, "eve", campaign="spring"),
            told(7, Name.CONSENT_CHANGED, "bea", purpose="newsletter", granted=False),
            told(8, Name.CONSENT_CHANGED, "cas", purpose="newsletter", granted=True),
            told(9, Name.CONSENT_CHANGED, "eve", purpose="newsletter", granted=False, campaign="spring"),
        ]
    )
    assert responses(tables, "weekly") == [
        Answered(did=Did.DELIVERED, kind="", people=1, times=1),
        Answered(did=Did.BOUNCED, kind="hard", people=1, times=1),
        Answered(did=Did.BOUNCED, kind="soft", people=1, times=2),
        Answered(did=Did.COMPLAINED, kind="", people=1, times=1),
        Answered(did=Did.UNSUBSCRIBED, kind="", people=1, times=1),
    ]
    assert who(tables, Asked(did=Did.UNSUBSCRIBED)) == [("bea", 1)]
    assert who(tables, Asked(did=Did.BOUNCED, kind="soft")) == [("cas", 2)]
    assert who(tables, Asked(did=Did.DEFERRED)) == []


def test_where_nothing_came_back_there_is_nothing_to_tell(tables: DuckTables) -> None:
    assert responses(tables, "weekly") == []
    assert who(tables, Asked(did=Did.OPENED)) == []
    tables.write([hit(1, "spring", "ada", PIXEL)])
    assert who(tables, Asked(did=Did.OPENED)) == []
    assert who(tables, Asked(did=Did.CLICKED, url=SALE)) == []
