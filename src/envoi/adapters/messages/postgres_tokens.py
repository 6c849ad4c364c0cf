"""Tokens that count once, in a PostgreSQL database: what was signed without what it says cannot be used again."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.errors import Conflict

if TYPE_CHECKING:
    from envoi.adapters.postgres import Postgres
    from envoi.clock import Instant

_TABLES = (
    "CREATE TABLE IF NOT EXISTS spent_tokens (token text PRIMARY KEY, content bytea NOT NULL, at bigint NOT NULL)",
    "CREATE INDEX IF NOT EXISTS spent_tokens_at ON spent_tokens (at)",
)
# Nothing is changed, but what is there is told.
_SPEND = """INSERT INTO spent_tokens VALUES (%s, %s, %s)
    ON CONFLICT (token) DO UPDATE SET token = excluded.token RETURNING content"""


class PostgresSpentTokens:
    """Remembers what each token was used for; within a transaction of the same connection it is part of that one."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(*_TABLES)

    def spend(self, token: str, content: bytes, *, at: Instant, since: Instant) -> None:
        """Uses the token for this content; the same again is nothing new. What is older than `since` is forgotten.

        Raises:
            Conflict: it was used for something else.
        """
        digest = blake2b(content, digest_size=16).digest()
        with self._db.transaction():
            self._db.rows("DELETE FROM spent_tokens WHERE at < %s", (since,))
            ((known,),) = self._db.rows(_SPEND, (token.replace("\0", "\ufffd"), digest, at))
            if known != digest:
                raise Conflict(
                    "this token was used for something else", hint="somebody may have seen the provider's request"
                )
