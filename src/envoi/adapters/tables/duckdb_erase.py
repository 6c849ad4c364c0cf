"""History lets go of people: their rows go, and the rest is written into a new file: the old one still holds them."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from envoi.adapters.tables.duckdb_file import Resources, open_history, refusals, transaction
from envoi.tables import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from envoi.events.event import PersonId

_NUMBERS = "SELECT number FROM people WHERE id IN (SELECT UNNEST(?))"
_TABLES = ("traits", "items", "events")


class ErasableHistory:
    """The DuckDB file at `path`; if there is none, nothing is in it."""

    def __init__(self, path: Path, *, wait_s: float = 20.0) -> None:
        self._path = path
        self._resources = Resources(wait_s=wait_s)

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`.

        Raises:
            StoreBusy: another process has history open.
        """
        count = self.find(people, addresses)

        def delete(connection: DuckDBPyConnection) -> None:
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table} WHERE person IN ({_NUMBERS})", [list(people)])
            connection.execute("DELETE FROM people WHERE id IN (SELECT UNNEST(?))", [list(people)])

        self._rewrite(delete)
        return count

    def remove(self, seqs: Sequence[int]) -> None:
        """Lets go of the events at these positions of the log."""

        def delete(connection: DuckDBPyConnection) -> None:
            for table in _TABLES:
                connection.execute(f"DELETE FROM {table} WHERE seq IN (SELECT UNNEST(?))", [list(seqs)])

        self._rewrite(delete)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`."""
        if not self._path.exists():
            return 0
        with closing(open_history(self._path, read_only=True, resources=self._resources)) as connection:
            return _count(connection, people)

    def people(self) -> list[str]:
        """The ids of all people in it."""
        if not self._path.exists():
            return []
        with closing(open_history(self._path, read_only=True, resources=self._resources)) as connection, refusals():
            return [person for (person,) in connection.execute("SELECT id FROM people").fetchall()]

    def clear(self) -> None:
        """Lets go of everything: whoever opens the project next makes history anew from the log."""
        if self._path.exists():
            with closing(open_history(self._path, read_only=False, resources=self._resources)):
                self._path.unlink()

    def _rewrite(self, delete: Callable[[DuckDBPyConnection], None]) -> None:
        """Deletes, and writes what is left into a new file."""
        if not self._path.exists():
            return
        draft = self._path.with_name(f"{self._path.name}.new")
        draft.unlink(missing_ok=True)
        with closing(
            open_history(self._path, read_only=False, resources=self._resources, may_attach=True)
        ) as connection:
            with transaction(connection):
                delete(connection)
            _copy(connection, draft)
            # While this process still has the file: who waits for it opens the new one.
            draft.replace(self._path)


def _count(connection: DuckDBPyConnection, people: Sequence[PersonId]) -> int:
    """How many rows are of these people, they themselves among them."""
    with refusals():
        found = connection.execute("SELECT COUNT(*) FROM people WHERE id IN (SELECT UNNEST(?))", [list(people)])
        count = int(found.fetchall()[0][0])
        for table in _TABLES:
            found = connection.execute(f"SELECT COUNT(*) FROM {table} WHERE person IN ({_NUMBERS})", [list(people)])
            count += int(found.fetchall()[0][0])
    return count


def _copy(connection: DuckDBPyConnection, to: Path) -> None:
    with refusals():
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        path = str(to).replace("'", "''")
        connection.execute(f"ATTACH '{path}' AS anew")
        connection.execute(f"COPY FROM DATABASE {quoted(name)} TO anew")
        connection.execute("DETACH anew")
        # So that nothing of it is left to a log beside the file.
        connection.execute("CHECKPOINT")
