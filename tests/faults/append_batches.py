"""The victim of test_log_kill.py: appends batch after batch to a project's log and history until it is killed."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.tables.duckdb import DuckTables
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.port import Batch, Mark
from tests.contracts.happenings import Happening, happening, rejected

_SKU = Property(kind=Kind.TEXT)
_LINES = Property(kind=Kind.ITEMS, fields={"sku": _SKU})
_PAGE = EventPlan(name="Page Viewed", properties={"total": Property(kind=Kind.NUMBER), "lines": _LINES})
PLAN = Catalogue(events={_PAGE.name: _PAGE})

MARK = "numbers"
SIZE = 200
#: Each batch repeats the last events of the one before it.
REPEATED = 20


def happenings(number: int) -> list[Happening]:
    """The events of a batch; the same whenever asked."""
    start = number * SIZE
    ids = range(max(start - REPEATED, 0), start + SIZE)
    return [happening(each, f"p{each % 7}", props={"total": each / 4, "lines": [{"sku": str(each)}]}) for each in ids]


def batch_of(number: int) -> Batch:
    """A batch with its events, one record set aside, and how far that comes."""
    mark = Mark(name=MARK, position=number + 1)
    return Batch(events=happenings(number), rejected=[rejected(f"batch {number}")], mark=mark)


class Fuse:
    """Kills its own process, as from outside, before the SQL statement after so many."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, _: str) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, statements: int) -> None:
    """Goes on where the mark is; says on standard output what was acknowledged, and when history is level."""
    connection = open_database(folder / "envoi.sqlite")
    log = SqliteEventLog(connection)
    tables = DuckTables(folder / "history.duckdb", PLAN)
    tables.write(list(log.read(after=tables.head())))
    os.write(1, b"level\n")
    connection.set_trace_callback(Fuse(statements))
    for number in count(log.position(MARK)):
        stored = log.append(batch_of(number))
        os.write(1, b"%d\n" % (number + 1))
        tables.write(stored)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
