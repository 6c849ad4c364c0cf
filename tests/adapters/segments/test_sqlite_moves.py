"""What is read beside the live host: its plan, its sizes and who moves, each as of one commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.segments.sqlite import SqliteMemberships, SqliteStateStore
from envoi.adapters.segments.sqlite_moves import SqliteMoves
from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, PersonId
from envoi.events.port import Batch
from envoi.segments.port import Defined, Plan
from envoi.segments.transition import Transition, as_event, by_event

NOW = Instant(1_700_000_000_000_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "envoi.sqlite"


@pytest.fixture
def host(path: Path) -> Iterator[Connection]:
    with closing(open_database(path)) as connection:
        SqliteEventLog(connection)
        yield connection


@pytest.fixture
def moves(path: Path, host: Connection) -> Iterator[SqliteMoves]:  # noqa: ARG001 - the host makes the file
    with closing(open_database(path, read_only=True)) as connection:
        yield SqliteMoves(connection)


def move(person: str, *, entered: bool = True) -> Transition:
    return Transition(
        segment="VIP", condition="c", person=PersonId(person), entered=entered, at=NOW, cause=by_event(int(entered))
    )


def log(host: Connection, *made: Transition) -> None:
    """What the host does in one commit: the event, and the membership."""
    SqliteEventLog(host).append(Batch(events=[(one.person, as_event(one, NOW)) for one in made]))
    SqliteMemberships(host).note(made)


def test_where_no_host_ever_ran_there_is_nothing(moves: SqliteMoves) -> None:
    assert moves.plan() == Plan()
    assert moves.sizes() == ({}, 0)
    assert moves.since(0, 10) == ([], 0)


def test_sizes_stand_at_a_position_of_the_log(host: Connection, moves: SqliteMoves) -> None:
    log(host, move("ada"), move("bea"))
    assert moves.sizes() == ({"VIP": 2}, 2)
    log(host, move("ada", entered=False))
    assert moves.sizes() == ({"VIP": 1}, 3)


def test_only_what_envoi_wrote_is_read(host: Connection, moves: SqliteMoves) -> None:
    other = Event(id="1", source="web", name="Visit", keys={"user_id": "x"}, at=NOW, seen_at=NOW)
    log(host, move("ada"))
    SqliteEventLog(host).append(Batch(events=[(PersonId("x"), other)]))
    found = moves.since(0, 10)
    assert found is not None
    assert ([one.seq for one in found[0]], found[1]) == ([1], 2)
    assert found[0][0].event.source == ENVOI
    assert moves.since(1, 10) == ([], 2)


def test_too_much_is_not_read_at_all(host: Connection, moves: SqliteMoves) -> None:
    log(host, move("ada"), move("bea"))
    assert moves.since(0, 1) is None


def test_the_plan_in_force(host: Connection, moves: SqliteMoves) -> None:
    plan = Plan(number=3, segments=(Defined(segment="VIP", condition="c", seq=1, at=NOW),))
    SqliteStateStore(host).adopt(plan, 0)
    assert moves.plan() == plan


def test_a_reader_never_makes_the_host_wait(host: Connection, moves: SqliteMoves) -> None:
    host.execute("BEGIN IMMEDIATE")
    assert moves.sizes() == ({}, 0)
    host.execute("ROLLBACK")
    log(host, move("ada"))
    assert moves.sizes() == ({"VIP": 1}, 1)
