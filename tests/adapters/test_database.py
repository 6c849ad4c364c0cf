"""The project's SQLite file opens durable, refuses what is newer or broken, and says in our words what went wrong."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters import database
from envoi.adapters.database import create, open_database, transaction
from envoi.adapters.migrations import SCHEMA
from envoi.errors import NotFound, StoreBusy, StoreFailed

TABLE = "CREATE TABLE IF NOT EXISTS notes (note TEXT) STRICT"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a folder?#%" / "envoi.sqlite"


@pytest.fixture
def connection(path: Path) -> sqlite3.Connection:
    path.parent.mkdir()
    connection = open_database(path)
    create(connection, TABLE)
    return connection


def notes(connection: sqlite3.Connection) -> list[str]:
    return [note for (note,) in connection.execute("SELECT note FROM notes ORDER BY rowid")]


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_commit_waits_for_the_disk(connection: sqlite3.Connection) -> None:
    with closing(connection):
        full = 2
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == full
        assert pragma(connection, "foreign_keys") == 1
        assert pragma(connection, "user_version") == SCHEMA


def test_a_cache_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    normal = 1
    with closing(open_database(tmp_path / "cache.sqlite", is_cache=True)) as connection:
        assert pragma(connection, "journal_mode") == "wal"
        assert pragma(connection, "synchronous") == normal


def test_a_file_of_version_one_loses_the_profiles_that_are_folded_anew(
    connection: sqlite3.Connection, path: Path
) -> None:
    with closing(connection):
        connection.execute("CREATE TABLE people (person TEXT)")
        connection.execute("INSERT INTO notes VALUES ('stays')")
        connection.execute("PRAGMA user_version = 1")
    for _ in range(2):
        with closing(open_database(path)) as upgraded:
            assert pragma(upgraded, "user_version") == SCHEMA
            tables = upgraded.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            assert ("people",) not in tables
            assert notes(upgraded) == ["stays"]


def test_a_transaction_is_whole_or_not_at_all(connection: sqlite3.Connection) -> None:
    def add_and_fail() -> None:
        with transaction(connection):
            connection.execute("INSERT INTO notes VALUES ('half')")
            raise KeyboardInterrupt

    with closing(connection):
        with transaction(connection):
            connection.execute("INSERT INTO notes VALUES ('one')")
            connection.execute("INSERT INTO notes VALUES ('two')")
        with pytest.raises(KeyboardInterrupt):
            add_and_fail()
        assert notes(connection) == ["one", "two"]
        assert not connection.in_transaction


def test_a_transaction_within_another_is_part_of_it(connection: sqlite3.Connection) -> None:
    def add_two_and_fail() -> None:
        with transaction(connection):
            with transaction(connection):
                connection.execute("INSERT INTO notes VALUES ('inner')")
            connection.execute("INSERT INTO notes VALUES ('outer')")
            raise KeyboardInterrupt

    with closing(connection):
        with pytest.raises(KeyboardInterrupt):
            add_two_and_fail()
        assert notes(connection) == []
        with transaction(connection):
            with transaction(connection):
                connection.execute("INSERT INTO notes VALUES ('inner')")
            assert connection.in_transaction
        assert notes(connection) == ["inner"]


def test_a_fault_in_our_own_sql_is_no_fault_of_the_store(connection: sqlite3.Connection) -> None:
    with closing(connection), pytest.raises(sqlite3.OperationalError, match="no such table"), transaction(connection):
        connection.execute("INSERT INTO nowhere VALUES (1)")


def test_two_writers_at_once_are_told_to_wait(
    connection: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.01)
    with closing(connection), closing(open_database(path)) as other, transaction(connection):
        connection.execute("INSERT INTO notes VALUES ('first')")
        with pytest.raises(StoreBusy, match="another process") as caught, transaction(other):
            pass
        assert caught.value.retry
        assert notes(other) == []


def test_a_reader_sees_what_was_committed_and_changes_nothing(connection: sqlite3.Connection, path: Path) -> None:
    with closing(connection), closing(open_database(path, read_only=True)) as reader:
        with transaction(connection):
            connection.execute("INSERT INTO notes VALUES ('one')")
            assert notes(reader) == []
        assert notes(reader) == ["one"]
        create(reader, "CREATE TABLE IF NOT EXISTS more (note TEXT)")
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            reader.execute("SELECT * FROM more")
        with pytest.raises(StoreFailed, match="cannot be written"), transaction(reader):
            reader.execute("INSERT INTO notes VALUES ('two')")


def test_a_reader_needs_a_file(path: Path) -> None:
    with pytest.raises(NotFound, match=r"envoi\.sqlite"):
        open_database(path, read_only=True)
    assert not path.exists()


def test_a_file_in_no_folder_is_refused(path: Path) -> None:
    with pytest.raises(StoreFailed, match="cannot be opened"):
        open_database(path)


def test_a_file_of_a_newer_version_is_left_alone(connection: sqlite3.Connection, path: Path) -> None:
    with closing(connection):
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(StoreFailed, match=f"version {SCHEMA + 1}.*newer Envoi"):
        open_database(path)
    with pytest.raises(StoreFailed, match=f"version {SCHEMA + 1}"):
        open_database(path, read_only=True)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreFailed, match="no database"):
        open_database(path)
    assert path.read_text().startswith("Dear diary")


def test_another_thread_may_use_it_only_if_asked_for() -> None:
    with ThreadPoolExecutor(1) as pool:
        with closing(open_database(None)) as connection, pytest.raises(sqlite3.ProgrammingError, match="thread"):
            pool.submit(connection.execute, "SELECT 1").result()
        with closing(open_database(None, any_thread=True)) as connection:
            assert pool.submit(connection.execute, "SELECT 1").result().fetchone() == (1,)


def test_many_that_make_the_same_file_at_once_all_get_it(tmp_path: Path) -> None:
    def opened(number: int) -> object:
        with closing(open_database(tmp_path / f"{number // 8}.sqlite")) as connection:
            create(connection, TABLE)
            return pragma(connection, "journal_mode")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(opened, range(80))) == {"wal"}
