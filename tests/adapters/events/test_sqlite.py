"""The log in SQLite survives its process, and a second process reads it while it grows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters import database
from envoi.adapters.database import open_database, transaction
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.errors import StoreBusy
from envoi.events.port import Batch, Mark
from tests.contracts.happenings import happening, rejected, stored

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_appended_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    with closing(open_database(path)) as connection:
        batch = Batch(events=[happening(1)], rejected=[rejected("line 2")], mark=Mark(name="m", position=2))
        SqliteEventLog(connection).append(batch)
    with closing(open_database(path)) as connection:
        log = SqliteEventLog(connection)
        assert list(log.read()) == stored(happening(1))
        assert list(log.set_aside()) == [rejected("line 2")]
        assert log.position("m") == 2
        assert log.append(Batch(events=[happening(1), happening(2)])) == stored(happening(2), after=1)


def test_a_second_process_reads_while_the_first_appends(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    with closing(open_database(path)) as writing:
        log = SqliteEventLog(writing)
        log.append(Batch(events=[happening(number) for number in range(2_000)]))
        with closing(open_database(path, read_only=True)) as reading:
            events = SqliteEventLog(reading).read()
            first = next(events)
            log.append(Batch(events=[happening(2_000)]))
            assert [first, *events] == stored(*(happening(number) for number in range(2_001)))


def test_a_batch_that_meets_a_lock_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.01)
    path = tmp_path / "envoi.sqlite"
    with closing(open_database(path)) as one, closing(open_database(path)) as other:
        log = SqliteEventLog(one)
        with transaction(other), pytest.raises(StoreBusy):
            log.append(Batch(events=[happening(1)]))
        assert log.append(Batch(events=[happening(1)])) == stored(happening(1))
