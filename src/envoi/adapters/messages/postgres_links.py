"""Where links lead, in a PostgreSQL database: a row a link of a campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.messages.links import Link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.postgres import Postgres

_TABLE = "CREATE TABLE IF NOT EXISTS links (id text PRIMARY KEY, campaign text NOT NULL, url text NOT NULL)"
_ADD = """INSERT INTO links SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]) AS new (id, campaign, url)
    ORDER BY id ON CONFLICT (id) DO NOTHING"""


class PostgresLinkTable:
    """A LinkTable in a PostgreSQL database."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        database.create(_TABLE)

    def add(self, links: Sequence[Link]) -> None:
        """Stores these in one commit; one that is there already stays as it is.

        Raises:
            StoreFailed: the server refused, or its disk is full; then none is stored.
            StoreBusy: another process kept them locked too long; then none is stored.
        """
        columns = ([link.id for link in links], [link.campaign for link in links], [link.url for link in links])
        with self._db.transaction():
            self._db.rows(_ADD, columns)

    def find(self, name: str) -> Link | None:
        """The link with this id."""
        # No text of PostgreSQL holds a NUL, and so no id.
        rows = [] if "\0" in name else self._db.rows("SELECT campaign, url FROM links WHERE id = %s", (name,))
        return Link(id=name, campaign=rows[0][0], url=rows[0][1]) if rows else None
