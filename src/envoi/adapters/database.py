"""Opens the one SQLite file of a project, so that what a commit acknowledged survives the loss of power."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from envoi.adapters.migrations import MIGRATIONS, SCHEMA
from envoi.errors import EnvoiError, NotFound, StoreBusy, StoreFailed, StoreFull, StoreLost

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

#: Memory for pages, in KB: a batch of events whose ids come in no order writes most pages of an index.
CACHE_KB = 65_536
#: How long a commit waits for another process before it gives up.
BUSY_S = 5.0

_WAL_TRIES = 20
#: The most rows that one statement writes.
_MOST_TOGETHER = 100
#: Statements that stay prepared: of the few that write rows, each for every number of rows.
_PREPARED = 5 * _MOST_TOGETHER

#: What SQLite can run into that is no fault of ours: its cause, and what to do.
_CAUSES = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room on the disk that holds the project and try again"),
    sqlite3.SQLITE_IOERR: ("the disk failed", "see what the system says about the disk that holds the project"),
    sqlite3.SQLITE_READONLY: ("the project's database cannot be written", "allow writing to the project's folder"),
    sqlite3.SQLITE_PERM: ("the project's database cannot be written", "allow writing to the project's folder"),
    sqlite3.SQLITE_CANTOPEN: ("the project's database cannot be opened", "see that its folder exists and may be read"),
    sqlite3.SQLITE_CORRUPT: ("the project's database is damaged", "restore the file from a backup"),
    sqlite3.SQLITE_NOTADB: ("the project's database is no database", "restore the file from a backup"),
    sqlite3.SQLITE_NOMEM: ("there is no memory left", "end other programs and try again"),
    sqlite3.SQLITE_TOOBIG: ("a record is larger than the database takes", "leave out what makes it so large"),
}

#: fsync failed: the kernel may have dropped what it was to write, and says so only once.
_UNSYNCED = {sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC}


def open_database(
    path: Path | None, *, read_only: bool = False, any_thread: bool = False, is_cache: bool = False
) -> sqlite3.Connection:
    """A connection to the file at `path`, which is made if it is not there; in memory if `path` is None.

    Statements outside `transaction` commit by themselves. One thread uses the connection; with `any_thread` several
    may, one at a time, and the caller sees to that. Of a cache the last commits may be lost with the power, the last
    ones first: they wait for no disk.

    Raises:
        NotFound: `read_only`, and there is no file.
        StoreBusy: another process kept the file locked too long.
        StoreFailed: the file cannot be opened, is damaged, or belongs to a newer Envoi.
    """
    if path is not None and read_only and not path.exists():
        raise NotFound(f"there is no database {path}", hint="import events first")
    where = ":memory:" if path is None else f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
    with refusals():
        connection = sqlite3.connect(
            where,
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=not any_thread,
            cached_statements=_PREPARED,
        )
        try:
            _configure(connection, read_only=read_only, synchronous="NORMAL" if is_cache else "FULL")
        except (sqlite3.Error, EnvoiError):
            connection.close()
            raise
    return connection


def create(connection: sqlite3.Connection, *tables: str) -> None:
    """Makes an adapter's tables if they are not there; each is a `CREATE ... IF NOT EXISTS`.

    A read-only connection makes none.
    """
    if connection.execute("PRAGMA query_only").fetchone() == (0,):
        with refusals():
            for table in tables:
                connection.execute(table)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All statements of the block are committed together, or none if anything is raised.

    Within the block of another, it is part of that one.

    Raises:
        StoreBusy: another process kept the file locked too long.
        StoreFailed: the disk is full or failed.
    """
    within_another = connection.in_transaction
    if within_another:
        with refusals():
            yield
        return
    with refusals():
        # IMMEDIATE: a transaction that reads first and locks later could be refused half-way.
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk has SQLite roll back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def write_rows(connection: sqlite3.Connection, sql: str, rows: Sequence[tuple[object, ...]]) -> int:
    """Runs a statement that takes any number of rows where it says VALUES, with these; returns the last row's number.

    Far fewer steps than `executemany`, which at each row lets other threads take over, and waits for its turn again.
    """
    last = 0
    for start in range(0, len(rows), _MOST_TOGETHER):
        some = rows[start : start + _MOST_TOGETHER]
        places = f"({','.join('?' * len(some[0]))})"
        values = f"VALUES {','.join([places] * len(some))}"
        last = connection.execute(sql.replace("VALUES", values), list(chain.from_iterable(some))).lastrowid or 0
    return last


@contextmanager
def refusals() -> Iterator[None]:
    """Says in our words what SQLite refused; what is a fault in our own SQL passes as it is.

    Raises:
        StoreBusy: another process kept the file locked too long.
        StoreFailed: the disk is full or failed, or a text cannot be stored.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            hint = "wait until the other command on this project is done, and try again"
            raise StoreBusy("another process is writing to the project's database", hint=hint) from error
        if code in _CAUSES:
            what, hint = _CAUSES[code]
            raise _failure(error)(f"{what} ({error})", hint=hint) from error
        raise
    except UnicodeEncodeError as error:
        hint = "take half a surrogate pair out of it"
        raise StoreFailed("a text holds what UTF-8 cannot encode", hint=hint) from error


def _failure(error: sqlite3.Error) -> type[StoreFailed]:
    code = error.sqlite_errorcode
    if code in _UNSYNCED:
        return StoreLost
    return StoreFull if code == sqlite3.SQLITE_FULL else StoreFailed


def _configure(connection: sqlite3.Connection, *, read_only: bool, synchronous: str) -> None:
    """Sets what SQLite sets per connection, and refuses a file of a newer Envoi."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        what = f"the project's database has version {version}, and this Envoi knows versions up to {SCHEMA}"
        raise StoreFailed(what, hint="use the newer Envoi that wrote it")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")
    if read_only:
        if version < SCHEMA:
            what = f"the project's database has version {version}, and this Envoi reads version {SCHEMA}"
            raise StoreFailed(what, hint="run 'envoi verify' or any other command once: it upgrades the database")
        connection.execute("PRAGMA query_only = ON")
        return
    _use_wal(connection)
    # FULL: a commit returns after fsync.
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    if version < SCHEMA:
        _upgrade(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turns the write-ahead log on; for that alone SQLite does not wait while another process makes the same file."""
    for left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            # This does wait.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        else:
            return


def _upgrade(connection: sqlite3.Connection) -> None:
    """Brings a file to the present version in one commit: killed on the way, it is as it was before."""
    with transaction(connection):
        # Asked again: another process may have done it meanwhile.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        # A new file has no tables yet; adapters make them as they are now.
        for number in range(version + 1, SCHEMA + 1) if version else ():
            for statement in MIGRATIONS[number]:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {max(version, SCHEMA)}")
