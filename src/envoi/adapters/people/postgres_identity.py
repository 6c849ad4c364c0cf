"""Which keys are one person, in a PostgreSQL database beside the log: a row a key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.postgres import APPENDING, as_bytes
from envoi.events.event import PersonId
from envoi.people.identity import node_of
from envoi.people.port import Node, Stamp
from envoi.settings import TRUST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.postgres import Postgres

# Names are bytes: see `as_bytes`.
_TABLES = (
    """CREATE TABLE IF NOT EXISTS identity (
        node bytea PRIMARY KEY, person bytea NOT NULL, is_shared boolean NOT NULL, apart bytea NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS identity_people ON identity (person)",
    "CREATE TABLE IF NOT EXISTS identity_stamp (number bigint NOT NULL, has_users boolean NOT NULL)",
)
# A log that was begun before there was this table: whoever is not called by a user id is a person of their own.
_BEGIN = """INSERT INTO identity SELECT DISTINCT person, person, FALSE, ''::bytea FROM events
    WHERE EXISTS (SELECT FROM unnest(%s::bytea[]) AS kind WHERE substring(person FROM 1 FOR length(kind)) = kind)"""
_AROUND = """WITH asked AS (SELECT unnest(%s::bytea[]) AS node),
    people AS (SELECT node AS person FROM asked UNION SELECT person FROM identity JOIN asked USING (node))
    SELECT node, identity.person, is_shared, apart FROM identity JOIN people USING (person) ORDER BY node"""
_WRITE = """INSERT INTO identity SELECT * FROM unnest(%s::bytea[], %s::bytea[], %s::boolean[], %s::bytea[])
    ON CONFLICT (node) DO UPDATE
        SET person = excluded.person, is_shared = excluded.is_shared, apart = excluded.apart"""

_OF = "WHERE node = ANY(%s) OR person = ANY(%s)"

_encode = msgspec.json.Encoder().encode
_apart = msgspec.json.Decoder(tuple[PersonId, ...]).decode


class PostgresIdentityStore:
    """An IdentityStore in the PostgreSQL database that has the log."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(*_TABLES)
        if not self._db.rows("SELECT 1 FROM identity_stamp"):
            self._begin()

    def stamp(self) -> Stamp:
        """What changes with every change; quickly told."""
        ((number, has_users),) = self._db.rows("SELECT number, has_users FROM identity_stamp")
        return Stamp(number=number, has_users=has_users)

    def around(self, nodes: Sequence[PersonId]) -> list[Node]:
        """All nodes of the people to whom these nodes belong, or whose names they are, as far as they are known."""
        rows = self._db.rows(_AROUND, ([as_bytes(node) for node in nodes],))
        return [
            Node(node=_id(node), person=_id(person), is_shared=is_shared, apart=_apart(apart) if apart else ())
            for node, person, is_shared, apart in rows
        ]

    def people_of(self, nodes: Sequence[PersonId]) -> dict[PersonId, PersonId]:
        """The person of each of these nodes that is known."""
        sql = "SELECT node, person FROM identity WHERE node = ANY(%s)"
        return {_id(node): _id(person) for node, person in self._db.rows(sql, ([as_bytes(each) for each in nodes],))}

    def nodes_of(self, person: PersonId) -> list[PersonId]:
        """The nodes of a person, in order; of an id that is not a person's name, nothing but itself."""
        rows = self._db.rows("SELECT node FROM identity WHERE person = %s", (as_bytes(person),))
        return sorted({person, *(_id(node) for (node,) in rows)})

    def write(self, nodes: Sequence[Node]) -> None:
        """Puts these in place of what was known of them, within the log's commit.

        Raises:
            StoreFailed: the server refused, or its disk is full.
        """
        rows = sorted(
            (as_bytes(one.node), as_bytes(one.person), one.is_shared, _encode(one.apart) if one.apart else b"")
            for one in nodes
        )
        with self._db.transaction():
            has_users = self.stamp().has_users or any(one.is_renamed_user for one in nodes)
            self._db.rows(_WRITE, tuple([row[part] for row in rows] for part in range(4)))
            self._put_stamp(has_users=has_users)

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """Forgets these people's keys, and these addresses; returns how many keys that were."""
        with self._db.transaction():
            erased = self._db.change(f"DELETE FROM identity {_OF}", _gone(people, addresses))
            self._put_stamp(has_users=self.stamp().has_users)
        return erased

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """How many keys it has of them."""
        ((count,),) = self._db.rows(f"SELECT COUNT(*) FROM identity {_OF}", _gone(people, addresses))
        return int(count)

    def _begin(self) -> None:
        with self._db.transaction():
            # Two processes may open the project at once.
            self._db.rows("SELECT pg_advisory_xact_lock(%s)", (APPENDING,))
            if self._db.rows("SELECT 1 FROM identity_stamp"):
                return
            ((has_log,),) = self._db.rows("SELECT to_regclass('events') IS NOT NULL")
            if has_log:
                self._db.rows(_BEGIN, ([as_bytes(f"{kind}:") for kind in TRUST if kind != "user_id"],))
            self._put_stamp(has_users=False)

    def _put_stamp(self, *, has_users: bool) -> None:
        # Not a count: a commit that was taken back must not have the number of the next one.
        number = int.from_bytes(os.urandom(7), "big")
        self._db.rows("DELETE FROM identity_stamp")
        self._db.rows("INSERT INTO identity_stamp VALUES (%s, %s)", (number, has_users))


def _gone(people: Sequence[PersonId], addresses: Sequence[str]) -> tuple[list[bytes], list[bytes]]:
    gone = [as_bytes(each) for each in (*people, *(node_of("email", address) for address in addresses))]
    return gone, gone


def _id(name: bytes) -> PersonId:
    return PersonId(bytes(name).decode())
