"""Names for the processes of a machine that send: one that died is known by its lock, which the system took back."""

from __future__ import annotations

import fcntl
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FOLDER = "workers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """This process, and those that were here before it."""

    name: str
    #: Processes that died: what they held is free. Their names cannot be taken meanwhile.
    gone: Sequence[str]


@contextmanager
def named(state: Path) -> Iterator[Named]:
    """A name that no other living process has on this machine; after a crash the same name is given again."""
    folder = state / FOLDER
    folder.mkdir(exist_ok=True)
    host = socket.gethostname()
    with ExitStack() as locks:
        held = [path.name for path in sorted(folder.glob("*.lock"), key=_number) if _locked(path, locks)]
        number = 1
        while not held:
            path = folder / f"{number}.lock"
            held = [path.name] if _locked(path, locks) else []
            number += 1
        own, *gone = [f"{host}/{name.removesuffix('.lock')}" for name in held]
        yield Named(name=own, gone=gone)


def _number(path: Path) -> int:
    return int(path.stem)


def _locked(path: Path, locks: ExitStack) -> bool:
    """Whether this process has the lock now; it has it until `locks` are closed, or it dies."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    locks.callback(file.close)
    return True
