"""The ledger in a PostgreSQL database: workers on any number of machines send one campaign, each mail once."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec import convert

from envoi.adapters.messages.ledger_rows import COLUMNS
from envoi.adapters.messages.postgres_draft import PostgresDraft
from envoi.adapters.messages.postgres_rows import OPEN, PostgresRows, entry_of
from envoi.adapters.postgres import as_bytes
from envoi.clock import Instant
from envoi.errors import NotFound, Restored, did_you_mean
from envoi.messages.freeze import plan
from envoi.messages.ledger import Audience, Entry, State, Status
from envoi.messages.order import RESTORED, Command, Given, Order, moves
from envoi.messages.turn import Course, ordered, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from envoi.adapters.messages.watermark import Watermark
    from envoi.adapters.postgres import Postgres
    from envoi.events.event import PersonId
    from envoi.messages.ledger import Lease, Turned, Work
    from envoi.messages.port import Book, Gate
    from envoi.messages.verdict import Verdict

_TABLES = (
    """CREATE TABLE IF NOT EXISTS ledger_runs (
        campaign text PRIMARY KEY,
        at bigint NOT NULL,
        size bigint NOT NULL,
        status text NOT NULL DEFAULT 'sending',
        rate_per_h int NOT NULL DEFAULT 0,
        paced_until bigint NOT NULL DEFAULT 0)""",
    # Room on each page for the row as it changes: five times in its life, and the index of its state with it.
    """CREATE TABLE IF NOT EXISTS ledger (
        campaign text NOT NULL,
        person bytea NOT NULL,
        address text NOT NULL,
        decision bigint NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        fence int NOT NULL,
        at bigint NOT NULL,
        due bigint NOT NULL,
        attempts int NOT NULL,
        worker text NOT NULL DEFAULT '',
        is_written_to boolean NOT NULL,
        PRIMARY KEY (campaign, person)) WITH (fillfactor = 70)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS ledger_addresses ON ledger (campaign, address) WHERE is_written_to",
    # Holds what is not final: the cost of a claim does not grow with what was sent before.
    f"CREATE INDEX IF NOT EXISTS ledger_due ON ledger (campaign, due, person) WHERE {OPEN}",
    # Of each campaign that is being planned, how often that was begun: until its run is there, its rows do not count.
    "CREATE TABLE IF NOT EXISTS ledger_drafts (campaign text PRIMARY KEY, number bigint NOT NULL)",
    """CREATE TABLE IF NOT EXISTS ledger_orders (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        campaign text NOT NULL,
        at bigint NOT NULL,
        command text NOT NULL,
        given_by text NOT NULL,
        rate_per_h int,
        moved bigint NOT NULL)""",
    # One row: how many turns let mail go, which the watermark is held against.
    "CREATE TABLE IF NOT EXISTS ledger_turns (id int PRIMARY KEY CHECK (id = 1), number bigint NOT NULL)",
)

_IS_PLANNED = "SELECT 1 FROM ledger_runs WHERE campaign = %s"

# Workers of one campaign take their turns one after the other; that is a few milliseconds, and then each sends.
_COURSE = "SELECT status, rate_per_h, paced_until FROM ledger_runs WHERE campaign = %s FOR UPDATE"
_SET_COURSE = "UPDATE ledger_runs SET status = %s, rate_per_h = %s, paced_until = %s WHERE campaign = %s"
_PACE = "UPDATE ledger_runs SET paced_until = %s WHERE campaign = %s"

_LEFT_BEHIND = """UPDATE ledger SET due = LEAST(due, %s)
    WHERE campaign = %s AND state IN ('claimed', 'submitting') AND worker = %s"""
_EARLY = "UPDATE ledger SET due = LEAST(due, %s) WHERE campaign = %s AND state = 'deferred'"

# Who is about to be written to is locked by name, in one order everywhere: campaigns take turns beside each other, and
# a cap over all of them has to see what the others let go.
_ONE_AT_A_TIME = """SELECT pg_advisory_xact_lock(key)
    FROM (SELECT DISTINCT hashtextextended(encode(person, 'hex'), 0) AS key FROM unnest(%s::bytea[]) AS person
        ORDER BY key) AS keys"""

_COUNT_TURN = """INSERT INTO ledger_turns VALUES (1, 1)
    ON CONFLICT (id) DO UPDATE SET number = ledger_turns.number + 1 RETURNING number"""
_RAISE_TURNS = """INSERT INTO ledger_turns VALUES (1, %s)
    ON CONFLICT (id) DO UPDATE SET number = GREATEST(ledger_turns.number, excluded.number)"""
_DISTRUST = "UPDATE ledger_runs SET status = 'restored' WHERE status IN ('sending', 'paused')"

_MOVE = """UPDATE ledger SET state = %s, reason = '', at = %s, due = 0, attempts = 0, fence = fence + 1
    WHERE campaign = %s AND state = ANY(%s)"""
_NOTE_ORDER = """INSERT INTO ledger_orders (campaign, at, command, given_by, rate_per_h, moved)
    VALUES (%s, %s, %s, %s, %s, %s)"""

_TALLY = "SELECT state, reason, count(*) FROM ledger WHERE campaign = %s GROUP BY state, reason"
# Starts after the last row seen, so that a page costs the same wherever it lies.
_PAGE = f"""SELECT {COLUMNS} FROM ledger
    WHERE campaign = %s AND person > %s AND %s::text IN ('', state) ORDER BY person LIMIT 1000"""
_ONE = f"SELECT {COLUMNS} FROM ledger WHERE campaign = %s AND person = %s AND %s::text IN ('', state)"
_OF = f"""SELECT {COLUMNS} FROM ledger
    WHERE campaign IN (SELECT campaign FROM ledger_runs WHERE campaign = ANY(%s)) AND person = ANY(%s)"""
_DUE = f"SELECT min(due) FROM ledger WHERE campaign = %s AND {OPEN}"


class PostgresLedger:
    """Keeps entries in the tables `ledger*` of a database."""

    def __init__(self, database: Postgres, watermark: Watermark | None = None) -> None:
        """A `watermark` notices a database that was put back from a backup; without one, that is not noticed."""
        self._db = database
        self._watermark = watermark
        database.create(*_TABLES)

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """See `Ledger.plan`."""
        draft = PostgresDraft(self._db, campaign, self._watermark)
        if not draft.is_open():
            return False
        return plan(draft, campaign, entries, at=at)

    def begin(self, campaign: str, worker: str, *, at: Instant, early: bool = False) -> None:
        """See `Ledger.begin`."""
        self._distrust_backup()
        with self._db.transaction():
            if self._course(campaign).status is Status.RESTORED:
                what = f"campaign {campaign!r} was restored from a backup, and mail of it may have gone out since"
                raise Restored(what, hint=RESTORED)
            self._db.rows(_LEFT_BEHIND, (at, campaign, worker))
            if early:
                self._db.rows(_EARLY, (at, campaign))
        if self._watermark:
            self._watermark.add(campaign)

    def turn(self, campaign: str, work: Work, lease: Lease, *, gate: Gate, book: Book) -> Turned:
        """See `Ledger.turn`."""
        number = 0
        with self._db.transaction():
            before = self._course(campaign)
            turned, course = take_turn(PostgresRows(self._db, campaign), before, work, lease, self._one_at_a_time(gate))
            if course != before:
                self._db.rows(_PACE, (course.paced_until, campaign))
            if turned.settled:
                book(turned.settled)
            if turned.released:
                ((number,),) = self._db.rows(_COUNT_TURN)
        if number and self._watermark:
            # Before anybody lets go what was released: see Watermark.
            self._watermark.rise(number)
        return turned

    def order(self, campaign: str, order: Order, *, at: Instant) -> int:
        """See `Ledger.order`."""
        self._distrust_backup()
        with self._db.transaction():
            course, moved = ordered(self._course(campaign), order, at), 0
            if found := moves(order):
                moved = self._db.change(_MOVE, (found.to.value, at, campaign, [each.value for each in found.states]))
            self._db.rows(_SET_COURSE, (course.status.value, course.rate_per_h, course.paced_until, campaign))
            self._db.rows(_NOTE_ORDER, (campaign, at, order.command.value, order.by, order.rate_per_h, moved))
        return moved

    def campaigns(self) -> Mapping[str, Audience]:
        """See `Statement.campaigns`."""
        rows = self._db.rows(
            'SELECT campaign, at, size, status, rate_per_h FROM ledger_runs ORDER BY at, campaign COLLATE "C"'
        )
        return {name: convert(dict(zip(_AUDIENCE, row, strict=True)), Audience) for name, *row in rows}

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """See `Statement.tally`."""
        rows = self._db.rows(_TALLY, (campaign,)) if self._is_planned(campaign) else []
        return {(State(state), reason): count for state, reason, count in rows}

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """See `Statement.entries`; read in pages, so the ledger may change meanwhile."""
        names = [name for name in sorted(self.campaigns()) if campaign in ("", name)]
        ask = self._one if person else self._pages
        return islice(chain.from_iterable(ask(name, person, state) for name in names), limit)

    def of(self, people: Sequence[PersonId], campaigns: Sequence[str]) -> Sequence[Entry]:
        """See `Statement.of`."""
        return list(map(entry_of, self._db.rows(_OF, (list(campaigns), [as_bytes(each) for each in people]))))

    def due(self, campaign: str) -> Instant | None:
        """See `Agenda.due`."""
        ((due,),) = self._db.rows(_DUE, (campaign,)) if self._is_planned(campaign) else [(None,)]
        return None if due is None else Instant(due)

    def orders(self, campaign: str) -> Sequence[Given]:
        """See `Statement.orders`."""
        sql = "SELECT command, given_by, rate_per_h, at, moved FROM ledger_orders WHERE campaign = %s ORDER BY number"
        return [
            Given(order=Order(command=Command(command), by=by, rate_per_h=rate), at=Instant(at), moved=moved)
            for command, by, rate, at, moved in self._db.rows(sql, (campaign,))
        ]

    def _one_at_a_time(self, gate: Gate) -> Gate:
        """The gate, asked about whoever is about to be written to while no other campaign asks about them."""

        def locked(entries: Sequence[Entry]) -> Sequence[Verdict]:
            if ready := [as_bytes(each.person) for each in entries if each.state is State.CLAIMED]:
                self._db.rows(_ONE_AT_A_TIME, (ready,))
            return gate(entries)

        return locked

    def _distrust_backup(self) -> None:
        """Stops all campaigns if mail went out of which the database knows nothing: it was put back from a backup."""
        if not self._watermark:
            return
        number, _ = self._watermark.read()
        with self._db.transaction():
            rows = self._db.rows("SELECT number FROM ledger_turns")
            if number > (rows[0][0] if rows else 0):
                self._db.rows(_DISTRUST)
                self._db.rows(_RAISE_TURNS, (number,))

    def _is_planned(self, campaign: str) -> bool:
        return bool(self._db.rows(_IS_PLANNED, (campaign,)))

    def _course(self, campaign: str) -> Course:
        rows = self._db.rows(_COURSE, (campaign,))
        if not rows:
            raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, self.campaigns()))
        ((status, rate, paced_until),) = rows
        return Course(status=Status(status), rate_per_h=rate, paced_until=Instant(paced_until))

    def _one(self, campaign: str, person: str, state: str) -> Iterator[Entry]:
        yield from map(entry_of, self._db.rows(_ONE, (campaign, as_bytes(person), state)))

    def _pages(self, campaign: str, after: str, state: str) -> Iterator[Entry]:
        last = as_bytes(after)
        while rows := self._db.rows(_PAGE, (campaign, last, state)):
            yield from map(entry_of, rows)
            last = rows[-1][1]


_AUDIENCE = ("at", "size", "status", "rate_per_h")
