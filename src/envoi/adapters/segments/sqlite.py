"""What live segments know, in the project's SQLite file: a row a person, a row a membership."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.database import create, refusals, transaction, write_rows
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.segments.port import Plan, State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from envoi.segments.transition import Transition

_STATES = (
    """CREATE TABLE IF NOT EXISTS states (
        plan INTEGER NOT NULL, person TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (plan, person)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS plan (body BLOB NOT NULL, saved INTEGER NOT NULL) STRICT",
)
# No index by segment: it would cost as much again for everyone who moves, and whole segments are seldom listed.
_MEMBERSHIPS = (
    """CREATE TABLE IF NOT EXISTS memberships (
        person TEXT NOT NULL, segment TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (person, segment)
    ) STRICT, WITHOUT ROWID""",
)

# Straight from VALUES, without a SELECT in between, SQLite would look through the whole table.
_LEAVE = """WITH gone (person, segment) AS (VALUES)
    DELETE FROM memberships WHERE (person, segment) IN (SELECT person, segment FROM gone)"""

_encode = msgspec.json.Encoder().encode
_plan = msgspec.json.Decoder(Plan).decode


class SqliteStateStore:
    """A StateStore in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, *_STATES)

    def plan(self) -> tuple[Plan, int]:
        """The plan in force, and the position of the log up to which all that it did to people has been saved."""
        rows = _rows(self._connection, "SELECT body, saved FROM plan")
        return (_plan(rows[0][0]), rows[0][1]) if rows else (Plan(), 0)

    def adopt(self, plan: Plan, saved: int) -> None:
        """Puts this plan in force; its states hold what every event up to `saved` did.

        Raises:
            StoreFailed: the disk is full or failed; then the earlier one stays.
        """
        with transaction(self._connection):
            self._connection.execute("DELETE FROM plan")
            self._connection.execute("INSERT INTO plan VALUES (?, ?)", (_encode(plan), saved))

    def load(self, number: int, after: str = "", limit: int = 1_000) -> list[State]:
        """Up to `limit` states of that plan, ordered by person, of people after `after`."""
        sql = "SELECT person, seq, body FROM states WHERE plan = ? AND person > ? ORDER BY person LIMIT ?"
        rows = _rows(self._connection, sql, number, after, limit)
        return [State(person=PersonId(person), seq=seq, body=body) for person, seq, body in rows]

    def save(self, number: int, states: Sequence[State], saved: int | None = None) -> None:
        """Stores these states of that plan in one commit, each in place of the person's earlier one.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
        """
        with transaction(self._connection):
            # In the order of the key: a page is written once for all of its rows.
            rows = sorted((number, state.person, state.seq, state.body) for state in states)
            write_rows(self._connection, "INSERT OR REPLACE INTO states VALUES", rows)
            if saved is not None:
                self._connection.execute("UPDATE plan SET saved = ?", (saved,))

    def forget(self, number: int, limit: int = 1_000) -> int:
        """Removes up to `limit` states of plans before that number; returns how many."""
        sql = "DELETE FROM states WHERE (plan, person) IN (SELECT plan, person FROM states WHERE plan < ? LIMIT ?)"
        with transaction(self._connection):
            return self._connection.execute(sql, (number, limit)).rowcount


class SqliteMemberships:
    """Memberships in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, *_MEMBERSHIPS)

    def note(self, transitions: Sequence[Transition]) -> None:
        """Lets people in and out, in one commit; in this order.

        Raises:
            StoreFailed: the disk is full or failed; then nobody has moved.
        """
        last = {(one.person, one.segment): one for one in transitions}
        ins = [(one.person, one.segment, one.at) for one in last.values() if one.entered]
        outs = [(one.person, one.segment) for one in last.values() if not one.entered]
        with transaction(self._connection):
            write_rows(self._connection, "INSERT OR REPLACE INTO memberships VALUES", ins)
            write_rows(self._connection, _LEAVE, outs)

    def of(self, person: PersonId) -> Mapping[str, Instant]:
        """The segments the person is in, and since when."""
        sql = "SELECT segment, since FROM memberships WHERE person = ? ORDER BY segment"
        return {segment: Instant(since) for segment, since in _rows(self._connection, sql, person)}

    def members(self, segment: str, after: str = "", limit: int = 1_000) -> list[PersonId]:
        """Up to `limit` people in the segment, ordered by id, after `after`."""
        sql = "SELECT person FROM memberships WHERE segment = ? AND person > ? ORDER BY person LIMIT ?"
        return [PersonId(person) for (person,) in _rows(self._connection, sql, segment, after, limit)]

    def sizes(self) -> Mapping[str, int]:
        """How many people each segment has that has any."""
        return dict(_rows(self._connection, "SELECT segment, COUNT(*) FROM memberships GROUP BY segment"))


def _rows(connection: sqlite3.Connection, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with refusals():
        return connection.execute(sql, values).fetchall()
