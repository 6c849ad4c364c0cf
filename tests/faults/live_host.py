"""The victim of test_live_kill.py: the live host of a shop, killed from outside or before a certain SQL statement."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.adapters import database
from envoi.hosts.live import opening
from tests.hosts.live.shop import main

if TYPE_CHECKING:
    import sqlite3


class Fuse:
    """Kills its own process, as from outside, before the writing statement after so many."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, statement: str) -> None:
        if not statement.startswith("SELECT"):
            self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def open_with_fuse(path: Path) -> sqlite3.Connection:
    """The live host's own connection, with a fuse in it."""
    connection = database.open_database(path)
    connection.set_trace_callback(Fuse(int(sys.argv[3])))
    return connection


if __name__ == "__main__":
    # The one place where the process is made to die at a statement; all else is the host as it is.
    setattr(opening, "open_database", open_with_fuse)  # noqa: B010
    main(Path(sys.argv[1]), int(sys.argv[2]))
