"""What every link table promises: what was added is found, by its id alone, and never becomes another."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.memory_links import MemoryLinkTable
from envoi.adapters.messages.postgres_links import PostgresLinkTable
from envoi.adapters.messages.sqlite_links import SqliteLinkTable
from envoi.messages.links import PIXEL, Link
from tests.postgres import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.port import LinkTable

LINKS = [
    Link(id="a", campaign="weekly", url="https://shop.example/?q='x'; DROP TABLE links"),
    Link(id="b", campaign="Frühling & Co", url=PIXEL),
]


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def table(request: pytest.FixtureRequest) -> Iterator[LinkTable]:
    if request.param == "memory":
        yield MemoryLinkTable()
    elif request.param == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteLinkTable(connection)
    else:
        with fresh() as database:
            yield PostgresLinkTable(database)


def test_what_was_added_is_found(table: LinkTable) -> None:
    table.add(LINKS)
    assert [table.find(link.id) for link in LINKS] == LINKS


@pytest.mark.parametrize("name", ["", "A", "c", "a' OR '1'='1", "\0"])
def test_another_id_finds_nothing(table: LinkTable, name: str) -> None:
    table.add(LINKS)
    assert table.find(name) is None


def test_a_link_that_is_there_stays_as_it_is(table: LinkTable) -> None:
    table.add(LINKS)
    table.add([Link(id="a", campaign="spring", url="https://evil.example/"), Link(id="c", campaign="x", url="y")])
    assert table.find("a") == LINKS[0]
    assert table.find("c") == Link(id="c", campaign="x", url="y")


def test_adding_nothing_is_nothing(table: LinkTable) -> None:
    table.add([])
    assert table.find("a") is None
