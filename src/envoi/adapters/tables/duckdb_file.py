"""Opens the one DuckDB file of a project; one process at a time has it open for writing."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from envoi.errors import NotFound, StoreBusy, StoreFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How long to wait between two attempts to open a file that another process holds.
_PAUSE_S = 0.1
#: These speak of the SQL or of the machine; others may quote a value, which is personal data.
_TELLING = (
    duckdb.ParserException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
    duckdb.FatalException,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What DuckDB may use of the machine."""

    threads: int = 2
    memory: str = "1GB"
    #: How long to wait for another process to let go of the file.
    wait_s: float = 5.0


def open_history(
    path: Path | None, *, read_only: bool, resources: Resources, may_attach: bool = False
) -> duckdb.DuckDBPyConnection:
    """A connection to the file at `path`, which is made if it is not there; in memory if `path` is None.

    Its SQL reaches no other file, unless it `may_attach` one.

    Raises:
        NotFound: `read_only`, and there is no file.
        StoreBusy: another process has the file open.
        StoreFailed: the file cannot be opened, or is damaged.
    """
    if read_only and path is not None and not path.exists():
        raise NotFound(f"there is no history {path}", hint="import events first")
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": resources.threads,
        "memory_limit": resources.memory,
        "temp_directory": "" if path is None else str(path.parent / "tmp"),
        "preserve_insertion_order": True,
        # A checkpoint writes the unfinished last part of each column anew: four times as seldom as by default.
        "checkpoint_threshold": "64MB",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }
    waits = round(resources.wait_s / _PAUSE_S)
    while True:
        try:
            with refusals():
                connection = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=settings)
                if not may_attach:
                    # SQL here reads history, and no other file; set last, since it forbids setting the rest.
                    connection.execute("SET enable_external_access = false")
                return connection
        except StoreBusy:
            if waits == 0:
                raise
        waits -= 1
        time.sleep(_PAUSE_S)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All statements of the block are committed together, or none if anything is raised.

    Raises:
        StoreFailed: the disk is full or failed.
    """
    with refusals():
        connection.begin()
        try:
            yield
            connection.commit()
        except BaseException:
            # A commit that failed has ended the transaction by itself.
            with suppress(duckdb.Error):
                connection.rollback()
            raise


@contextmanager
def refusals() -> Iterator[None]:
    """Says in our words what DuckDB refused.

    Raises:
        StoreBusy: another process has the file open.
        StoreFailed: the SQL is wrong, or the disk or the memory is full.
    """
    try:
        yield
    except duckdb.Error as error:
        cause = str(error).partition("\n")[0]
        if "Could not set lock" in cause:
            process = re.search(r"PID (\d+)", cause)
            who = f"process {process[1]}" if process else "another process"
            hint = "wait until it is done or end it, and try again"
            raise StoreBusy(f"{who} has the history open", hint=hint) from error
        shown = cause if isinstance(error, _TELLING) else type(error).__name__
        hint = "make room on the disk that holds the project and start again" if "No space left" in cause else ""
        raise StoreFailed(f"history refused: {shown}", hint=hint) from error
    except UnicodeEncodeError as error:
        hint = "take half a surrogate pair out of it"
        raise StoreFailed("a text holds what UTF-8 cannot encode", hint=hint) from error
