"""Which keys are one person, in the project's SQLite file beside the log: a row a key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import msgspec

from envoi.adapters.database import create, refusals, transaction, write_rows
from envoi.events.event import PersonId
from envoi.people.identity import node_of
from envoi.people.port import Node, Stamp
from envoi.settings import TRUST

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_TABLES = (
    """CREATE TABLE IF NOT EXISTS identity (
        node TEXT PRIMARY KEY, person TEXT NOT NULL, is_shared INTEGER NOT NULL, apart TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS identity_people ON identity (person)",
    "CREATE TABLE IF NOT EXISTS identity_stamp (number INTEGER NOT NULL, has_users INTEGER NOT NULL) STRICT",
)
_OTHERS = " OR ".join(f"person GLOB '{kind}:*'" for kind in TRUST if kind != "user_id")
# A log that was begun before there was this table: whoever is not called by a user id is a person of their own.
_BEGIN = f"INSERT INTO identity SELECT DISTINCT person, person, 0, '' FROM events WHERE {_OTHERS}"
_AROUND = """WITH asked (node) AS (SELECT value FROM json_each(?)),
    people (person) AS (SELECT node FROM asked UNION SELECT person FROM identity WHERE node IN (SELECT node FROM asked))
    SELECT node, person, is_shared, apart FROM identity WHERE person IN (SELECT person FROM people) ORDER BY node"""
_PEOPLE = "SELECT node, person FROM identity WHERE node IN (SELECT value FROM json_each(?))"
_WRITE = "INSERT OR REPLACE INTO identity VALUES"

_OF = "WHERE node IN (SELECT value FROM json_each(?)) OR person IN (SELECT value FROM json_each(?))"

_encode = msgspec.json.Encoder().encode
_apart = msgspec.json.Decoder(tuple[PersonId, ...]).decode


class SqliteIdentityStore:
    """An IdentityStore in the SQLite file that has the log."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, *_TABLES)
        if not self._rows("SELECT 1 FROM identity_stamp") and not self._rows("PRAGMA query_only")[0][0]:
            with transaction(connection):
                if self._rows("SELECT 1 FROM sqlite_master WHERE name = 'events'"):
                    connection.execute(_BEGIN)
                self._put_stamp(has_users=False)

    def stamp(self) -> Stamp:
        """What changes with every change; quickly told."""
        ((number, has_users),) = self._rows("SELECT number, has_users FROM identity_stamp")
        return Stamp(number=number, has_users=bool(has_users))

    def around(self, nodes: Sequence[PersonId]) -> list[Node]:
        """All nodes of the people to whom these nodes belong, or whose names they are, as far as they are known."""
        return [
            Node(
                node=PersonId(node),
                person=PersonId(person),
                is_shared=bool(is_shared),
                apart=_apart(apart) if apart else (),
            )
            for node, person, is_shared, apart in self._rows(_AROUND, _json(nodes))
        ]

    def people_of(self, nodes: Sequence[PersonId]) -> dict[PersonId, PersonId]:
        """The person of each of these nodes that is known."""
        return {PersonId(node): PersonId(person) for node, person in self._rows(_PEOPLE, _json(nodes))}

    def nodes_of(self, person: PersonId) -> list[PersonId]:
        """The nodes of a person, in order; of an id that is not a person's name, nothing but itself."""
        rows = self._rows("SELECT node FROM identity WHERE person = ?", person)
        return sorted({person, *(PersonId(node) for (node,) in rows)})

    def write(self, nodes: Sequence[Node]) -> None:
        """Puts these in place of what was known of them, within the log's commit.

        Raises:
            StoreFailed: the disk is full or failed.
        """
        rows = [
            (one.node, one.person, int(one.is_shared), _encode(one.apart).decode() if one.apart else "")
            for one in nodes
        ]
        with transaction(self._connection):
            has_users = self.stamp().has_users or any(one.is_renamed_user for one in nodes)
            write_rows(self._connection, _WRITE, sorted(rows))
            self._put_stamp(has_users=has_users)

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """Forgets these people's keys, and these addresses; returns how many keys that were."""
        with transaction(self._connection):
            erased = self._connection.execute(f"DELETE FROM identity {_OF}", _gone(people, addresses)).rowcount
            self._put_stamp(has_users=self.stamp().has_users)
        return erased

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """How many keys it has of them."""
        return int(self._rows(f"SELECT COUNT(*) FROM identity {_OF}", *_gone(people, addresses))[0][0])

    def _put_stamp(self, *, has_users: bool) -> None:
        # Not a count: a commit that was taken back must not have the number of the next one.
        number = int.from_bytes(os.urandom(7), "big")
        self._connection.execute("DELETE FROM identity_stamp")
        self._connection.execute("INSERT INTO identity_stamp VALUES (?, ?)", (number, int(has_users)))

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with refusals():
            return self._connection.execute(sql, values).fetchall()


def _gone(people: Sequence[PersonId], addresses: Sequence[str]) -> tuple[str, str]:
    gone = _json([*people, *(node_of("email", address) for address in addresses)])
    return gone, gone


def _json(nodes: Sequence[PersonId]) -> str:
    with refusals():
        return _encode(list(nodes)).decode()
