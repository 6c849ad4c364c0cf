"""Who is in a segment, page by page, and what it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import Project, load
from envoi.clock import Instant, parse_instant
from envoi.errors import NotFound
from envoi.events.event import Event, PersonId
from envoi.events.port import Batch
from envoi.flow import Stores, on_events
from envoi.reports.paging import Page
from envoi.reports.segment import Overlap, overlaps, people_in

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = parse_instant("2024-05-01T09:00:00Z")
DAY = 86_400_000_000
FILES = {
    "envoi.toml": """
name = "Corner"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
""",
    "events/plan.toml": 'events."Visit".properties = {}',
    "segments/a.toml": """name = "Once"\ncondition = 'did "Visit"'""",
    "segments/b.toml": """name = "Twice"\ncondition = 'did "Visit" at least 2 times'""",
    "segments/c.toml": """name = "Never"\ncondition = 'did not "Visit"'""",
}


@pytest.fixture(scope="module")
def project() -> Project:
    return load(FILES)


@pytest.fixture(scope="module")
def stores(project: Project) -> Stores:
    ledger, log = MemoryLedger(), MemoryEventLog()
    tables = DuckTables(None, project.definitions.catalogue)
    made = Stores(log=log, archive=log, people=MemoryProfileStore(), tables=tables, ledger=ledger, statement=ledger)
    list(on_events(made, [Batch(events=_visits([1, 2, 2, 1, 0, 1, 1, 2, 1, 1, 1]))]))
    return made


def _visits(times: Sequence[int]) -> list[tuple[PersonId, Event]]:
    """Person n came as often as the n-th number says, and was born in any case."""
    return [
        (
            PersonId(str(person)),
            Event(
                id=f"{person}/{visit}",
                source="t",
                name="Visit" if visit else "Born",
                keys={"user_id": str(person)},
                at=Instant(NOW - (visit + 1) * DAY),
                seen_at=NOW,
            ),
        )
        for person, often in enumerate(times)
        for visit in range(often + 1)
    ]


def test_people_come_in_pages_numbers_in_their_order(stores: Stores, project: Project) -> None:
    pages = [people_in(project, stores, "Once", at=NOW, page=Page(number, size=6)) for number in (1, 2, 3)]
    assert [[one.person for one in page.shown] for page in pages] == [
        ["0", "1", "2", "3", "5", "6"],
        ["7", "8", "9", "10"],
        [],
    ]
    assert {page.total for page in pages} == {10}


def test_overlaps_count_who_is_in_both(stores: Stores, project: Project) -> None:
    assert overlaps(project, stores.tables, "Once", at=NOW) == [
        Overlap(segment="Twice", people=3),
        Overlap(segment="Never", people=0),
    ]


def test_a_segment_that_is_not_there_is_not_found(stores: Stores, project: Project) -> None:
    with pytest.raises(NotFound, match="no segment 'Thrice'"):
        people_in(project, stores, "Thrice", at=NOW, page=Page())
    with pytest.raises(NotFound):
        overlaps(project, stores.tables, "Thrice", at=NOW)
