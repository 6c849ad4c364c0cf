"""G1, G2, G7: killed at any moment, log and history hold all that was acknowledged, once, and go on by themselves."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.tables.duckdb import DuckTables
from envoi.tables import Query
from tests.faults.append_batches import MARK, PLAN, SIZE, happenings

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.tables import Tables

ROUNDS = 10


def run_until_killed(folder: Path, *, after_s: float, statements: int) -> int:
    """Lets the victim live so long, or for so many SQL statements; returns the last batch that it said was stored."""
    command = [sys.executable, "-m", "tests.faults.append_batches", str(folder), str(statements)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"level\n"
        with suppress(subprocess.TimeoutExpired):
            victim.wait(timeout=after_s)
        victim.kill()
        said = victim.stdout.read().split()
    assert victim.returncode == -signal.SIGKILL
    return int(said[-1]) if said else 0


def content(tables: Tables) -> list[list[tuple[object, ...]]]:
    """All that history says, without the order in which it numbered people."""
    queries = (
        'SELECT e.seq, p.id, e.name, e.at, e."num:total" FROM events AS e JOIN people AS p ON p.number = e.person',
        'SELECT i.seq, p.id, i.list, i."text:sku" FROM items AS i JOIN people AS p ON p.number = i.person',
        "SELECT p.id, p.first_at FROM people AS p",
    )
    return [sorted(tuple(row.values()) for row in tables.query(Query(sql)).to_pylist()) for sql in queries]


@pytest.mark.parametrize("by_the_clock", [True, False])
def test_whenever_it_is_killed_nothing_is_lost_and_nothing_is_doubled(*, by_the_clock: bool, tmp_path: Path) -> None:
    chance = random.Random(by_the_clock)  # noqa: S311
    acknowledged = 0
    for _ in range(ROUNDS):
        after_s, statements = (chance.random() / 8, 10**9) if by_the_clock else (60, chance.randrange(60))
        said = run_until_killed(tmp_path, after_s=after_s, statements=statements)
        acknowledged = max(said, acknowledged)
        with closing(open_database(tmp_path / "envoi.sqlite")) as connection:
            log = SqliteEventLog(connection)
            batches = log.position(MARK)
            # The last one may have been stored without having been acknowledged.
            assert batches in (acknowledged, acknowledged + 1)
            stored = list(log.read())
            assert [each.seq for each in stored] == list(range(1, batches * SIZE + 1))
            assert [each.event.id for each in stored] == [str(number) for number in range(batches * SIZE)]
            assert [each.place for each in log.set_aside()] == [f"batch {number}" for number in range(batches)]
            acknowledged = batches
            with closing(DuckTables(tmp_path / "history.duckdb", PLAN)) as tables:
                head = tables.head()
                assert head <= log.position()
                assert head % SIZE == 0
                held = tables.query(Query("SELECT seq FROM events ORDER BY seq"))["seq"].to_pylist()
                assert held == list(range(1, head + 1))
    assert acknowledged > ROUNDS
    level_at_last(tmp_path)


def level_at_last(folder: Path) -> None:
    """History is what it would have become without any fault."""
    with closing(open_database(folder / "envoi.sqlite")) as connection:
        log = SqliteEventLog(connection)
        with closing(DuckTables(folder / "history.duckdb", PLAN)) as tables:
            tables.write(list(log.read(after=tables.head())))
            with closing(DuckTables(None, PLAN)) as anew:
                anew.write(list(log.read()))
                assert content(tables) == content(anew)
                assert tables.head() == anew.head() == log.position()


def test_the_victim_repeats_events() -> None:
    assert {event.id for _, event in happenings(1)} & {event.id for _, event in happenings(2)}
