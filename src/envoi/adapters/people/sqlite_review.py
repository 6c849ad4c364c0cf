"""The queue of reviews in the project's SQLite file: a row a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.database import create, refusals, transaction
from envoi.people.match.review import Pair, Review, State

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from envoi.events.event import PersonId

_TABLES = (
    """CREATE TABLE IF NOT EXISTS reviews (
        one TEXT NOT NULL, other TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, score REAL NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (one, other)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS reviews_in_order ON reviews (state, at DESC, score DESC, one, other)",
    "CREATE INDEX IF NOT EXISTS reviews_by_other ON reviews (other)",
)

_encode = msgspec.json.Encoder().encode
_review = msgspec.json.Decoder(Review).decode


class SqliteReviewQueue:
    """A ReviewQueue in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, *_TABLES)

    def put(self, reviews: Sequence[Review]) -> None:
        """See `ReviewQueue.put`."""
        rows = [(each.one, each.other, each.state, each.at, each.score, _encode(each)) for each in reviews]
        with transaction(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?, ?)", rows)

    def drop(self, pairs: Sequence[Pair]) -> None:
        """See `ReviewQueue.drop`."""
        with transaction(self._connection):
            self._connection.executemany("DELETE FROM reviews WHERE one = ? AND other = ?", pairs)

    def get(self, pairs: Sequence[Pair]) -> dict[Pair, Review]:
        """See `ReviewQueue.get`."""
        sql = (
            "SELECT reviews.body FROM json_each(?) AS asked JOIN reviews"
            " ON one = json_extract(asked.value, '$[0]') AND other = json_extract(asked.value, '$[1]')"
        )
        return {each.pair: each for each in self._select(sql, _encode(list(pairs)).decode())}

    def scan(self, state: State, *, offset: int = 0, limit: int = 100) -> list[Review]:
        """See `ReviewQueue.scan`."""
        sql = "SELECT body FROM reviews WHERE state = ? ORDER BY at DESC, score DESC, one, other LIMIT ? OFFSET ?"
        return self._select(sql, state, limit, offset)

    def counts(self) -> Mapping[State, int]:
        """See `ReviewQueue.counts`."""
        return {State(state): int(n) for state, n in self._rows("SELECT state, COUNT(*) FROM reviews GROUP BY state")}

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - it holds none
        """How many pairs one of these people is of."""
        asked = _encode(list(people)).decode()
        within = "(SELECT value FROM json_each(?))"
        sql = f"SELECT COUNT(*) FROM reviews WHERE one IN {within} OR other IN {within}"
        return int(self._rows(sql, asked, asked)[0][0])

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - it holds none
        """Forgets all pairs that one of these people is of, and returns how many those were."""
        asked = _encode(list(people)).decode()
        within = "(SELECT value FROM json_each(?))"
        with transaction(self._connection):
            sql = f"DELETE FROM reviews WHERE one IN {within} OR other IN {within}"
            return self._connection.execute(sql, (asked, asked)).rowcount

    def _select(self, sql: str, *values: object) -> list[Review]:
        return [_review(body) for (body,) in self._rows(sql, *values)]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with refusals():
            return self._connection.execute(sql, values).fetchall()
