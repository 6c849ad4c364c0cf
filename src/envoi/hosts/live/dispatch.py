"""Keeps a process that sends running beside the live host: it is begun anew if it dies, and ends in good order."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: How often it is looked after.
LOOK_S = 1.0
#: How soon it is begun again after it died.
AGAIN_S = 5.0
#: How long it has to end: it hears of the mails that are on their way.
GRACE_S = 45.0

_log = logging.getLogger("envoi.live")


class Dispatch:
    """A thread that watches over one process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stop = threading.Event()
        #: Of the process that sends now; 0 while there is none.
        self.pid = 0
        self._thread = threading.Thread(target=self._watch, name="dispatch", daemon=True)

    def start(self) -> None:
        """Has campaigns sent from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Returns when nothing is sent any more."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def begun(self) -> subprocess.Popen[bytes]:
        """A new process that sends, and ends when its stdin is closed."""
        # -P: what lies in the current folder is not imported. Its stdin is closed when this process is gone.
        command = [sys.executable, "-P", "-m", "envoi.hosts.live.sender", str(self._root)]
        # Our own module, on our own folder; Ctrl-C is for this process to pass on.
        return subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, start_new_session=True
        )

    def _watch(self) -> None:
        while not self._stop.is_set():
            with self.begun() as process:
                self.pid = process.pid
                while process.poll() is None and not self._stop.wait(LOOK_S):
                    pass
                self.pid = 0
                if process.poll() is None:
                    _end(process)
                    return
            _log.warning("the process that sends ended with %d and is begun anew", process.returncode)
            self._stop.wait(AGAIN_S)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        # What it had let go is `unknown` then, and the rest is sent by whoever comes next.
        process.kill()
        process.wait()
