"""One way to speak to a project's database, be it SQLite or PostgreSQL, for what is done seldom and to all tables."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from envoi.adapters.database import refusals, transaction
from envoi.adapters.postgres import as_bytes

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from envoi.adapters.postgres import Postgres

Row = tuple[Any, ...]


class Sql(Protocol):
    """A database; values stand where the statement says `?`."""

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Runs one statement and returns its rows; none if it gives none."""
        ...

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """Runs one statement and returns how many rows it wrote."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """All statements of the block are committed together, or none."""
        ...

    def held(self, text: str) -> object:
        """An id as tables hold it."""
        ...

    def tables(self) -> list[str]:
        """The names of all tables."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteSql:
    """A SQLite file."""

    connection: sqlite3.Connection

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """See `Sql.rows`."""
        with refusals():
            return self.connection.execute(sql, values).fetchall()

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """See `Sql.change`."""
        with refusals():
            return self.connection.execute(sql, values).rowcount

    @contextmanager
    def together(self) -> Iterator[None]:
        """See `Sql.together`."""
        with transaction(self.connection):
            yield

    def held(self, text: str) -> object:
        """See `Sql.held`."""
        return text

    def tables(self) -> list[str]:
        """See `Sql.tables`."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [name for (name,) in self.rows(sql)]


@dataclass(frozen=True, slots=True)
class PostgresSql:
    """A PostgreSQL database."""

    database: Postgres

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """See `Sql.rows`."""
        return self.database.rows(_ours(sql), values)

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """See `Sql.change`."""
        return self.database.change(_ours(sql), values)

    @contextmanager
    def together(self) -> Iterator[None]:
        """See `Sql.together`."""
        with self.database.transaction():
            yield

    def held(self, text: str) -> object:
        """See `Sql.held`; its own text holds no NUL."""
        return as_bytes(text)

    def tables(self) -> list[str]:
        """See `Sql.tables`."""
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() ORDER BY 1"
        return [name for (name,) in self.rows(sql)]


def places(values: Sequence[object]) -> str:
    """A `?` for each value, as a list in brackets; of no values, one that nothing is in."""
    return f"({','.join('?' * len(values))})" if values else "(NULL)"


def some(values: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    """So many of them at a time: a statement takes no more."""
    return (values[start : start + size] for start in range(0, len(values), size))


def text_of(held: object) -> str:
    """What a table holds as an id, as text."""
    return held if isinstance(held, str) else bytes(held).decode()  # type: ignore[call-overload]


def _ours(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")
