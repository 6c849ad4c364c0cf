"""A process of its own that brings profiles and history level with the log, beside a live host and not in its way."""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.sqlite import open_profiles
from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.campaigns.project import plan_of
from envoi.errors import StoreBusy
from envoi.flow import BATCH, PAGE, fold_profiles
from envoi.hosts.folder import read_files, state_folder
from envoi.people.story import given_back

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from envoi.events.catalogue import Catalogue
    from envoi.events.event import Stored
    from envoi.events.port import Archive, EventLog
    from envoi.people.port import ProfileStore

    #: The part of the log after a position that is to be written.
    Read = Callable[[int], Iterator[Stored]]

#: How much this gives way to the live host.
NICE = 10
#: How long commands that wait for history may go ahead after each batch of it.
GAP_S = 0.3
#: How long this waits for a command that has history open; it is tried again soon.
WAIT_S = 1.0


def main(root: Path) -> None:
    """Does it, unless a command is at it: then that command did, or will."""
    state = state_folder(root)
    give_way()
    try:
        # To the log it writes nothing: who gives way while others wait for a commit would keep them waiting.
        with (
            closing(open_database(state / "envoi.sqlite", read_only=True)) as connection,
            open_profiles(state) as people,
        ):
            log = SqliteEventLog(connection)
            # What comes meanwhile is left for the next time: under load there would be no end to it.
            until = log.position()
            write_profiles(_up_to(until, log), people, log)
            plan = plan_of(read_files(root))
            history = History(path=state / "history.duckdb", plan=plan, archive=log)
            while write_history(_up_to(until, log), history):
                time.sleep(GAP_S)
    except StoreBusy:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The file of history, and what it is made by."""

    path: Path
    plan: Catalogue
    archive: Archive


def write_profiles(read: Read, people: ProfileStore, archive: Archive) -> None:
    """Folds what the log has and profiles have not; the pages, which read them, wait for no commit."""
    events = read(people.position())
    while stored := list(islice(events, PAGE)):
        fold_profiles(people, stored, archive)


def write_history(read: Read, history: History) -> bool:
    """Adds a batch of what the log has and history has not; True if there may be more."""
    with closing(DuckTables(history.path, history.plan, resources=Resources(threads=1, wait_s=WAIT_S))) as tables:
        stored = list(islice(read(tables.head()), BATCH))
        tables.write(stored, given_back(history.archive, stored))
    return len(stored) == BATCH


def give_way() -> None:
    """From now on, leaves the processor and the disk to others when they want them; the disk goes by niceness too."""
    if sys.platform != "win32":
        os.setpriority(os.PRIO_PROCESS, 0, NICE)


def _up_to(last: int, log: EventLog) -> Read:
    return lambda after: takewhile(lambda one: one.seq <= last, log.read(after=after))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
