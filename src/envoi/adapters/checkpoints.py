"""Keeps the database's write-ahead log short, beside the writer and not in its way."""

from __future__ import annotations

import os
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database, refusals
from envoi.errors import EnvoiError, StoreBusy

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

#: How often what was written is copied from the write-ahead log into the file.
EVERY_S = 0.5
#: When so much has been written to the write-ahead log, it is written from its beginning again.
MOST_BYTES = 32 << 20
#: Room for that, and for what is written until it happens.
ROOM_BYTES = MOST_BYTES + (MOST_BYTES >> 1)


class Checkpoints:
    """A thread that copies, in place of the commits of one connection."""

    def __init__(self, path: Path, writing: sqlite3.Connection) -> None:
        self._path = path
        self._writing = writing
        self._page_bytes = int(writing.execute("PRAGMA page_size").fetchone()[0])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._copy, name="checkpoints", daemon=True)
        #: Whether it is to be begun anew.
        self.is_long = False
        leave_to_others(writing)

    def start(self) -> None:
        """Copies from now on."""
        self._thread.start()

    def begin_anew(self) -> None:
        """Has the write-ahead log written from its beginning if it is long; to be called where commits are made."""
        if self.is_long:
            self.is_long = False
            # Who reads an earlier state of the file keeps it from being emptied; then it is tried again.
            with suppress(StoreBusy), refusals():
                self._writing.execute("PRAGMA wal_checkpoint(RESTART)").fetchall()

    def stop(self) -> None:
        """Ends the thread."""
        self._stop.set()
        self._thread.join()

    def _copy(self) -> None:
        with closing(open_database(self._path)) as connection:
            while not self._stop.wait(EVERY_S):
                # What fails here, as on a full disk, fails for the writer too, who says so.
                with suppress(EnvoiError), refusals():
                    if self._written(connection) > MOST_BYTES:
                        # What came meanwhile is little: copied too, it leaves next to nothing to wait for.
                        self._written(connection)
                        self.is_long = True

    def _written(self, connection: sqlite3.Connection) -> int:
        """Copies, and says how many bytes the write-ahead log has."""
        _, frames, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(frames) * self._page_bytes


def leave_to_others(connection: sqlite3.Connection) -> None:
    """Has this connection's commits copy nothing: a thread like the above does, here or in another process."""
    connection.execute("PRAGMA wal_autocheckpoint = 0")


def make_room(path: Path) -> None:
    """Writes the file of the write-ahead log in its full length, if there is none; zeros are an empty log to SQLite.

    A commit that makes the file longer waits for the file system's journal too: 8 ms instead of 0.3 where we looked.
    """
    log = path.with_name(path.name + "-wal")
    if log.exists() or not path.exists():
        return
    draft = log.with_name(f"{log.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            for _ in range(ROOM_BYTES >> 20):
                file.write(bytes(1 << 20))
            file.flush()
            os.fsync(file.fileno())
        # Not a rename: another process may have begun a log by now.
        log.hardlink_to(draft)
    except OSError:
        # No room, or a file system without links: it works as well, and more slowly.
        pass
    finally:
        draft.unlink(missing_ok=True)
