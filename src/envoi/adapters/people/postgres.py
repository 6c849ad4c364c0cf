"""Profiles in a PostgreSQL database: a row a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.people.present import present
from envoi.adapters.postgres import as_bytes, as_json
from envoi.people.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.adapters.postgres import Postgres
    from envoi.events.event import PersonId

# A person's name is bytes: see `as_bytes`.
_TABLES = (
    "CREATE TABLE IF NOT EXISTS people (person bytea PRIMARY KEY, seq bigint NOT NULL, body bytea NOT NULL)",
    "CREATE INDEX IF NOT EXISTS people_by_seq ON people (seq)",
    # One row: how far the log has been folded, where its end said nothing of anybody.
    "CREATE TABLE IF NOT EXISTS people_folded (id int PRIMARY KEY CHECK (id = 1), upto bigint NOT NULL)",
)
_PUT = """INSERT INTO people SELECT * FROM unnest(%s::bytea[], %s::bigint[], %s::bytea[])
    ON CONFLICT (person) DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq >= people.seq"""
_FOLDED = """INSERT INTO people_folded VALUES (1, %s)
    ON CONFLICT (id) DO UPDATE SET upto = GREATEST(people_folded.upto, excluded.upto)"""
_POSITION = "SELECT GREATEST((SELECT max(seq) FROM people), (SELECT upto FROM people_folded), 0)"

_profile = msgspec.json.Decoder(Profile).decode


class PostgresProfileStore:
    """A ProfileStore in a PostgreSQL database."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(*_TABLES)

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one."""
        wanted = [as_bytes(person) for person in people]
        found = self._select("SELECT body FROM people WHERE person = ANY(%s) ORDER BY person", wanted)
        return {profile.person: profile for profile in found}

    def put(self, profiles: Sequence[Profile], *, upto: int = 0) -> None:
        """Stores these profiles in one commit, each in place of the person's earlier one unless it is behind that.

        Raises:
            StoreFailed: the server refused, or its disk is full; then none is stored.
            StoreBusy: another process kept them locked too long; then none is stored.
        """
        latest: dict[PersonId, Profile] = {}
        for profile in profiles:
            if profile.person not in latest or latest[profile.person].seq <= profile.seq:
                latest[profile.person] = profile
        # In one order everywhere, so that two processes cannot wait for each other.
        rows = sorted((as_bytes(each.person), each.seq, as_json(each)) for each in latest.values())
        with self._db.transaction():
            self._db.rows(_PUT, tuple([row[part] for row in rows] for part in range(3)))
            if upto:
                self._db.rows(_FOLDED, (upto,))

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Profile]:
        """Up to `limit` profiles with an id >= `start`, ordered by id; of those who turned out to be others, none."""

        def read(beyond: str, than: str, count: int) -> list[Profile]:
            sql = f"SELECT body FROM people WHERE person {beyond} %s ORDER BY person LIMIT %s"
            return self._select(sql, as_bytes(than), count)

        return present(read, start, limit)

    def position(self) -> int:
        """The highest `seq` among the profiles stored, or `upto` if that is higher; 0 if there are none."""
        ((seq,),) = self._db.rows(_POSITION)
        return int(seq)

    def _select(self, sql: str, *values: object) -> list[Profile]:
        return [_profile(body) for (body,) in self._db.rows(sql, values)]
