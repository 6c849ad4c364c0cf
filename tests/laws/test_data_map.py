"""G9: nothing is kept anywhere that the data map does not name; what is personal is found, exported and erased."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from envoi.adapters.database import open_database
from envoi.adapters.postgres import Postgres
from envoi.adapters.privacy.sql import PostgresSql, SqliteSql
from envoi.clock import Instant
from envoi.hosts.folder import state_folder
from envoi.hosts.live.key import write_key
from envoi.hosts.local import open_project
from envoi.hosts.privacy.erasing import erase
from envoi.hosts.privacy.reach import reached
from envoi.people.privacy.data_map import MAP, WITHIN, Where, page, place_of
from tests.hosts.privacy.used import ADA, make
from tests.laws.sources import ROOT
from tests.postgres import empty


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which everything was used, an erasure too."""
    root = make(tmp_path_factory.mktemp("used"))
    write_key(root)
    erase(root, [ADA], because="", by="ann")
    with open_project(root):
        return root


def unnamed(where: Where, names: list[str]) -> list[str]:
    """Those that the map does not have."""
    return [name for name in names if place_of(where, name) is None]


@pytest.mark.parametrize(
    ("name", "where"), [("envoi.sqlite", Where.DATABASE), ("people.sqlite", Where.PROFILES)], ids=["log", "profiles"]
)
def test_each_table_of_sqlite_is_named(used: Path, name: str, where: Where) -> None:
    with closing(open_database(state_folder(used) / name)) as connection:
        tables = SqliteSql(connection).tables()
    assert tables
    assert unnamed(where, tables) == []


def test_each_table_of_history_is_named(used: Path) -> None:
    with closing(duckdb.connect(state_folder(used) / "history.duckdb", read_only=True)) as connection:
        tables = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    assert tables
    assert unnamed(Where.HISTORY, tables) == []


def test_each_table_of_postgres_is_named(tmp_path: Path) -> None:
    url = empty()
    make(tmp_path, store_url=url)
    with closing(Postgres(url)) as database:
        tables = PostgresSql(database).tables()
    assert "ledger" in tables
    assert [name for name in unnamed(Where.DATABASE, tables) if place_of(Where.PROFILES, name) is None] == []


def test_each_file_is_named(used: Path) -> None:
    state = state_folder(used)
    files = [path.relative_to(state).as_posix() for path in state.rglob("*") if path.is_file()]
    assert len(files) > 8
    assert unnamed(Where.FILES, files) == []


def test_what_is_personal_is_reached(used: Path) -> None:
    with reached(used) as reach:
        stores = reach.stores(salt=b"", now=Instant(0))
    named = {each.store for each in MAP if each.store}
    assert {WITHIN.get(name, name) for name in stores} == named
    # The last place to name anybody is the one that says whom to erase.
    assert {each.name for each in MAP if each.is_personal and not each.store} == {"erasing.json"}
    assert all(each.erased and each.exported for each in MAP if each.is_personal)


def test_the_law_sees_what_is_not_named() -> None:
    assert unnamed(Where.DATABASE, ["events", "diaries"]) == ["diaries"]
    assert unnamed(Where.FILES, ["mail/1.eml", "history.duckdb.wal", "diary/1.txt", "notes"]) == [
        "diary/1.txt",
        "notes",
    ]


def test_the_page_is_what_the_map_says() -> None:
    text = (ROOT / "docs" / "reference" / "data-map.md").read_text(encoding="utf-8")
    assert text.partition("<!-- map -->\n")[2].strip() == page().strip()
