"""Keeps up with what is slower than events: the files that people edit, history, and word of how it all goes."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from envoi.errors import EnvoiError
from envoi.hosts.folder import FOLDERS
from envoi.hosts.live.daily import Daily
from envoi.hosts.live.status import remove_status, write_status
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from envoi.campaigns.project import Project
    from envoi.hosts.live.status import Status

#: How often the files are looked at.
LOOK_S = 1.0
#: How often history takes in what the log has; in between, commands have it for themselves.
HISTORY_S = 10.0

_log = logging.getLogger("envoi.live")


class Keeper:
    """A thread that reads the project anew when its files change, has history written, and says how it goes."""

    def __init__(self, root: Path, redefine: Callable[[Project], None], status: Callable[[], Status]) -> None:
        self._root = root
        self._redefine = redefine
        self._status = status
        self._history: subprocess.Popen[str] | None = None
        self._daily = Daily(root)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Keeps up from now on; the files as they are now have been read."""
        write_status(self._root, self._status())
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stop.set()
        self._thread.join()
        self._daily.stop()
        if self._history is not None:
            # What it wrote is whole, and whoever opens the project next writes the rest.
            self._history.terminate()
            self._history.communicate()
        remove_status(self._root)

    def _keep(self) -> None:
        known, begun_s = stamp(self._root), time.monotonic()
        while not self._stop.wait(LOOK_S):
            write_status(self._root, self._status())
            self._daily.look()
            found = stamp(self._root)
            if found != known and self._read():
                known = found
            if self._history is not None and self._history.poll() is not None:
                end_history(self._history)
                self._history = None
            if self._history is None and time.monotonic() - begun_s > HISTORY_S:
                self._history, begun_s = begin_history(self._root), time.monotonic()

    def _read(self) -> bool:
        """Reads the project anew; False to try again later."""
        try:
            with open_project(self._root, read_only=True) as envoi:
                self._redefine(envoi.project)
        except EnvoiError as error:
            if error.retry:
                return False
            _log.warning("the segments stay as they were: %s", error)
        return True


def stamp(root: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file of the project does."""
    paths = [root / "envoi.toml", *(path for folder in FOLDERS for path in sorted((root / folder).rglob("*")))]
    found = ((path, path.stat()) for path in paths if path.is_file())
    return tuple((path.as_posix(), about.st_mtime_ns, about.st_size) for path, about in found)


def begin_history(root: Path) -> subprocess.Popen[str]:
    """Lets another process bring history level with the log: it takes long, and here it would be in the way."""
    command = [sys.executable, "-m", "envoi.hosts.live.history", str(root)]
    # Our own module, on our own folder.
    return subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def end_history(process: subprocess.Popen[str]) -> None:
    """Returns when that process has ended, and says if it failed."""
    _, said = process.communicate()
    if process.returncode:
        _log.warning("history was not written: %s", said.strip().rpartition("\n")[2])
