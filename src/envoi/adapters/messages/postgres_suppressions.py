"""The suppression list in a PostgreSQL database: a row an address, by its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.messages.suppression import Key, Standing, merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from envoi.adapters.postgres import Postgres

# Keys are in the order of their bytes on every server.
_TABLE = 'CREATE TABLE IF NOT EXISTS suppressions (key text COLLATE "C" PRIMARY KEY, body bytea NOT NULL)'
# Locked until the end: of two who add to one address the second merges with what the first stored.
_LOCK = "SELECT pg_advisory_xact_lock(key) FROM (SELECT hashtextextended(%s, 1) AS key) AS keys"
_PUT = "INSERT INTO suppressions VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET body = excluded.body"

_encode = msgspec.json.Encoder().encode
_standing = msgspec.json.Decoder(Standing).decode


class PostgresSuppressionList:
    """A SuppressionList in a PostgreSQL database; within a transaction of its connection it is part of that one."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(_TABLE)

    def get(self, keys: Sequence[Key]) -> dict[Key, Standing]:
        """What is known of those of these addresses of which anything is."""
        rows = self._db.rows("SELECT key, body FROM suppressions WHERE key = ANY(%s) ORDER BY key", (list(keys),))
        return {Key(key): _standing(body) for key, body in rows}

    def add(self, standings: Iterable[Standing]) -> None:
        """Stores these in one commit, each merged with what was known; adding again changes nothing.

        Raises:
            StoreFailed: the server refused, or its disk is full; then none is stored.
            StoreBusy: another process kept them locked too long; then none is stored.
        """
        with self._db.transaction():
            # In one order everywhere, so that two processes cannot wait for each other; sorting leaves those of one key
            # in theirs.
            for standing in sorted(standings, key=lambda each: each.key):
                self._db.rows(_LOCK, (standing.key,))
                known = self.get([standing.key]).get(standing.key)
                merged = merge(known, standing) if known else standing
                if merged != known:
                    self._db.rows(_PUT, (merged.key, _encode(merged)))

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Standing]:
        """Up to `limit` of them with a key >= `start`, ordered by key."""
        rows = self._db.rows("SELECT body FROM suppressions WHERE key >= %s ORDER BY key LIMIT %s", (start, limit))
        return (_standing(body) for (body,) in rows)
