"""A full disk is said in plain words, stores nothing by halves, and is over when there is room again."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.tables.duckdb import DuckTables
from envoi.errors import StoreFailed
from envoi.events.catalogue import Catalogue
from envoi.events.port import Batch, Mark
from envoi.tables import Query
from tests.contracts.happenings import Happening, happening, rejected, stored

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = 500


class Disk:
    """A disk of a few megabytes at `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, megabytes: int, *, first: bool = False) -> bool:
        options = f"{'' if first else 'remount,'}size={megabytes}m"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    small = Disk(tmp_path)
    if os.geteuid() != 0 or not small.resize(3, first=True):
        pytest.skip("needs the right to mount a small disk: run as root")
    yield small
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def batch(number: int) -> list[Happening]:
    ids = range(number * SIZE, (number + 1) * SIZE)
    return [happening(each, f"p{each}", props={"text": f"{each * 7_919:x}" * 20}) for each in ids]


def batch_of(number: int) -> Batch:
    return Batch(events=batch(number), rejected=[rejected(str(number))], mark=Mark(name="m", position=number + 1))


def fill(store: SqliteEventLog | DuckTables) -> None:
    for number in range(100):
        if isinstance(store, SqliteEventLog):
            store.append(batch_of(number))
        else:
            store.write(stored(*batch(number), after=number * SIZE))


def test_the_log_on_a_full_disk_keeps_whole_batches_and_goes_on(disk: Disk) -> None:
    with closing(open_database(disk.folder / "envoi.sqlite")) as connection:
        log = SqliteEventLog(connection)
        with pytest.raises(StoreFailed, match=r"disk is full.*make room"):
            fill(log)
        whole = log.position("m")
        assert whole > 1
        assert log.position() == len(list(log.read())) == whole * SIZE
        assert len(list(log.set_aside())) == whole
        assert disk.resize(64)
        assert len(log.append(batch_of(whole))) == SIZE
        assert log.position("m") == whole + 1


def test_history_on_a_full_disk_keeps_whole_batches_and_goes_on(disk: Disk) -> None:
    path = disk.folder / "history.duckdb"
    with closing(DuckTables(path, Catalogue())) as tables:
        with pytest.raises(StoreFailed, match=r"No space left on device.*make room"):
            fill(tables)
        head = tables.head()
        assert head > SIZE
        assert disk.resize(64)
        tables.write(stored(*batch(head // SIZE), after=head))
    with closing(DuckTables(path, Catalogue())) as tables:
        assert tables.head() == head + SIZE
        (row,) = tables.query(Query("SELECT count(*) AS held, count(DISTINCT seq) AS apart FROM events")).to_pylist()
        assert row == {"held": head + SIZE, "apart": head + SIZE}
