"""Tokens that count once, in the project's SQLite file: what was signed without what it says cannot be used again."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.adapters.database import create, transaction
from envoi.errors import Conflict

if TYPE_CHECKING:
    import sqlite3

    from envoi.clock import Instant

_TABLES = (
    """CREATE TABLE IF NOT EXISTS spent_tokens (
        token TEXT PRIMARY KEY, content BLOB NOT NULL, at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS spent_tokens_at ON spent_tokens (at)",
)


class SqliteSpentTokens:
    """Remembers what each token was used for; within a transaction of the same connection it is part of that one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, *_TABLES)

    def spend(self, token: str, content: bytes, *, at: Instant, since: Instant) -> None:
        """Uses the token for this content; the same again is nothing new. What is older than `since` is forgotten.

        Raises:
            Conflict: it was used for something else.
        """
        digest = blake2b(content, digest_size=16).digest()
        with transaction(self._connection):
            self._connection.execute("DELETE FROM spent_tokens WHERE at < ?", (since,))
            row = self._connection.execute("SELECT content FROM spent_tokens WHERE token = ?", (token,)).fetchone()
            if row is None:
                self._connection.execute("INSERT INTO spent_tokens VALUES (?, ?, ?)", (token, digest, at))
            elif row[0] != digest:
                raise Conflict(
                    "this token was used for something else", hint="somebody may have seen the provider's request"
                )
