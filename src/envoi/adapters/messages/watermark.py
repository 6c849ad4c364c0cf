"""A small file beside a database that says how far it had come, so that one put back from an old backup is noticed.

It runs ahead by nothing and behind by little: a number is written to it after the commit that holds the number, and
before any mail of that commit can be accepted.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envoi.errors import StoreFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DIGITS = 20


class Watermark:
    """A number on the first line, and below it the names of all campaigns that ever began."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[int, frozenset[str]]:
        """The number, and the campaigns; 0 and none if there is no file."""
        try:
            first, *names = self._path.read_text(encoding="utf-8").splitlines() or ["0"]
        except FileNotFoundError:
            return 0, frozenset()
        except OSError as error:
            raise _failed(error, self._path) from error
        return int(first), frozenset(names)

    def rise(self, number: int) -> None:
        """Writes the number over the one that is there; one that another process has raised further stays."""
        with self._opened() as file:
            if int(os.pread(file, _DIGITS, 0) or b"-1") < number:
                os.pwrite(file, b"%0*d\n" % (_DIGITS, number), 0)

    def add(self, campaign: str) -> None:
        """Adds a campaign's name, and sees to it that it stays."""
        if campaign not in self.read()[1]:
            self.rise(0)
            with self._opened(os.O_APPEND) as file:
                os.write(file, f"{campaign}\n".encode())
                os.fsync(file)

    @contextmanager
    def _opened(self, flags: int = 0) -> Iterator[int]:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | flags, 0o600)
            try:
                yield file
            finally:
                os.close(file)
        except OSError as error:
            raise _failed(error, self._path) from error


def _failed(error: OSError, path: Path) -> StoreFailed:
    return StoreFailed(f"{path} cannot be used: {error.strerror}", hint="allow reading and writing in its folder")
