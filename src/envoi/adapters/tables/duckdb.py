"""History in a DuckDB file; rows go in and out as Arrow."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from envoi.adapters.tables.columns import columns
from envoi.adapters.tables.duckdb_file import Resources, open_history, refusals, transaction
from envoi.adapters.tables.held import Held
from envoi.adapters.tables.regrouped import Part, parts
from envoi.errors import StoreFailed
from envoi.events.catalogue import Kind
from envoi.events.event import NOBODY, forgets
from envoi.people.undone import takes_back
from envoi.tables import column, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from envoi.events.catalogue import Catalogue, Property
    from envoi.events.event import PersonId, Stored
    from envoi.tables import Query

#: Version of the tables; a file of a newer version is refused.
SCHEMA = 1
#: When whoever has no event was first seen: no moment is as late.
FOREVER = (1 << 63) - 1

_TABLES = {
    "about": "version INTEGER, head BIGINT",
    "people": "number BIGINT, id VARCHAR, first_at BIGINT",
    "events": 'seq BIGINT, person BIGINT, name VARCHAR, "at" BIGINT, source VARCHAR',
    "items": 'seq BIGINT, person BIGINT, name VARCHAR, list VARCHAR, "at" BIGINT, source VARCHAR',
    "traits": (
        'seq BIGINT, person BIGINT, "key" VARCHAR, "at" BIGINT, num BIGINT, bool BIGINT, text VARCHAR, source VARCHAR'
    ),
    "observed": "name VARCHAR, path VARCHAR, kind VARCHAR",
}
_SOURCE = "source"
#: What a planned property is held as; what is not among them is text.
_HELD_AS = {Kind.NUMBER: "num", Kind.TIME: "num", Kind.BOOLEAN: "bool"}


class DuckTables:
    """Tables in a DuckDB file, or in memory; one thread writes, any thread may query."""

    def __init__(
        self, path: Path | None, catalogue: Catalogue, *, read_only: bool = False, resources: Resources | None = None
    ) -> None:
        """Opens the file at `path`, makes it if it is not there, and gives it a column for every planned property.

        Raises:
            NotFound: `read_only`, and there is no history yet.
            StoreBusy: another process has the file open.
            StoreFailed: the file cannot be opened, is damaged, or belongs to a newer Envoi.
        """
        self._catalogue = catalogue
        self._connection = open_history(path, read_only=read_only, resources=resources or Resources())
        try:
            with transaction(self._connection):
                self._held, self._views = _prepare(self._connection, catalogue, read_only=read_only)
        except BaseException:
            self.close()
            raise

    def write(self, stored: Sequence[Stored], given_back: Mapping[int, Sequence[int]] | None = None) -> None:
        """Adds events in one commit; positions at or below `head` are left out, so writing again changes nothing.

        Raises:
            StoreFailed: the disk is full or failed, or a text cannot be stored; then none of them is stored.
        """
        head = self.head()
        fresh = [each for each in stored if each.seq > head]
        if not fresh:
            return
        held = self._held
        with transaction(self._connection):
            for part in parts(fresh, given_back or {}):
                write = _Write(self._connection, before=held, held=held.copy())
                write.add(part, self._catalogue)
                held = write.held
        self._held = held

    def query(self, query: Query) -> pa.Table:
        """Runs the query and returns all its rows.

        Raises:
            StoreFailed: the engine refused it.
        """
        with refusals():
            # A cursor of its own, because a connection serves one thread at a time.
            cursor = self._connection.cursor()
            for view in self._views:
                cursor.execute(view)
            return cursor.sql(query.sql, params=list(query.values)).to_arrow_table()

    def observed(self) -> Mapping[str, Mapping[str, str]]:
        """What history holds: the properties of each event name and the kind of each ("num", "bool" or "text")."""
        found: dict[str, dict[str, str]] = {}
        # In this order a property that held several counts as text if it held any, until the plan says otherwise.
        for name, path, kind in sorted(self._held.observed):
            properties = found.setdefault(name, {})
            if path:
                properties[path] = kind
        return found

    def head(self) -> int:
        """The position in the log up to which history is complete; 0 when empty."""
        with refusals():
            return int(_rows(self._connection.cursor(), "SELECT head FROM about")[0][0])

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


@dataclass(frozen=True, slots=True)
class _Write:
    """One write, within its transaction."""

    connection: DuckDBPyConnection
    before: Held
    held: Held

    def add(self, part: Part, catalogue: Catalogue) -> None:
        """Adds the events' rows to every table, moves the head, and lets rows follow those whose they are now."""
        # Of those who were erased, and of what takes others back, nothing but that the log has come so far.
        kept = [
            one for one in part.stored if one.person != NOBODY and not forgets(one.event) and not takes_back(one.event)
        ]
        made = columns(kept, catalogue, self.held)
        numbers = self._numbers(made.people) if made.events or made.traits else None
        for table, several in (("events", made.events), ("items", made.items), ("traits", made.traits)):
            if several and numbers is not None:
                rows = pa.concat_tables(several, promote_options="default")
                place = rows.column_names.index("person")
                self._insert(table, rows.set_column(place, "person", numbers.take(rows["person"])))
        if seen := sorted(self.held.observed - self.before.observed):
            self._insert("observed", pa.table([*zip(*seen, strict=True)], names=["name", "path", "kind"]))
        self.connection.execute("UPDATE about SET head = ?", [part.stored[-1].seq])
        if part.merged:
            self._merge(part.merged)
        if part.given_back and part.given_back[2]:
            self._separate(*part.given_back)
        if part.taken:
            self._take_back(part.taken)

    def _merge(self, merged: Mapping[PersonId, PersonId]) -> None:
        """Gives all rows of some people to others, in one statement a table."""
        with self._batch(pa.table([list(merged), list(merged.values())], names=["gone", "kept"])):
            sql = """CREATE OR REPLACE TEMP TABLE merged AS
                SELECT g.number AS gone, i.number AS kept, g.first_at AS first_at
                FROM batch JOIN people AS g ON g.id = batch.gone JOIN people AS i ON i.id = batch.kept"""
            self.connection.execute(sql)
        if not _rows(self.connection, "SELECT 1 FROM merged LIMIT 1"):
            return
        for table in ("events", "items", "traits"):
            sql = f"UPDATE {table} SET person = merged.kept FROM merged WHERE {table}.person = merged.gone"
            self.connection.execute(sql)
        sql = """UPDATE people SET first_at = LEAST(people.first_at, earlier.first_at)
            FROM (SELECT kept, MIN(first_at) AS first_at FROM merged GROUP BY kept) AS earlier
            WHERE people.number = earlier.kept"""
        self.connection.execute(sql)
        self.connection.execute("DELETE FROM people WHERE number IN (SELECT gone FROM merged)")

    def _separate(self, person: PersonId, to: PersonId, seqs: Sequence[int]) -> None:
        """Gives the rows of some events of a person to another."""
        people = pa.table({"id": pa.array([to], pa.string()), "first_at": pa.array([FOREVER], pa.int64())})
        number = self._numbers(people)[0].as_py()
        with self._batch(pa.table({"seq": pa.array(seqs, pa.int64())})):
            for table in ("events", "items", "traits"):
                self.connection.execute(f"UPDATE {table} SET person = ? WHERE seq IN (SELECT seq FROM batch)", [number])
        first = 'SELECT MIN(e."at") FROM events AS e WHERE e.person = people.number'
        sql = f"UPDATE people SET first_at = COALESCE(({first}), ?) WHERE id IN (?, ?)"
        self.connection.execute(sql, [FOREVER, person, to])

    def _take_back(self, places: Iterable[int]) -> None:
        """Removes the rows of these events, and people of whom there is nothing else."""
        with self._batch(pa.table({"seq": pa.array(sorted(places), pa.int64())})):
            within = "seq IN (SELECT seq FROM batch)"
            touched = [
                number for (number,) in _rows(self.connection, f"SELECT DISTINCT person FROM events WHERE {within}")
            ]
            for table in ("events", "items", "traits"):
                self.connection.execute(f"DELETE FROM {table} WHERE {within}")
        with self._batch(pa.table({"number": pa.array(touched, pa.int64())})):
            sql = """CREATE OR REPLACE TEMP TABLE still AS SELECT batch.number AS number, MIN(e."at") AS first_at
                FROM batch LEFT JOIN events AS e ON e.person = batch.number GROUP BY batch.number"""
            self.connection.execute(sql)
        self.connection.execute("DELETE FROM people WHERE number IN (SELECT number FROM still WHERE first_at IS NULL)")
        sql = "UPDATE people SET first_at = still.first_at FROM still WHERE people.number = still.number"
        self.connection.execute(sql)

    def _numbers(self, people: pa.Table) -> pa.Array:
        """The number of each of these people; who is new gets the next one."""
        with self._batch(people):
            # Not a LEFT JOIN: so it is the few that are hashed, whatever the engine guesses.
            sql = "SELECT id, number, first_at FROM people SEMI JOIN batch USING (id)"
            found = self.connection.sql(sql).to_arrow_table()
        place = pc.index_in(people["id"], value_set=found["id"])
        known, first_at = found["number"].take(place), found["first_at"].take(place)
        ((last,),) = _rows(self.connection, "SELECT COALESCE(MAX(number), 0) FROM people")
        numbers = pc.coalesce(known, pc.add(pc.cumulative_sum(pc.is_null(known).cast(pa.int64())), last))
        numbered = people.append_column("number", numbers)
        self._insert("people", numbered.filter(pc.is_null(known)))
        self._put_back(numbered.filter(pc.less(people["first_at"], first_at)))
        return numbers

    def _put_back(self, people: pa.Table) -> None:
        """Stores that these were first seen earlier than history knew."""
        if len(people):
            with self._batch(people):
                sql = "UPDATE people SET first_at = batch.first_at FROM batch WHERE people.number = batch.number"
                self.connection.execute(sql)

    def _insert(self, table: str, rows: pa.Table) -> None:
        """Adds rows, and first the columns that the table lacks."""
        if len(rows):
            _widen(
                self.connection, table, [name for name in rows.column_names if name not in self.before.columns[table]]
            )
            with self._batch(rows):
                self.connection.execute(f"INSERT INTO {table} BY NAME FROM batch")

    @contextmanager
    def _batch(self, rows: pa.Table) -> Iterator[None]:
        """Lets SQL read an Arrow table as the table `batch`."""
        self.connection.register("batch", rows)
        try:
            yield
        finally:
            self.connection.unregister("batch")


def _prepare(connection: DuckDBPyConnection, catalogue: Catalogue, *, read_only: bool) -> tuple[Held, list[str]]:
    """Makes what the file lacks, and says what it holds; of a file that may not be changed, the views to query instead.

    Raises:
        StoreFailed: the file belongs to a newer Envoi.
    """
    if not read_only:
        for table, definition in _TABLES.items():
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({definition})")
        connection.execute("INSERT INTO about SELECT ?, 0 WHERE NOT EXISTS (FROM about)", [SCHEMA])
    ((version,),) = _rows(connection, "SELECT version FROM about")
    if version > SCHEMA:
        what = f"the history has version {version}, and this Envoi knows versions up to {SCHEMA}"
        raise StoreFailed(what, hint="use the newer Envoi that wrote it")
    held, views = _learn(connection), []
    for table, names in _planned(catalogue).items():
        missing = [name for name in names if name not in held.columns[table]]
        if missing and read_only:
            views.append(_view(connection, table, missing))
        else:
            _widen(connection, table, missing)
        held.columns[table].update(missing)
    for path in chain.from_iterable(plan.paths() for plan in catalogue.events.values()):
        held.open(path)
    return held, views


def _learn(connection: DuckDBPyConnection) -> Held:
    """What the file holds."""
    columns_of: dict[str, set[str]] = {table: set() for table in _TABLES}
    for table, name in _rows(connection, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"):
        columns_of[table].add(name)
    held = Held(columns_of, set(), set())
    for name, path, kind in _rows(connection, "SELECT name, path, kind FROM observed"):
        of, listed, field = path.partition("[].")
        held.see(name, field if listed else path, kind, of=of if listed else "")
    return held


def _planned(catalogue: Catalogue) -> dict[str, list[str]]:
    """The columns that the plan asks for, in its order, and those that every table of a person's doings has."""
    properties = [pair for plan in catalogue.events.values() for pair in plan.properties.items()]
    fields = [pair for _, prop in properties for pair in prop.fields.items()]
    # History that an earlier Envoi wrote does not say where it came from.
    made = {"events": _columns_of(properties), "items": _columns_of(fields), "traits": list[str]()}
    return {table: [_SOURCE, *names] for table, names in made.items()}


def _columns_of(properties: Iterable[tuple[str, Property]]) -> list[str]:
    kinds = ((path, prop.kind) for path, prop in properties if prop.kind is not Kind.ITEMS)
    return list(dict.fromkeys(column(_HELD_AS.get(kind, "text"), path) for path, kind in kinds))


def _widen(connection: DuckDBPyConnection, table: str, names: Iterable[str]) -> None:
    for name in names:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(name)} {_type(name)}")


def _view(connection: DuckDBPyConnection, table: str, names: Iterable[str]) -> str:
    """SQL that makes a table look as if it had these columns too, all empty."""
    ((database,),) = _rows(connection, "SELECT current_database()")
    empty = ", ".join(f"CAST(NULL AS {_type(name)}) AS {quoted(name)}" for name in names)
    return f"CREATE TEMP VIEW {table} AS SELECT *, {empty} FROM {quoted(database)}.main.{table}"


def _type(name: str) -> str:
    return "VARCHAR" if name.startswith("text:") or name == _SOURCE else "BIGINT"


def _rows(connection: DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()
