"""Where links lead, in the project's SQLite file: a row a link of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.database import create, refusals, transaction
from envoi.messages.links import Link

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_TABLE = """CREATE TABLE IF NOT EXISTS links (
    id TEXT PRIMARY KEY, campaign TEXT NOT NULL, url TEXT NOT NULL
) STRICT, WITHOUT ROWID"""


class SqliteLinkTable:
    """A LinkTable in a SQLite file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        create(connection, _TABLE)

    def add(self, links: Sequence[Link]) -> None:
        """Stores these in one commit; one that is there already stays as it is.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
            StoreBusy: another process kept the file locked too long; then none is stored.
        """
        rows = [(link.id, link.campaign, link.url) for link in links]
        with transaction(self._connection):
            self._connection.executemany("INSERT INTO links VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", rows)

    def find(self, name: str) -> Link | None:
        """The link with this id."""
        with refusals():
            row = self._connection.execute("SELECT campaign, url FROM links WHERE id = ?", (name,)).fetchone()
        return None if row is None else Link(id=name, campaign=row[0], url=row[1])
