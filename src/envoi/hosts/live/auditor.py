"""Audits a project's data at the times that its files name: in a process of its own, since it reads all of history."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.campaigns.project import audit_of
from envoi.clock import SystemClock
from envoi.errors import EnvoiError
from envoi.hosts.folder import read_files
from envoi.hosts.live.history import give_way
from envoi.hosts.live.keeper import stamp
from envoi.hosts.local import open_project
from envoi.hosts.quality_alerts import alert, read_memory, write_memory
from envoi.hosts.surroundings import clock_of

if TYPE_CHECKING:
    from envoi.messages.schedule import Schedule
    from envoi.settings import Settings

#: How often it looks whether an audit is due.
LOOK_S = 20.0
#: An audit that could not be made, or told of, is made up for within this time.
LATE = timedelta(hours=24)
#: How long it waits for a command that has history open.
WAIT_S = 30.0

_log = logging.getLogger("envoi.quality")


class Auditor:
    """A thread that begins each audit when it is due."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stop = threading.Event()
        self._stamp: object = None
        self._known: tuple[Settings, Schedule | None] | None = None
        self._thread = threading.Thread(target=self._watch, name="auditor", daemon=True)

    def start(self) -> None:
        """Has audits made from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Returns when none is being made any more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_S):
            if self._is_due():
                self._begin()

    def _is_due(self) -> bool:
        found = stamp(self._root)
        if found != self._stamp:
            try:
                self._known = audit_of(read_files(self._root))
            except EnvoiError:
                # The sender says what is wrong with the files; they may be half written.
                return False
            self._stamp = found
        return self._known is not None and due(self._root, *self._known) != ""

    def _begin(self) -> None:
        # Our own module, on our own folder.
        command = [sys.executable, "-P", "-m", "envoi.hosts.live.auditor", str(self._root)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True) as process:  # noqa: S603
            while process.poll() is None and not self._stop.wait(0.2):
                pass
            if process.poll() is None:
                process.terminate()


def due(root: Path, settings: Settings, schedule: Schedule | None) -> str:
    """The occurrence that is to be audited now; empty if there is none, or it was, or nobody could be told lately."""
    if schedule is None:
        return ""
    days = schedule.open_at(clock_of(settings).now(), settings.zone, LATE)
    memory, now = read_memory(root), SystemClock().now()
    if not days or memory.audited == days[-1].isoformat():
        waits = [heard.again_at for heard in memory.heard.values() if heard.failed]
        # Who could not be told is tried again as soon as they may be.
        return memory.audited if waits and min(waits) <= now else ""
    return days[-1].isoformat()


def audit(root: Path) -> bool:
    """Makes the audit that is due, tells who listens, and remembers it; False if none is due."""
    with open_project(root, read_only=True, wait_s=WAIT_S) as envoi:
        day = due(root, envoi.project.settings, envoi.project.audits.schedule)
        if not day:
            return False
        done = alert(root, envoi.project, envoi.quality(), at=SystemClock().now())
    memory = read_memory(root)
    memory.audited = day
    write_memory(root, memory)
    _log.info("audited the data: %d told, %d could not be", done.told, len(done.failed))
    return True


def main(root: Path) -> None:
    """One audit, beside a live host and not in its way."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    give_way()
    audit(root)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except EnvoiError as error:
        sys.exit(f"the data were not audited: {error}")
