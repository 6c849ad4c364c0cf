"""A project's database of any earlier version is upgraded as a whole, and keeps all that was in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.adapters.migrations import MIGRATIONS, SCHEMA
from envoi.clock import Instant
from envoi.errors import StoreFailed
from envoi.messages.ledger import Audience
from tests.contracts.ledgers import CAMPAIGN, claim, states

#: As version 1 made them.
FIRST = """
CREATE TABLE ledger_runs (
    campaign TEXT PRIMARY KEY, at INTEGER NOT NULL, size INTEGER NOT NULL, runs INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE ledger (
    campaign TEXT NOT NULL, person TEXT NOT NULL, address TEXT NOT NULL, decision INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, fence INTEGER NOT NULL, at INTEGER NOT NULL,
    worker TEXT NOT NULL DEFAULT '', run INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL DEFAULT 0,
    is_written_to INTEGER NOT NULL, PRIMARY KEY (campaign, person)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ledger_addresses ON ledger (campaign, address) WHERE is_written_to;
CREATE INDEX ledger_open ON ledger (campaign, state, run)
    WHERE state = 'planned' OR state = 'claimed' OR state = 'submitting' OR state = 'deferred';
PRAGMA user_version = 1;
"""
#: Person, state, reason and the end of the lease.
ROWS = [
    ("a", "accepted", "", 900),
    ("b", "claimed", "", 900),
    ("c", "deferred", "450 later", 900),
    ("d", "planned", "", 0),
    ("e", "skipped", "holdout", 0),
    ("f", "submitting", "", 900),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A campaign under way, as an Envoi of version 1 left it."""
    path = tmp_path / "envoi.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST)
        connection.execute("INSERT INTO ledger_runs VALUES (?, 7, 6, 2)", (CAMPAIGN,))
        for person, state, reason, until in ROWS:
            row = (
                CAMPAIGN,
                person,
                f"{person}@example.org",
                1,
                state,
                reason,
                1,
                5,
                "local",
                2,
                until,
                state != "skipped",
            )
            connection.execute(f"INSERT INTO ledger VALUES ({','.join('?' * len(row))})", row)
        connection.commit()
    return path


def shape(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """Every column and index there is."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = {(table, row[1]) for table in tables for row in connection.execute(f"PRAGMA table_info({table})")}
    indexes = {("", name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
    return columns | indexes


def test_an_old_project_goes_on_where_it_was(path: Path) -> None:
    with closing(open_database(path)) as connection:
        ledger = SqliteLedger(connection)
        assert ledger.campaigns() == {CAMPAIGN: Audience(at=Instant(7), size=6)}
        assert states(ledger) == {person: state for person, state, _, _ in ROWS}
        # The lease of what was held still holds; what was deferred waits for nobody.
        assert [entry.person for entry in claim(ledger, "w2", now=899)] == ["c", "d"]
        assert [entry.person for entry in claim(ledger, "w2", now=900)] == ["b"]
        assert states(ledger)["f"] == "unknown"
        assert [entry.attempts for entry in ledger.entries(CAMPAIGN)] == [0] * 6


def test_an_upgraded_database_is_as_a_new_one(path: Path) -> None:
    with closing(open_database(path)) as old, closing(open_database(None)) as new:
        SqliteLedger(old)
        SqliteLedger(new)
        assert shape(old) == shape(new)
        assert old.execute("PRAGMA user_version").fetchone() == (SCHEMA,)


def test_a_project_that_never_sent_anything_is_upgraded_too(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    with closing(open_database(path)) as old, closing(open_database(None)) as new:
        SqliteLedger(old)
        SqliteLedger(new)
        assert shape(old) == shape(new)


@pytest.mark.parametrize("after", range(sum(map(len, MIGRATIONS.values())) + 1))
def test_killed_at_any_statement_it_is_as_before_and_the_next_process_does_it(
    path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """What no code of ours catches, but for the roll-back."""

    left = [after]

    class Counting(sqlite3.Connection):
        def execute(self, sql: str, *more: object) -> sqlite3.Cursor:
            if self.in_transaction and sql not in {"COMMIT", "ROLLBACK", "PRAGMA user_version"}:
                if not left[0]:
                    raise Killed
                left[0] -= 1
            return super().execute(sql, *more)  # type: ignore[arg-type]

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Counting))
    with pytest.raises(Killed):
        open_database(path)
    monkeypatch.undo()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        assert connection.execute("SELECT runs FROM ledger_runs").fetchone() == (2,)
    with closing(open_database(path)) as connection:
        assert states(SqliteLedger(connection)) == {person: state for person, state, _, _ in ROWS}


def test_a_reader_does_not_upgrade_and_says_what_to_do(path: Path) -> None:
    with pytest.raises(StoreFailed, match=f"version 1, and this Envoi reads version {SCHEMA}") as refused:
        open_database(path, read_only=True)
    assert "upgrades the database" in refused.value.hint
