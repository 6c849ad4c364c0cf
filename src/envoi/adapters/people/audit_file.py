"""The audit log in a file of its own, only ever added to: a line an entry, on disk before anyone hears of it."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envoi.errors import StoreFailed
from envoi.people.privacy.audit import check, entry_of, follow, line_of

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envoi.people.privacy.audit import Checked, Done, Entry, Head

FILE = "audit.jsonl"
#: More than an entry has.
_TAIL_BYTES = 1 << 16


class AuditFile:
    """Entries in the file at `path`; processes that add take turns."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, done: Done) -> Entry:
        """Adds an entry; when it returns, the entry survives the loss of power.

        Raises:
            StoreFailed: the file cannot be written, or its last entry is none: nothing may be added to that.
        """
        with self._opened() as file:
            tail = _tail(file)
            whole = tail[: tail.rfind(b"\n") + 1]
            if len(whole) < len(tail):
                # The half of a line that a crash left: nobody was told of it.
                os.ftruncate(file, os.fstat(file).st_size - (len(tail) - len(whole)))
            lines = whole.splitlines(keepends=True)
            last = entry_of(lines[-1]) if lines else None
            if lines and last is None:
                raise StoreFailed(f"the last entry of {self._path} is damaged", hint="see 'envoi audit verify'")
            entry = follow(last, done)
            os.write(file, line_of(entry))
            os.fsync(file)
        return entry

    def read(self) -> Iterator[Entry]:
        """Every entry, oldest first, as far as they can be read."""
        for line in self._lines():
            if entry := entry_of(line):
                yield entry

    def check(self, kept: Head | None = None) -> Checked:
        """See `audit.check`; the half of a line that a crash left at the end is no entry."""
        return check(self._lines(), kept)

    def _lines(self) -> Iterator[bytes]:
        try:
            with self._path.open("rb") as file:
                yield from (line for line in file if line.endswith(b"\n"))
        except FileNotFoundError:
            return

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                if sys.platform != "win32":
                    fcntl.flock(file, fcntl.LOCK_EX)
                yield file
            finally:
                os.close(file)
        except OSError as error:
            what = f"{self._path} cannot be written: {error.strerror}"
            raise StoreFailed(what, hint="allow writing in its folder: what is not noted there is not done") from error


def _tail(file: int) -> bytes:
    size = os.fstat(file).st_size
    tail = os.pread(file, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    # Of a longer file the first of these lines may be half of one; it is not the last.
    return tail if size <= _TAIL_BYTES else tail[tail.find(b"\n") + 1 :]
