"""Writes a file whole or not at all: after a crash, too, a reader finds what was there before or all of the new."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: Whom the umask lets read it; and its owner only.
USUAL, PRIVATE = 0o666, 0o600


def write_whole(path: Path, content: bytes | Iterable[bytes], *, mode: int = USUAL) -> None:
    """Puts the content, or its pieces, in place of what is there, and on the disk.

    Raises:
        OSError: the disk is full or failed; then what was there stays.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.writelines((content,) if isinstance(content, bytes) else content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
