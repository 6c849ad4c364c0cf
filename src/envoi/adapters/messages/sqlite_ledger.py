"""The ledger in the project's SQLite file: each turn is one commit that survives a crash and the loss of power."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import convert, json

from envoi.adapters.database import create, refusals, transaction
from envoi.adapters.messages.ledger_rows import COLUMNS
from envoi.adapters.messages.sqlite_draft import SqliteDraft
from envoi.adapters.messages.sqlite_ledger_rows import OPEN, SqliteRows, entry_of
from envoi.clock import Instant
from envoi.errors import NotFound, Restored, did_you_mean
from envoi.messages.freeze import plan
from envoi.messages.ledger import FINAL, HELD, Audience, Entry, State, Status
from envoi.messages.order import RESTORED, Command, Given, Order, moves
from envoi.messages.turn import Course, ordered, take_turn

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from envoi.adapters.messages.watermark import Watermark
    from envoi.events.event import PersonId
    from envoi.messages.ledger import Lease, Turned, Work
    from envoi.messages.port import Book, Gate

_TABLES = (
    """CREATE TABLE IF NOT EXISTS ledger_runs (
        campaign TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        size INTEGER NOT NULL,
        status TEXT NOT NULL DEFAULT 'sending',
        rate_per_h INTEGER NOT NULL DEFAULT 0,
        paced_until INTEGER NOT NULL DEFAULT 0
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
        due INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        worker TEXT NOT NULL DEFAULT '',
        -- Never changes after the plan, so the index below costs nothing while sending.
        is_written_to INTEGER NOT NULL,
        PRIMARY KEY (campaign, person)
    ) STRICT, WITHOUT ROWID""",
    "CREATE UNIQUE INDEX IF NOT EXISTS ledger_addresses ON ledger (campaign, address) WHERE is_written_to",
    # Holds what is not final: the cost of a claim does not grow with what was sent before.
    f"CREATE INDEX IF NOT EXISTS ledger_due ON ledger (campaign, state, due) WHERE {OPEN}",
    # Of each campaign that is being planned, how often that was begun: until its run is there, its rows do not count.
    """CREATE TABLE IF NOT EXISTS ledger_drafts (
        campaign TEXT PRIMARY KEY,
        number INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS ledger_orders (
        number INTEGER PRIMARY KEY,
        campaign TEXT NOT NULL,
        at INTEGER NOT NULL,
        command TEXT NOT NULL,
        given_by TEXT NOT NULL,
        rate_per_h INTEGER,
        moved INTEGER NOT NULL
    ) STRICT""",
    # One row: how many turns let mail go, which the watermark is held against.
    "CREATE TABLE IF NOT EXISTS ledger_turns (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL) STRICT",
)

_COURSE = "SELECT status, rate_per_h, paced_until FROM ledger_runs WHERE campaign = ?"
_SET_COURSE = "UPDATE ledger_runs SET status = ?, rate_per_h = ?, paced_until = ? WHERE campaign = ?"
_PACE = "UPDATE ledger_runs SET paced_until = ? WHERE campaign = ?"

# INDEXED BY, here and elsewhere: left to itself, SQLite walks the whole campaign (64 ms a claim in a million entries).
# And one state at a time, written out: so SQLite sees that the index holds all it looks for.
_LEFT_BEHIND = [
    f"""UPDATE ledger INDEXED BY ledger_due SET due = min(due, ?)
        WHERE campaign = ? AND state = '{state}' AND worker = ?"""
    for state in HELD
]
_EARLY = "UPDATE ledger INDEXED BY ledger_due SET due = min(due, ?) WHERE campaign = ? AND state = 'deferred'"

_DUE = [
    f"SELECT min(due) FROM ledger INDEXED BY ledger_due WHERE campaign = ? AND state = '{state}'"
    for state in State
    if state not in FINAL
]

_COUNT_TURN = """INSERT INTO ledger_turns VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET number = number + 1 RETURNING number"""
_RAISE_TURNS = """INSERT INTO ledger_turns VALUES (1, ?)
    ON CONFLICT (id) DO UPDATE SET number = max(number, excluded.number)"""
_DISTRUST = "UPDATE ledger_runs SET status = 'restored' WHERE status IN ('sending', 'paused')"

_MOVE = """UPDATE ledger SET state = ?, reason = '', at = ?, due = 0, attempts = 0, fence = fence + 1
    WHERE campaign = ? AND state IN (SELECT value FROM json_each(?))"""
_NOTE_ORDER = "INSERT INTO ledger_orders (campaign, at, command, given_by, rate_per_h, moved) VALUES (?, ?, ?, ?, ?, ?)"

_TALLY = "SELECT state, reason, count(*) FROM ledger WHERE campaign = ? GROUP BY state, reason"
# Starts after the last row seen, so that a page costs the same wherever it lies.
_PAGE = f"""SELECT {COLUMNS} FROM ledger
    WHERE campaign = ? AND person > ? AND ? IN ('', state) ORDER BY person LIMIT 1000"""
_ONE = f"SELECT {COLUMNS} FROM ledger WHERE campaign = ? AND person = ? AND ? IN ('', state)"
_OF = f"""SELECT {COLUMNS} FROM ledger
    WHERE campaign IN (SELECT campaign FROM ledger_runs WHERE campaign IN (SELECT value FROM json_each(?)))
    AND person IN (SELECT value FROM json_each(?))"""


class SqliteLedger:
    """Keeps entries in the tables `ledger*` of a connection that `open_database` made."""

    def __init__(self, connection: sqlite3.Connection, watermark: Watermark | None = None) -> None:
        """A `watermark` notices a database that was put back from a backup; without one, that is not noticed."""
        self._db = connection
        self._watermark = watermark
        create(connection, *_TABLES)

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """See `Ledger.plan`."""
        draft = SqliteDraft(self._db, campaign, self._watermark)
        if not draft.is_open():
            return False
        return plan(draft, campaign, entries, at=at)

    def begin(self, campaign: str, worker: str, *, at: Instant, early: bool = False) -> None:
        """See `Ledger.begin`."""
        self._distrust_backup()
        with transaction(self._db):
            if self._course(campaign).status is Status.RESTORED:
                what = f"campaign {campaign!r} was restored from a backup, and mail of it may have gone out since"
                raise Restored(what, hint=RESTORED)
            for sql in _LEFT_BEHIND:
                self._db.execute(sql, (at, campaign, worker))
            if early:
                self._db.execute(_EARLY, (at, campaign))
        if self._watermark:
            self._watermark.add(campaign)

    def turn(self, campaign: str, work: Work, lease: Lease, *, gate: Gate, book: Book) -> Turned:
        """See `Ledger.turn`."""
        number = 0
        with transaction(self._db):
            before = self._course(campaign)
            turned, course = take_turn(SqliteRows(self._db, campaign), before, work, lease, gate)
            if course != before:
                self._db.execute(_PACE, (course.paced_until, campaign))
            if turned.settled:
                book(turned.settled)
            if turned.released:
                ((number,),) = self._db.execute(_COUNT_TURN).fetchall()
        if number and self._watermark:
            # Before anybody lets go what was released: see Watermark.
            self._watermark.rise(number)
        return turned

    def order(self, campaign: str, order: Order, *, at: Instant) -> int:
        """See `Ledger.order`."""
        self._distrust_backup()
        with transaction(self._db):
            course, moved = ordered(self._course(campaign), order, at), 0
            if found := moves(order):
                states = json.encode(found.states).decode()
                moved = self._db.execute(_MOVE, (found.to, at, campaign, states)).rowcount
            self._db.execute(_SET_COURSE, (course.status, course.rate_per_h, course.paced_until, campaign))
            self._db.execute(_NOTE_ORDER, (campaign, at, order.command, order.by, order.rate_per_h, moved))
        return moved

    def campaigns(self) -> Mapping[str, Audience]:
        """See `Statement.campaigns`."""
        sql = "SELECT campaign, at, size, status, rate_per_h FROM ledger_runs ORDER BY at, campaign"
        with refusals():
            rows = self._db.execute(sql).fetchall()
        return {name: convert(dict(zip(_AUDIENCE, row, strict=True)), Audience) for name, *row in rows}

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """See `Statement.tally`."""
        with refusals():
            rows = self._db.execute(_TALLY, (campaign,)).fetchall() if self._is_planned(campaign) else []
        return {(State(state), reason): count for state, reason, count in rows}

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """See `Statement.entries`; read in pages, so the ledger may change meanwhile."""
        names = [name for name in sorted(self.campaigns()) if campaign in ("", name)]
        ask = self._one if person else self._pages
        return islice(chain.from_iterable(ask(name, person, state) for name in names), limit)

    def of(self, people: Sequence[PersonId], campaigns: Sequence[str]) -> Sequence[Entry]:
        """See `Statement.of`."""
        asked = (json.encode(campaigns).decode(), json.encode(people).decode())
        with refusals():
            return list(map(entry_of, self._db.execute(_OF, asked).fetchall()))

    def due(self, campaign: str) -> Instant | None:
        """See `Agenda.due`."""
        with refusals():
            asked = _DUE if self._is_planned(campaign) else ()
            found = [self._db.execute(sql, (campaign,)).fetchone()[0] for sql in asked]
        return min((Instant(due) for due in found if due is not None), default=None)

    def orders(self, campaign: str) -> Sequence[Given]:
        """See `Statement.orders`."""
        sql = "SELECT command, given_by, rate_per_h, at, moved FROM ledger_orders WHERE campaign = ? ORDER BY number"
        with refusals():
            rows = self._db.execute(sql, (campaign,)).fetchall()
        return [
            Given(order=Order(command=Command(command), by=by, rate_per_h=rate), at=Instant(at), moved=moved)
            for command, by, rate, at, moved in rows
        ]

    def _distrust_backup(self) -> None:
        """Stops all campaigns if mail went out of which the database knows nothing: it was put back from a backup."""
        if not self._watermark:
            return
        number, _ = self._watermark.read()
        with transaction(self._db):
            rows = self._db.execute("SELECT number FROM ledger_turns").fetchall()
            if number > (rows[0][0] if rows else 0):
                self._db.execute(_DISTRUST)
                self._db.execute(_RAISE_TURNS, (number,))

    def _is_planned(self, campaign: str) -> bool:
        return self._db.execute(_COURSE, (campaign,)).fetchone() is not None

    def _course(self, campaign: str) -> Course:
        row = self._db.execute(_COURSE, (campaign,)).fetchone()
        if row is None:
            raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, self.campaigns()))
        return Course(status=Status(row[0]), rate_per_h=row[1], paced_until=Instant(row[2]))

    def _one(self, campaign: str, person: str, state: str) -> Iterator[Entry]:
        with refusals():
            yield from map(entry_of, self._db.execute(_ONE, (campaign, person, state)).fetchall())

    def _pages(self, campaign: str, after: str, state: str) -> Iterator[Entry]:
        with refusals():
            while rows := self._db.execute(_PAGE, (campaign, after, state)).fetchall():
                yield from map(entry_of, rows)
                after = rows[-1][1]


_AUDIENCE = ("at", "size", "status", "rate_per_h")
