"""Has a database's files hold nothing of what was erased: what is deleted stays in them until it is written over."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from envoi.adapters.database import refusals
from envoi.errors import StoreBusy

if TYPE_CHECKING:
    import sqlite3

    from envoi.adapters.postgres import Postgres

#: How long readers of an earlier state of the file are waited for.
READERS_S = 20.0
_PAUSE_S = 0.1
#: The tables of which an erasure deletes or changes rows.
_CHANGED = ("events", "rejected", "people", "ledger", "links", "suppressions")


def compact_sqlite(connection: sqlite3.Connection, *, wait_s: float = READERS_S) -> None:
    """Writes the file anew, and empties its write-ahead log; others can read meanwhile, and wait to write.

    Raises:
        StoreBusy: somebody reads, or writes, for too long.
    """
    with refusals():
        connection.execute("VACUUM")
    for _ in range(round(wait_s / _PAUSE_S) + 1):
        with refusals():
            (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return
        time.sleep(_PAUSE_S)
    raise StoreBusy("another process reads the database", hint="end it, and do this again")


def compact_postgres(database: Postgres) -> None:
    """Frees the room of what was erased; the server writes over it, and over its own log, in its own time."""
    for table in _CHANGED:
        database.rows(f"VACUUM {table}")
