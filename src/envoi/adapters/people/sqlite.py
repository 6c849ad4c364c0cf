"""Profiles in a SQLite file of their own: a row a person.

They are a cache of the log and written behind it, so they are kept apart: who writes them makes nobody wait who writes
to the log, nor waits for the disk.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.database import create, open_database, refusals, transaction
from envoi.adapters.people.present import present
from envoi.people.profile import Profile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from envoi.events.event import PersonId

FILE = "people.sqlite"

_TABLES = (
    "CREATE TABLE IF NOT EXISTS people (person TEXT PRIMARY KEY, seq INTEGER NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE INDEX IF NOT EXISTS people_by_seq ON people (seq)",
    # One row: how far the log has been folded, where its end said nothing of anybody.
    "CREATE TABLE IF NOT EXISTS folded (id INTEGER PRIMARY KEY CHECK (id = 1), upto INTEGER NOT NULL) STRICT",
)
_PUT = """INSERT INTO people VALUES (?, ?, ?)
    ON CONFLICT (person) DO UPDATE SET seq = excluded.seq, body = excluded.body WHERE excluded.seq >= seq"""
_FOLDED = "INSERT INTO folded VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET upto = max(upto, excluded.upto)"
_POSITION = "SELECT max(coalesce((SELECT max(seq) FROM people), 0), coalesce((SELECT upto FROM folded), 0))"
#: How many profiles one statement asks for.
_TOGETHER = 500

_encode = msgspec.json.Encoder().encode
_profile = msgspec.json.Decoder(Profile).decode


class SqliteProfileStore:
    """A ProfileStore in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, *_TABLES)

    def get(self, people: Sequence[PersonId]) -> dict[PersonId, Profile]:
        """The profiles of those people who have one."""
        found: dict[PersonId, Profile] = {}
        for start in range(0, len(people), _TOGETHER):
            some = people[start : start + _TOGETHER]
            sql = f"SELECT body FROM people WHERE person IN ({','.join('?' * len(some))})"
            found.update((profile.person, profile) for profile in self._select(sql, *some))
        return found

    def put(self, profiles: Sequence[Profile], *, upto: int = 0) -> None:
        """Stores these profiles in one commit, each in place of the person's earlier one unless it is behind that.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
            StoreBusy: another process kept the file locked too long; then none is stored.
        """
        with refusals():
            # Before the transaction: while it lasts, nobody else can write.
            rows = [(profile.person, profile.seq, _encode(profile)) for profile in profiles]
        with transaction(self._connection):
            self._connection.executemany(_PUT, rows)
            if upto:
                self._connection.execute(_FOLDED, (upto,))

    def scan(self, start: str = "", limit: int = 1000) -> Iterator[Profile]:
        """Up to `limit` profiles with an id >= `start`, ordered by id; of those who turned out to be others, none."""

        def read(beyond: str, than: str, count: int) -> list[Profile]:
            sql = f"SELECT body FROM people WHERE person {beyond} ? ORDER BY person LIMIT ?"
            return self._select(sql, than, count)

        return present(read, start, limit)

    def position(self) -> int:
        """The highest `seq` among the profiles stored, or `upto` if that is higher; 0 if there are none."""
        with refusals():
            (seq,) = self._connection.execute(_POSITION).fetchone()
        return int(seq)

    def clear(self) -> None:
        """Forgets all profiles: they are folded anew from the log."""
        with transaction(self._connection):
            self._connection.execute("DELETE FROM people")
            self._connection.execute("DELETE FROM folded")

    def _select(self, sql: str, *values: object) -> list[Profile]:
        with refusals():
            return [_profile(body) for (body,) in self._connection.execute(sql, values)]


@contextmanager
def open_profiles(folder: Path, *, read_only: bool = False, any_thread: bool = False) -> Iterator[SqliteProfileStore]:
    """The profiles of the project whose state is in `folder`; see `open_database`.

    Raises:
        NotFound: `read_only`, and there are none yet.
        StoreBusy: another process kept the file locked too long.
        StoreFailed: the file cannot be opened, is damaged, or belongs to a newer Envoi.
    """
    path = folder / FILE
    with closing(open_database(path, read_only=read_only, any_thread=any_thread, is_cache=True)) as connection:
        yield SqliteProfileStore(connection)
