"""Where a project's log, profiles, ledger and lists are kept: in SQLite beside its files, or in PostgreSQL.

History is not among them: it is made from the log, in a file beside each process's project.
"""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database
from envoi.adapters.events.postgres import PostgresEventLog
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.messages.postgres_days import PostgresDayBook
from envoi.adapters.messages.postgres_ledger import PostgresLedger
from envoi.adapters.messages.postgres_links import PostgresLinkTable
from envoi.adapters.messages.postgres_suppressions import PostgresSuppressionList
from envoi.adapters.messages.postgres_tokens import PostgresSpentTokens
from envoi.adapters.messages.sqlite_days import SqliteDayBook
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.adapters.messages.sqlite_links import SqliteLinkTable
from envoi.adapters.messages.sqlite_suppressions import SqliteSuppressionList
from envoi.adapters.messages.sqlite_tokens import SqliteSpentTokens
from envoi.adapters.messages.watermark import Watermark
from envoi.adapters.people.postgres import PostgresProfileStore
from envoi.adapters.people.postgres_identity import PostgresIdentityStore
from envoi.adapters.people.postgres_review import PostgresReviewQueue
from envoi.adapters.people.sqlite import SqliteProfileStore, open_profiles
from envoi.adapters.people.sqlite_identity import SqliteIdentityStore
from envoi.adapters.people.sqlite_review import SqliteReviewQueue
from envoi.adapters.postgres import Postgres, PostgresClock
from envoi.hosts.folder import secret
from envoi.hosts.surroundings import clock_of
from envoi.people.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envoi.clock import Clock
    from envoi.settings import Settings

#: Each is an EventLog and an Archive at once.
Log = SqliteEventLog | PostgresEventLog
Tokens = SqliteSpentTokens | PostgresSpentTokens

#: Overrides where a project's stores are, and keeps the password out of its files.
STORE_URL = "ENVOI_STORE_URL"
#: What a URL of PostgreSQL begins with.
POSTGRES = ("postgresql://", "postgres://")
DATABASE, WATERMARK = "envoi.sqlite", "sent.mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A project's stores; all are in one database, so that a ledger's transaction sees what the others hold."""

    log: Log
    #: Which keys are one person; the log asks it of each new event.
    identity: SqliteIdentityStore | PostgresIdentityStore
    people: SqliteProfileStore | PostgresProfileStore
    ledger: SqliteLedger | PostgresLedger
    targets: SqliteLinkTable | PostgresLinkTable
    days: SqliteDayBook | PostgresDayBook
    suppressions: SqliteSuppressionList | PostgresSuppressionList
    tokens: Tokens
    reviews: SqliteReviewQueue | PostgresReviewQueue
    #: By which leases are held: the project's own, or, where machines share the stores, their server's.
    clock: Clock


def store_url_of(settings: Settings) -> str:
    """Where the stores are: a URL of PostgreSQL, or empty for the file beside the project's own."""
    return os.environ.get(STORE_URL) or settings.store_url


@contextmanager
def open_stores(settings: Settings, state: Path, *, any_thread: bool = False) -> Iterator[Kept]:
    """Opens the stores of a project with these settings and this folder of state; closes them in the end.

    With `any_thread` several threads may use them, one at a time.

    Raises:
        ProjectError: the URL names no PostgreSQL, or its driver is not installed.
        Unreachable: no server answered.
        StoreBusy: another process kept the database locked too long.
    """
    watermark, key = Watermark(state / WATERMARK), secret(state.parent)
    if url := store_url_of(settings):
        with closing(Postgres(url)) as database:
            known = PostgresIdentityStore(database)
            yield Kept(
                log=PostgresEventLog(database, key, Resolver(known, lambda: settings.identity)),
                identity=known,
                people=PostgresProfileStore(database),
                ledger=PostgresLedger(database, watermark),
                targets=PostgresLinkTable(database),
                days=PostgresDayBook(database),
                suppressions=PostgresSuppressionList(database),
                tokens=PostgresSpentTokens(database),
                reviews=PostgresReviewQueue(database),
                clock=PostgresClock(database) if settings.as_of is None else clock_of(settings),
            )
        return
    with (
        closing(open_database(state / DATABASE, any_thread=any_thread)) as connection,
        open_profiles(state, any_thread=any_thread) as people,
    ):
        identity = SqliteIdentityStore(connection)
        log = SqliteEventLog(connection, key, Resolver(identity, lambda: settings.identity))
        if people.position() > log.position():
            # The log was put back from a backup; what profiles know besides may never have been.
            people.clear()
        yield Kept(
            log=log,
            identity=identity,
            people=people,
            ledger=SqliteLedger(connection, watermark),
            targets=SqliteLinkTable(connection),
            days=SqliteDayBook(connection),
            suppressions=SqliteSuppressionList(connection),
            tokens=SqliteSpentTokens(connection),
            reviews=SqliteReviewQueue(connection),
            clock=clock_of(settings),
        )
