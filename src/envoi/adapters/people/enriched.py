"""What providers answered about people, in a SQLite file of its own, until it is old: so that nobody is asked twice."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.database import create, open_database, refusals, transaction
from envoi.clock import Instant
from envoi.events.event import Value
from envoi.people.enrich import Kept

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from envoi.events.event import PersonId

FILE = "enriched.sqlite"
_TABLE = (
    "CREATE TABLE IF NOT EXISTS answers (provider TEXT, person TEXT, asked TEXT NOT NULL, answer BLOB NOT NULL,"
    " given BLOB NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (person, provider)) STRICT"
)
_encode = msgspec.json.Encoder().encode
_values = msgspec.json.Decoder(dict[str, Value]).decode


class Answers:
    """Answers by provider and person."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, _TABLE)

    def get(self, provider: str, person: PersonId) -> Kept | None:
        """What it answered, however old."""
        sql = "SELECT asked, answer, given, until FROM answers WHERE provider = ? AND person = ?"
        with refusals():
            row = self._connection.execute(sql, (provider, person)).fetchone()
        if row is None:
            return None
        asked, answer, given, until = row
        return Kept(asked=asked, answer=_values(answer), given=_values(given), until=Instant(until))

    def put(self, provider: str, person: PersonId, kept: Kept) -> None:
        """Remembers it in place of an earlier answer."""
        row = (provider, person, kept.asked, _encode(kept.answer), _encode(kept.given), kept.until)
        with transaction(self._connection):
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)", row)

    def forget(self, *, before: Instant) -> int:
        """Lets go of answers that are old, and of which nothing was taken."""
        with transaction(self._connection):
            sql = "DELETE FROM answers WHERE until < ? AND given = ?"
            return self._connection.execute(sql, (before, _encode({}))).rowcount


class ErasableAnswers:
    """See `Erasable`; a file that is not there holds nobody."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.erase`."""
        if not self._path.exists():
            return 0
        with closing(open_database(self._path)) as connection:
            create(connection, "PRAGMA secure_delete = ON")
            with transaction(connection):
                deleted = sum(
                    connection.execute("DELETE FROM answers WHERE person = ?", (person,)).rowcount for person in people
                )
            with refusals():
                # What was deleted is not left in the log beside the file.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return deleted

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`."""
        if not self._path.exists():
            return 0
        with closing(open_database(self._path)) as connection, refusals():
            sql = "SELECT COUNT(*) FROM answers WHERE person = ?"
            return sum(int(connection.execute(sql, (person,)).fetchone()[0]) for person in people)


@contextmanager
def open_answers(folder: Path) -> Iterator[Answers]:
    """The answers of the project whose state is in `folder`.

    Raises:
        StoreBusy: another process kept the file locked too long.
        StoreFailed: the file cannot be opened, or is damaged.
    """
    with closing(open_database(folder / FILE)) as connection:
        yield Answers(connection)
