"""The suppression list in the project's SQLite file: a row an address, by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.database import create, refusals, transaction
from envoi.messages.suppression import Key, Standing, merge

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

_TABLE = "CREATE TABLE IF NOT EXISTS suppressions (key TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID"

_encode = msgspec.json.Encoder().encode
_standing = msgspec.json.Decoder(Standing).decode


class SqliteSuppressionList:
    """A SuppressionList in a SQLite file; within a transaction of the same connection it is part of that one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, _TABLE)

    def get(self, keys: Sequence[Key]) -> dict[Key, Standing]:
        """What is known of those of these addresses of which anything is."""
        sql = "SELECT key, body FROM suppressions WHERE key IN (SELECT value FROM json_each(?))"
        return {Key(key): _standing(body) for key, body in self._rows(sql, _encode(list(keys)).decode())}

    def add(self, standings: Iterable[Standing]) -> None:
        """Stores these in one commit, each merged with what was known; adding again changes nothing.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
            StoreBusy: another process kept the file locked too long; then none is stored.
        """
        with transaction(self._connection):
            for standing in standings:
                known = self.get([standing.key]).get(standing.key)
                merged = merge(known, standing) if known else standing
                if merged != known:
                    row = (merged.key, _encode(merged))
                    self._connection.execute("INSERT OR REPLACE INTO suppressions (key, body) VALUES (?, ?)", row)

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Standing]:
        """Up to `limit` of them with a key >= `start`, ordered by key."""
        sql = "SELECT key, body FROM suppressions WHERE key >= ? ORDER BY key LIMIT ?"
        return (_standing(body) for _, body in self._rows(sql, start, limit))

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with refusals():
            return self._connection.execute(sql, values).fetchall()
