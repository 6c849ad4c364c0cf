"""The write-ahead log stays short under load, and has its full length from the start."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters import checkpoints
from envoi.adapters.checkpoints import Checkpoints, make_room
from envoi.adapters.database import open_database, transaction

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """So short, and looked at so often, that a test can fill it."""
    monkeypatch.setattr(checkpoints, "EVERY_S", 0.001)
    monkeypatch.setattr(checkpoints, "MOST_BYTES", 1 * MEGABYTE)
    monkeypatch.setattr(checkpoints, "ROOM_BYTES", 2 * MEGABYTE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with a table, and nobody at it."""
    made = tmp_path / "test.sqlite"
    with closing(open_database(made)) as connection:
        connection.execute("CREATE TABLE noise (bytes BLOB)")
    return made


@pytest.fixture
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    make_room(path)
    with closing(open_database(path)) as connection:
        yield connection


def log_of(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def write(connection: sqlite3.Connection, megabytes: int) -> None:
    for _ in range(16 * megabytes):
        with transaction(connection):
            connection.execute("INSERT INTO noise VALUES (?)", [os.urandom(MEGABYTE >> 4)])


def test_it_is_written_from_its_beginning_again(path: Path, writing: sqlite3.Connection) -> None:
    kept = Checkpoints(path, writing)
    kept.start()
    try:
        for _ in range(30):
            write(writing, 1)
            while not kept.is_long:
                pass
            kept.begin_anew()
    finally:
        kept.stop()
    assert log_of(path).stat().st_size < 4 * MEGABYTE
    assert writing.execute("SELECT COUNT(*) FROM noise").fetchone() == (480,)


def test_who_reads_an_earlier_state_is_waited_for_without_harm(path: Path, writing: sqlite3.Connection) -> None:
    write(writing, 1)
    kept = Checkpoints(path, writing)
    with closing(open_database(path, read_only=True)) as reading:
        reading.execute("BEGIN")
        assert reading.execute("SELECT COUNT(*) FROM noise").fetchone() == (16,)
        kept.start()
        try:
            write(writing, 3)
            kept.begin_anew()
            assert reading.execute("SELECT COUNT(*) FROM noise").fetchone() == (16,)
        finally:
            kept.stop()
    assert writing.execute("SELECT COUNT(*) FROM noise").fetchone() == (64,)


def test_it_has_its_full_length_from_the_start_and_is_empty(path: Path, writing: sqlite3.Connection) -> None:
    assert log_of(path).stat().st_size == 2 * MEGABYTE
    assert writing.execute("SELECT COUNT(*) FROM noise").fetchone() == (0,)
    write(writing, 1)
    assert log_of(path).stat().st_size == 2 * MEGABYTE


def test_a_log_that_is_there_is_left_alone(path: Path, writing: sqlite3.Connection) -> None:
    write(writing, 1)
    before = log_of(path).read_bytes()
    make_room(path)
    assert log_of(path).read_bytes() == before
    assert [each.name for each in path.parent.iterdir() if "sqlite-wal." in each.name] == []


def test_without_a_database_there_is_nothing_to_make_room_for(tmp_path: Path) -> None:
    make_room(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []
