"""The ledger in the project's SQLite file: each step is one commit that survives a crash and the loss of power."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import convert

from envoi.adapters.database import create, refusals, transaction
from envoi.clock import Instant
from envoi.errors import NotFound, did_you_mean
from envoi.messages.ledger import UNHEARD, Audience, Entry, Lease, Receipt, State, freeze, settles_from, take

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping

_TABLES = (
    """CREATE TABLE IF NOT EXISTS ledger_runs (
        campaign TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        size INTEGER NOT NULL,
        runs INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE IF NOT EXISTS ledger (
        campaign TEXT NOT NULL,
        person TEXT NOT NULL,
        address TEXT NOT NULL,
        decision INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        fence INTEGER NOT NULL,
        at INTEGER NOT NULL,
        worker TEXT NOT NULL DEFAULT '',
        run INTEGER NOT NULL DEFAULT 0,
        until INTEGER NOT NULL DEFAULT 0,
        -- Never changes after the plan, so the index below costs nothing while sending.
        is_written_to INTEGER NOT NULL,
        PRIMARY KEY (campaign, person)
    ) STRICT, WITHOUT ROWID""",
    "CREATE UNIQUE INDEX IF NOT EXISTS ledger_addresses ON ledger (campaign, address) WHERE is_written_to",
    # Holds what is not final: the cost of a claim does not grow with what was sent before.
    """CREATE INDEX IF NOT EXISTS ledger_open ON ledger (campaign, state, run)
        WHERE state = 'planned' OR state = 'claimed' OR state = 'submitting' OR state = 'deferred'""",
)

_PLAN = """INSERT INTO ledger (campaign, person, address, decision, state, reason, fence, at, is_written_to)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""

_PLANNED = "INSERT INTO ledger_runs (campaign, at, size) VALUES (?, ?, ?)"

_BEGIN = "UPDATE ledger_runs SET runs = runs + 1 WHERE campaign = ? RETURNING runs"

# INDEXED BY, here and below: left to itself, SQLite walks the whole campaign (64 ms a claim in a million entries).
_GIVE_UP = """UPDATE ledger INDEXED BY ledger_open SET state = 'unknown', reason = :unheard, at = :now
    WHERE campaign = :campaign AND state = 'submitting' AND (until <= :now OR (worker = :worker AND run < :run))"""

# Three questions, since each finds its rows in the index; SQLite asks the next only if the limit is not reached.
_FREE = """
    SELECT campaign, person, address, decision, state, reason, fence, at FROM ledger INDEXED BY ledger_open
        WHERE campaign = :campaign AND state = 'planned'
    UNION ALL
    SELECT campaign, person, address, decision, state, reason, fence, at FROM ledger INDEXED BY ledger_open
        WHERE campaign = :campaign AND state = 'deferred' AND run < :run
    UNION ALL
    SELECT campaign, person, address, decision, state, reason, fence, at FROM ledger INDEXED BY ledger_open
        WHERE campaign = :campaign AND state = 'claimed' AND (until <= :now OR (worker = :worker AND run < :run))
    LIMIT :size"""

_TAKE = """UPDATE ledger SET state = ?, reason = ?, fence = ?, at = ?, worker = ?, run = ?, until = ?
    WHERE campaign = ? AND person = ?"""

_MOVE = """UPDATE ledger SET state = ?, reason = ?, at = ?
    WHERE campaign = ? AND person = ? AND fence = ? AND state IN (?, ?)"""

_TALLY = "SELECT state, reason, count(*) FROM ledger WHERE campaign = ? GROUP BY state, reason"

# Starts after the last row seen, so that a page costs the same wherever it lies.
_PAGE = """SELECT campaign, person, address, decision, state, reason, fence, at FROM ledger
    WHERE campaign = ? AND person > ? AND ? IN ('', state) ORDER BY person LIMIT 1000"""
_ONE = """SELECT campaign, person, address, decision, state, reason, fence, at FROM ledger
    WHERE campaign = ? AND person = ? AND ? IN ('', state)"""


class SqliteLedger:
    """Keeps entries in the tables `ledger` and `ledger_runs` of a connection that `open_database` made."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        create(connection, *_TABLES)

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """See `Ledger.plan`."""
        with transaction(self._db):
            if self._db.execute("SELECT 1 FROM ledger_runs WHERE campaign = ?", (campaign,)).fetchone():
                return False
            frozen = freeze(campaign, entries, at=at)
            self._db.executemany(_PLAN, map(_row, frozen))
            self._db.execute(_PLANNED, (campaign, at, len(frozen)))
        return True

    def begin(self, campaign: str) -> int:
        """See `Ledger.begin`."""
        with transaction(self._db):
            rows = self._db.execute(_BEGIN, (campaign,)).fetchall()
        if not rows:
            raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, self.campaigns()))
        return int(rows[0][0])

    def claim(self, campaign: str, lease: Lease, *, gate: Callable[[Entry], str]) -> list[Entry]:
        """See `Ledger.claim`."""
        while taken := self._take(campaign, lease, gate):
            if claimed := [entry for entry in taken if entry.state is State.CLAIMED]:
                return claimed
        return []

    def submitting(self, entry: Entry, *, at: Instant, gate: Callable[[Entry], str]) -> bool:
        """See `Ledger.submitting`."""
        with transaction(self._db):
            closed = gate(entry)
            state = State.SKIPPED if closed else State.SUBMITTING
            moved = self._move(entry, Receipt(state=state, reason=closed, at=at), [State.CLAIMED])
        return moved and not closed

    def settle(self, entry: Entry, receipt: Receipt) -> bool:
        """See `Ledger.settle`."""
        before = settles_from(receipt.state)
        with transaction(self._db):
            return bool(before) and self._move(entry, receipt, before)

    def campaigns(self) -> Mapping[str, Audience]:
        """See `Statement.campaigns`."""
        with refusals():
            rows = self._db.execute("SELECT campaign, at, size FROM ledger_runs ORDER BY at, campaign").fetchall()
        return {campaign: Audience(at=Instant(at), size=size) for campaign, at, size in rows}

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """See `Statement.tally`."""
        with refusals():
            rows = self._db.execute(_TALLY, (campaign,)).fetchall()
        return {(State(state), reason): count for state, reason, count in rows}

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """See `Statement.entries`; read in pages, so the ledger may change meanwhile."""
        names = [campaign] if campaign else sorted(self.campaigns())
        ask = self._one if person else self._pages
        return islice(chain.from_iterable(ask(name, person, state) for name in names), limit)

    def _one(self, campaign: str, person: str, state: str) -> Iterator[Entry]:
        with refusals():
            yield from map(_entry, self._db.execute(_ONE, (campaign, person, state)).fetchall())

    def _pages(self, campaign: str, after: str, state: str) -> Iterator[Entry]:
        with refusals():
            while rows := self._db.execute(_PAGE, (campaign, after, state)).fetchall():
                yield from map(_entry, rows)
                after = rows[-1][1]

    def _take(self, campaign: str, lease: Lease, gate: Callable[[Entry], str]) -> list[Entry]:
        """Takes entries as they come, and with the gate's answer: claimed or skipped."""
        asked = {"campaign": campaign, "worker": lease.worker, "run": lease.run, "now": lease.now}
        with transaction(self._db):
            self._db.execute(_GIVE_UP, {**asked, "unheard": UNHEARD})
            free = self._db.execute(_FREE, {**asked, "size": lease.size})
            entries = map(_entry, free.fetchall())
            taken = [take(entry, lease, closed=gate(entry)) for entry in entries]
            self._db.executemany(_TAKE, [_claim_row(entry, lease) for entry in taken])
        return taken

    def _move(self, entry: Entry, receipt: Receipt, before: list[State]) -> bool:
        """Moves an entry on if it is in one of the states `before` and nobody has claimed it since."""
        key = (entry.campaign, entry.person, entry.fence)
        row = (receipt.state, receipt.reason, receipt.at, *key, before[0], before[-1])
        return self._db.execute(_MOVE, row).rowcount == 1


def _row(entry: Entry) -> tuple[str | int, ...]:
    is_written_to = entry.state is State.PLANNED
    what = (entry.campaign, entry.person, entry.address, entry.decision)
    return (*what, entry.state, entry.reason, entry.fence, entry.at, is_written_to)


def _claim_row(entry: Entry, lease: Lease) -> tuple[str | int, ...]:
    held = (lease.worker, lease.run, lease.until)
    return (entry.state, entry.reason, entry.fence, entry.at, *held, entry.campaign, entry.person)


def _entry(row: tuple[str | int, ...]) -> Entry:
    return convert(dict(zip(Entry.__struct_fields__, row, strict=True)), Entry)
