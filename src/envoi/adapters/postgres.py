"""Opens a project's PostgreSQL database, so that several processes and machines can work on one project."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from envoi.clock import MICROS_PER_SECOND, Instant, steady_s
from envoi.errors import EnvoiError, ProjectError, StoreBusy, StoreFailed, StoreFull, StoreLost, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import psycopg

    Values = Sequence[object] | Mapping[str, object]

#: Version of all tables together; a database of a newer version is refused.
SCHEMA = 1
#: How long a statement waits for what another process has locked, and a connection for the server.
BUSY_S = 5
CONNECT_S = 10

#: How often a clock asks the server for the time.
ASK_AGAIN_S = 10.0
_NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

#: Held by whoever makes the tables, and by whoever writes the log: two numbers that mean nothing else in this database.
MAKING, APPENDING = 0x656E766F6901, 0x656E766F6902

_ABOUT = "CREATE TABLE IF NOT EXISTS envoi (one boolean PRIMARY KEY CHECK (one), version integer NOT NULL)"


class Postgres:
    """One connection, opened when it is first needed and again after it was lost; one thread uses it at a time."""

    def __init__(self, url: str) -> None:
        """Takes `postgresql://user:password@host/database` or whatever else libpq takes; nothing is opened yet.

        Raises:
            ProjectError: the driver is not installed.
        """
        try:
            import psycopg  # noqa: F401 - it is asked for here, where the answer can say what to do
        except ImportError:
            raise ProjectError("PostgreSQL needs its driver", hint="pip install 'envoi[postgres]'") from None
        self._url = url
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements of the block are committed together, or none if anything is raised.

        Within the block of another, it is part of that one.

        Raises:
            StoreBusy: another process kept what is needed locked too long, or was let go first.
            StoreFailed: the server refused, or its disk is full.
            StoreLost: the connection was lost, and nobody knows whether a commit was done.
            Unreachable: no server answered.
        """
        from psycopg.pq import TransactionStatus

        connection = self._open()
        if connection.info.transaction_status != TransactionStatus.IDLE:
            yield
            return
        with _refusals(), connection.transaction():
            yield

    def rows(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Runs one statement and returns its rows; none if it gives none."""
        connection = self._open()
        with _refusals():
            found = connection.execute(sql, values)
            return found.fetchall() if found.description else []

    def change(self, sql: str, values: Values = ()) -> int:
        """Runs one statement and returns how many rows it wrote."""
        connection = self._open()
        with _refusals():
            return connection.execute(sql, values).rowcount

    def create(self, *statements: str) -> None:
        """Makes an adapter's tables if they are not there; each is a `CREATE ... IF NOT EXISTS`.

        Raises:
            StoreFailed: the database belongs to a newer Envoi.
        """
        with self.transaction():
            # Two processes that make one table at once get in each other's way in spite of IF NOT EXISTS.
            self.rows("SELECT pg_advisory_xact_lock(%s)", (MAKING,))
            self.rows(_ABOUT)
            self.rows("INSERT INTO envoi VALUES (TRUE, %s) ON CONFLICT DO NOTHING", (SCHEMA,))
            ((version,),) = self.rows("SELECT version FROM envoi")
            if version > SCHEMA:
                what = f"the project's database has version {version}, and this Envoi knows versions up to {SCHEMA}"
                raise StoreFailed(what, hint="use the newer Envoi that wrote it")
            for statement in statements:
                self.rows(statement)

    def close(self) -> None:
        """Ends the connection; what is asked next opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        import psycopg

        if self._connection is None or self._connection.closed:
            try:
                self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_S)
            except psycopg.OperationalError as error:
                # Its message names host, port and user, not the password.
                hint = "see that the server runs, and that its address, user and password are right"
                raise Unreachable(f"the database cannot be reached: {_one_line(error)}", hint=hint) from None
            except psycopg.Error as error:
                raise StoreFailed(
                    f"this names no database: {_one_line(error)}", hint="write postgresql://..."
                ) from None
            self._connection.execute("SELECT set_config('lock_timeout', %s, FALSE)", (f"{BUSY_S}s",))
        return self._connection


class PostgresClock:
    """The server's clock, which is one for all machines: their own may differ, and leases are held against it."""

    def __init__(self, database: Postgres) -> None:
        self._db = database
        self._asked_at = -ASK_AGAIN_S
        #: What the server's clock is ahead of this machine's stopwatch.
        self._ahead = 0
        self._last = Instant(0)

    def now(self) -> Instant:
        """The present instant by the server, which is asked now and then; never before one told earlier."""
        if steady_s() - self._asked_at > ASK_AGAIN_S:
            ((told,),) = self._db.rows(_NOW)
            self._asked_at = steady_s()
            self._ahead = told - _micros(self._asked_at)
        self._last = Instant(max(self._last, self._ahead + _micros(steady_s())))
        return self._last


def _micros(seconds: float) -> int:
    return int(seconds * MICROS_PER_SECOND)


def as_bytes(text: str) -> bytes:
    """A text as a bytea: PostgreSQL's own text holds no NUL, and its order differs from one server to another.

    Raises:
        StoreFailed: it holds what UTF-8 cannot encode.
    """
    with _texts():
        return text.encode()


def as_json(record: msgspec.Struct) -> bytes:
    """A record as a bytea.

    Raises:
        StoreFailed: a text of it holds what UTF-8 cannot encode.
    """
    with _texts():
        return _json(record)


_json = msgspec.json.Encoder().encode


@contextmanager
def _texts() -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:
        hint = "take half a surrogate pair out of it"
        raise StoreFailed("a text holds what UTF-8 cannot encode", hint=hint) from error


@contextmanager
def _refusals() -> Iterator[None]:
    """Says in our words what PostgreSQL refused; what is a fault in our own SQL passes as it is."""
    import psycopg
    from psycopg import errors

    # Others had the same rows, and PostgreSQL let them go first: the same call may succeed now.
    busy = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, errors.TooManyConnections)
    try:
        with _texts():
            yield
    except EnvoiError:
        raise
    except busy as error:
        hint = "try again"
        raise StoreBusy(f"another process is at work on the same: {_one_line(error)}", hint=hint) from error
    except (errors.DiskFull, errors.OutOfMemory) as error:
        raise StoreFull(f"the database is full: {_one_line(error)}", hint="make room on its server") from error
    except (errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege) as error:
        hint = "use the primary server, and a user who may write"
        raise StoreFailed(f"the database may not be written: {_one_line(error)}", hint=hint) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        hint = "start again: what was acknowledged is there, and nothing is done twice"
        raise StoreLost(f"the connection to the database was lost: {_one_line(error)}", hint=hint) from error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
