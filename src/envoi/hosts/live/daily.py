"""What a live host has done once a day, in a process of its own: what was kept long enough is removed."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from envoi.errors import EnvoiError
from envoi.hosts.surroundings import settings_alone
from envoi.settings import Retention

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY_S = 86_400.0

_log = logging.getLogger("envoi.live")


class Daily:
    """Looked after by whoever asks it every now and then."""

    def __init__(self, root: Path, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._seconds = seconds
        self._next_s = seconds()
        self._process: subprocess.Popen[str] | None = None

    def look(self) -> None:
        """Begins it if a day is over, and says if it failed."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None and self._seconds() >= self._next_s:
            self._next_s = self._seconds() + DAY_S
            if self._is_asked_for():
                command = [sys.executable, "-P", "-m", "envoi.hosts.privacy.retaining", str(self._root)]
                # Our own module, on our own folder.
                self._process = subprocess.Popen(  # noqa: S603
                    command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
                )

    @property
    def is_at_it(self) -> bool:
        """Whether it is being done."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ends it; what is left is done another time."""
        if self._process is not None:
            self._process.terminate()
            self._process.communicate()
            self._process = None

    def _end(self) -> None:
        if self._process is not None:
            _, said = self._process.communicate()
            if self._process.returncode:
                _log.warning("%s", said.strip().rpartition("\n")[2])
            self._process = None

    def _is_asked_for(self) -> bool:
        try:
            return settings_alone(self._root).retention != Retention()
        except EnvoiError:
            # The pages tell of mistakes in the files.
            return False
