"""Ledgers to be held to their contract, and short words for what the tests do with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from envoi.adapters.database import open_database
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.messages.postgres_ledger import PostgresLedger
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.adapters.postgres import Postgres
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.messages.ledger import Entry, Lease, Receipt, State, Turned, Work
from envoi.messages.port import Gate
from envoi.messages.verdict import GO, Skip, Verdict
from tests.postgres import empty, fresh

AnyLedger = MemoryLedger | SqliteLedger | PostgresLedger

KINDS = ["memory", "sqlite", "postgres"]
#: Those that several processes can have open at once.
SHARED = ["sqlite", "postgres"]

CAMPAIGN = "spring"
MINUTE = 60_000_000


@contextmanager
def opened(kind: str, number: int = 1) -> Iterator[list[AnyLedger]]:
    """So many views of one empty ledger: each is what another process would have."""
    if kind == "memory":
        yield [MemoryLedger()] * number
        return
    if kind == "postgres":
        url = empty()
        databases = [Postgres(url) for _ in range(number)]
        try:
            yield [PostgresLedger(database) for database in databases]
        finally:
            for database in databases:
                database.close()
        return
    with TemporaryDirectory() as folder:
        connections = [open_database(Path(folder) / "envoi.sqlite", any_thread=True) for _ in range(number)]
        try:
            yield [SqliteLedger(connection) for connection in connections]
        finally:
            for connection in connections:
                connection.close()


@contextmanager
def opened_quickly(kind: str) -> Iterator[AnyLedger]:
    """One empty ledger, for tests that need many."""
    if kind == "memory":
        yield MemoryLedger()
    elif kind == "postgres":
        with fresh() as database:
            yield PostgresLedger(database)
    else:
        with closing(open_database(None)) as connection:
            yield SqliteLedger(connection)


def entry_of(person: str, **fields: object) -> Entry:
    entry = Entry(campaign=CAMPAIGN, person=PersonId(person), address=f"{person}@example.org", decision=1)
    return replace(entry, **fields)


def lease_of(worker: str = "w1", *, now: int = 0, size: int = 0) -> Lease:
    return Lease(worker=worker, size=size, now=Instant(now), until=Instant(now + MINUTE))


def is_open(entries: Sequence[Entry]) -> list[Verdict]:
    return [GO] * len(entries)


def closed_for(*people: str, reason: str = "unsubscribed") -> Gate:
    return lambda entries: [Skip(reason=reason) if entry.person in people else GO for entry in entries]


def turn(
    ledger: AnyLedger,
    lease: Lease,
    *,
    settled: Sequence[tuple[Entry, Receipt]] = (),
    ready: Sequence[Entry] = (),
    gate: Gate = is_open,
    book: Callable[[Sequence[Entry]], None] = lambda _: None,
) -> Turned:
    return ledger.turn(CAMPAIGN, Work(settled=settled, ready=ready), lease, gate=gate, book=book)


def claim(ledger: AnyLedger, worker: str = "w1", *, now: int = 0, size: int = 100, gate: Gate = is_open) -> list[Entry]:
    return list(turn(ledger, lease_of(worker, now=now, size=size), gate=gate).claimed)


def submit(ledger: AnyLedger, *entries: Entry, now: int = 5, worker: str = "w1", gate: Gate = is_open) -> list[str]:
    """Lets go what is ready; returns who goes."""
    return [one.person for one in turn(ledger, lease_of(worker, now=now), ready=entries, gate=gate).released]


def settle(ledger: AnyLedger, entry: Entry, state: State, *, reason: str = "", now: int = 6, due: int = 0) -> bool:
    """Books how one ended; says whether that was taken."""
    receipt = Receipt(state=state, reason=reason, at=Instant(now), due=Instant(due))
    before = next(ledger.entries(CAMPAIGN, person=entry.person), None)
    turn(ledger, lease_of(now=now), settled=[(entry, receipt)])
    return before != next(ledger.entries(CAMPAIGN, person=entry.person), None)


def states(ledger: AnyLedger) -> dict[str, str]:
    return {entry.person: entry.state.value for entry in ledger.entries(CAMPAIGN)}
