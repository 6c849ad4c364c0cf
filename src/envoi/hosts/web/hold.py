"""Holds the project open for a burst of pages, and lets go of it when nobody asks, so that commands can run beside.

One process at a time may write a project's history, and none while another reads it. So pages are answered one at a
time from one read-only opening, which ends when it has been idle for a moment or has become old.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from envoi.errors import NotFound, StoreBusy
from envoi.hosts.live.status import read_status
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envoi.hosts.local import Envoi

#: An opening that is never idle ends after this long: a waiting command gets its turn, changed files are read.
LONGEST_S = 3.0
#: A page says that a command is writing rather than wait longer than this for it.
WAIT_S = 0.5
#: Taking in more events than this would be in the way of those that come in meanwhile.
MUCH = 2_000
#: Beside a live host history is written in short bursts: the end of one is worth waiting for.
LIVE_WAIT_S = 5.0
#: After a refusal further pages are refused at once for this long, instead of each waiting in vain.
REFUSE_S = 1.0


class Hold:
    """Lends the project to one thread at a time."""

    def __init__(self, root: Path, *, idle_s: float = 1.0) -> None:
        self.root = root
        self._idle_s = idle_s
        self._lock = threading.RLock()
        self._opening = ExitStack()
        self._envoi: Envoi | None = None
        self._opened_at = 0.0
        self._turn = 0
        self._busy: tuple[StoreBusy, float] | None = None

    @contextmanager
    def reading(self) -> Iterator[Envoi]:
        """The project, open for reading.

        Raises:
            NotFound: its folder is gone.
            InvalidProject: its files have mistakes.
            StoreBusy: a command is writing.
        """
        with self._lock:
            self._turn += 1
            try:
                yield self._envoi or self._open()
            except BaseException:
                self.close()
                raise
            self._rest()

    def close(self) -> None:
        """Lets go of the project."""
        with self._lock:
            self._envoi = None
            self._opening.close()

    def _open(self) -> Envoi:
        if self._busy and time.monotonic() - self._busy[1] < REFUSE_S:
            raise self._busy[0].with_traceback(None)
        try:
            self._envoi = self._caught_up()
        except StoreBusy as busy:
            self._busy = busy, time.monotonic()
            raise
        self._opened_at = time.monotonic()
        return self._envoi

    def _caught_up(self) -> Envoi:
        """The project open for reading; what only a writer can do is done first: make history, or complete it."""
        try:
            envoi = self._enter()
            behind = envoi.stores.log.position() - envoi.stores.tables.head()
            # A live host has history brought level beside itself, every few seconds: much is left to that.
            if behind <= 0 or (behind > MUCH and read_status(self.root) is not None):
                return envoi
            self._opening.close()
        except NotFound:
            self._opening.close()
        with open_project(self.root, any_thread=True):
            pass
        return self._enter()

    def _enter(self) -> Envoi:
        wait_s = WAIT_S if read_status(self.root) is None else LIVE_WAIT_S
        return self._opening.enter_context(open_project(self.root, read_only=True, any_thread=True, wait_s=wait_s))

    def _rest(self) -> None:
        if time.monotonic() - self._opened_at > LONGEST_S:
            self.close()
            return
        timer = threading.Timer(self._idle_s, self._close_if_idle, [self._turn])
        timer.daemon = True
        timer.start()

    def _close_if_idle(self, turn: int) -> None:
        with self._lock:
            if turn == self._turn:
                self.close()
