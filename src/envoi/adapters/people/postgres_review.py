"""The queue of reviews in a PostgreSQL database: a row a pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.postgres import as_bytes, as_json
from envoi.people.match.review import Pair, Review, State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.adapters.postgres import Postgres
    from envoi.events.event import PersonId

# A person's name is bytes: see `as_bytes`.
_TABLES = (
    """CREATE TABLE IF NOT EXISTS reviews (
        one bytea NOT NULL, other bytea NOT NULL, state text NOT NULL, at bigint NOT NULL,
        score double precision NOT NULL, body bytea NOT NULL, PRIMARY KEY (one, other)
    )""",
    "CREATE INDEX IF NOT EXISTS reviews_in_order ON reviews (state, at DESC, score DESC, one, other)",
    "CREATE INDEX IF NOT EXISTS reviews_by_other ON reviews (other)",
)
_PUT = """INSERT INTO reviews SELECT * FROM
    unnest(%s::bytea[], %s::bytea[], %s::text[], %s::bigint[], %s::double precision[], %s::bytea[])
    ON CONFLICT (one, other) DO UPDATE
    SET state = excluded.state, at = excluded.at, score = excluded.score, body = excluded.body"""
_ASKED = "(SELECT * FROM unnest(%s::bytea[], %s::bytea[]))"

_review = msgspec.json.Decoder(Review).decode


class PostgresReviewQueue:
    """A ReviewQueue in a PostgreSQL database."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(*_TABLES)

    def put(self, reviews: Sequence[Review]) -> None:
        """See `ReviewQueue.put`."""
        # In one order everywhere, so that two processes cannot wait for each other; one of each pair, the last.
        latest = {each.pair: each for each in reviews}
        rows = [
            (as_bytes(each.one), as_bytes(each.other), each.state.value, int(each.at), each.score, as_json(each))
            for _, each in sorted(latest.items())
        ]
        with self._db.transaction():
            self._db.rows(_PUT, tuple([row[part] for row in rows] for part in range(6)))

    def drop(self, pairs: Sequence[Pair]) -> None:
        """See `ReviewQueue.drop`."""
        with self._db.transaction():
            self._db.rows(f"DELETE FROM reviews WHERE (one, other) IN {_ASKED}", _columns(sorted(pairs)))

    def get(self, pairs: Sequence[Pair]) -> dict[Pair, Review]:
        """See `ReviewQueue.get`."""
        sql = f"SELECT body FROM reviews WHERE (one, other) IN {_ASKED}"
        return {each.pair: each for each in self._select(sql, _columns(pairs))}

    def scan(self, state: State, *, offset: int = 0, limit: int = 100) -> list[Review]:
        """See `ReviewQueue.scan`."""
        sql = "SELECT body FROM reviews WHERE state = %s ORDER BY at DESC, score DESC, one, other LIMIT %s OFFSET %s"
        return self._select(sql, (state.value, limit, offset))

    def counts(self) -> Mapping[State, int]:
        """See `ReviewQueue.counts`."""
        rows = self._db.rows("SELECT state, COUNT(*) FROM reviews GROUP BY state")
        return {State(state): int(number) for state, number in rows}

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - it holds none
        """How many pairs one of these people is of."""
        asked = [as_bytes(person) for person in people]
        ((count,),) = self._db.rows(
            "SELECT COUNT(*) FROM reviews WHERE one = ANY(%s) OR other = ANY(%s)", (asked, asked)
        )
        return int(count)

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - it holds none
        """Forgets all pairs that one of these people is of, and returns how many those were."""
        asked = [as_bytes(person) for person in people]
        sql = "DELETE FROM reviews WHERE one = ANY(%s) OR other = ANY(%s) RETURNING 1"
        with self._db.transaction():
            return len(self._db.rows(sql, (asked, asked)))

    def _select(self, sql: str, values: tuple[object, ...]) -> list[Review]:
        return [_review(body) for (body,) in self._db.rows(sql, values)]


def _columns(pairs: Sequence[Pair]) -> tuple[list[bytes], list[bytes]]:
    return [as_bytes(one) for one, _ in pairs], [as_bytes(other) for _, other in pairs]
