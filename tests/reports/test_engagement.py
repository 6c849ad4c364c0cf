"""How a campaign was read: machines are counted, and kept apart from people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.event import PersonId, Stored
from envoi.messages.links import PIXEL, Link
from envoi.messages.track import Hit, as_event
from envoi.reports.answers import Engagement, Hits, LinkHits
from envoi.reports.engagement import engagement

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def tables() -> Iterator[DuckTables]:
    made = DuckTables(None, Catalogue(events={}, traits={}))
    yield made
    made.close()


def stored(*hits: tuple[str, str, str, str]) -> list[Stored]:
    """Hits as (campaign, person, url, why it is a machine)."""
    found = []
    for number, (campaign, person, url, machine) in enumerate(hits, start=1):
        link = Link(id=f"{campaign}{url}", campaign=campaign, url=url)
        hit = Hit(id=str(number), decision="d", link=link, at=Instant(number))
        event = as_event(hit, PersonId(person), message_id=person, machine=machine)
        found.append(Stored(seq=number, person=PersonId(person), event=event))
    return found


def test_raw_and_filtered_counts_stand_side_by_side(tables: DuckTables) -> None:
    tables.write(
        stored(
            ("weekly", "ada", PIXEL, ""),
            ("weekly", "ada", PIXEL, ""),
            ("weekly", "bea", PIXEL, "Gmail's image proxy"),
            ("weekly", "ada", "https://a.example/", ""),
            ("weekly", "bea", "https://a.example/", ""),
            ("weekly", "bea", "https://a.example/", "a robot"),
            ("weekly", "cas", "https://b.example/", "a robot"),
            ("spring", "ada", "https://a.example/", ""),
        )
    )
    assert engagement(tables, "weekly") == Engagement(
        # ada twice, and a proxy for bea.
        opens=Hits(hits=3, machines=1, people=1, reached=2),
        # ada and bea; a robot at bea's and cas's.
        clicks=Hits(hits=4, machines=2, people=2, reached=3),
        links=[
            LinkHits(url="https://a.example/", hits=3, machines=1, people=2, reached=2),
            LinkHits(url="https://b.example/", hits=1, machines=1, people=0, reached=1),
        ],
        machines={"a robot": 2, "Gmail's image proxy": 1},
    )


def test_where_nobody_was_counted_there_is_nothing_to_tell(tables: DuckTables) -> None:
    assert engagement(tables, "weekly") is None
    tables.write(stored(("spring", "ada", PIXEL, "")))
    assert engagement(tables, "weekly") is None


def test_openings_alone_are_told_too(tables: DuckTables) -> None:
    tables.write(stored(("weekly", "ada", PIXEL, "")))
    read = engagement(tables, "weekly")
    assert read is not None
    assert (read.opens.people, read.clicks.hits, read.links, read.machines) == (1, 0, [], {})
