"""One campaign's rows of the ledger in SQLite, as a turn reads and writes them."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from msgspec import json

from envoi.adapters.messages.ledger_rows import COLUMNS, STATES, entry_from
from envoi.clock import Instant
from envoi.events.event import PersonId

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from envoi.messages.ledger import Entry, State

#: What the index `ledger_due` holds, in its own words.
OPEN = "state = 'planned' OR state = 'claimed' OR state = 'submitting' OR state = 'deferred'"

_HELD = "SELECT person, state, fence FROM ledger WHERE campaign = ? AND person IN (SELECT value FROM json_each(?))"

_OVERDUE = f"""
    SELECT {COLUMNS} FROM ledger INDEXED BY ledger_due
        WHERE campaign = :campaign AND state = 'submitting' AND due <= :now
    UNION ALL
    SELECT {COLUMNS} FROM ledger INDEXED BY ledger_due
        WHERE campaign = :campaign AND state = 'claimed' AND due <= :now"""
# Two questions, each answered in order by the index, so that SQLite reads no more rows of either than it returns.
_FREE = f"""
    SELECT {COLUMNS} FROM ledger INDEXED BY ledger_due
        WHERE campaign = :campaign AND state = 'planned' AND due <= :now
    UNION ALL
    SELECT {COLUMNS} FROM ledger INDEXED BY ledger_due
        WHERE campaign = :campaign AND state = 'deferred' AND due <= :now
    ORDER BY due, person LIMIT :size"""

_WRITE = """UPDATE ledger SET state = ?, reason = ?, fence = ?, at = ?, due = ?, attempts = ?, worker = ?
    WHERE campaign = ? AND person IN (SELECT value FROM json_each(?))"""

_NEXT = """SELECT min(due) FROM (
    SELECT min(due) AS due FROM ledger INDEXED BY ledger_due WHERE campaign = :campaign AND state = 'planned'
    UNION ALL
    SELECT min(due) AS due FROM ledger INDEXED BY ledger_due WHERE campaign = :campaign AND state = 'deferred')"""


class SqliteRows:
    """See `Rows`; used within a transaction that holds the file's only lock for writing."""

    def __init__(self, connection: sqlite3.Connection, campaign: str) -> None:
        self._db = connection
        self._campaign = campaign

    def held(self, people: Sequence[PersonId]) -> Mapping[PersonId, tuple[State, int]]:
        """See `Rows.held`."""
        rows = self._db.execute(_HELD, (self._campaign, json.encode(people).decode())).fetchall()
        return {person: (STATES[state], fence) for person, state, fence in rows}

    def overdue(self, now: Instant) -> list[Entry]:
        """See `Rows.overdue`."""
        return list(map(entry_of, self._db.execute(_OVERDUE, {"campaign": self._campaign, "now": now}).fetchall()))

    def free(self, now: Instant, size: int) -> list[Entry]:
        """See `Rows.free`."""
        asked = {"campaign": self._campaign, "now": now, "size": size}
        return list(map(entry_of, self._db.execute(_FREE, asked).fetchall()))

    def write(self, entries: Sequence[Entry], worker: str) -> None:
        """See `Rows.write`; the many that change alike are one statement."""
        alike: dict[tuple[object, ...], list[PersonId]] = {}
        for each in entries:
            change = (each.state, each.reason, each.fence, each.at, each.due, each.attempts)
            alike.setdefault(change, []).append(each.person)
        for changed, people in alike.items():
            self._db.execute(_WRITE, (*changed, worker, self._campaign, json.encode(people).decode()))

    def next_due(self) -> Instant | None:
        """See `Rows.next_due`."""
        (due,) = self._db.execute(_NEXT, {"campaign": self._campaign}).fetchone()
        return due if due is None else Instant(due)


def entry_of(row: tuple[Any, ...]) -> Entry:
    """The entry of a row of COLUMNS."""
    return entry_from(row, PersonId(row[1]))


written = attrgetter("campaign", "person", "address", "decision", "state", "reason", "fence", "at", "due", "attempts")
