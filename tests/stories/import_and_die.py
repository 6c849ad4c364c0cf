"""Imports a file in small batches, and dies at a moment as if the power failed: ROOT FILE MAP MOMENT SURVIVED APART."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from envoi.hosts import importing
from envoi.hosts.importing import FileToImport, import_file
from envoi.hosts.local import open_project

BATCH = 500


def main(root: str, file: str, mapping: str, moment: str, survived: str, apart: str) -> None:
    """Dies before or after a call of what `moment` names, once as many of them were survived."""
    left = int(survived)

    def count_down() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def deadly(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: object) -> object:
            if moment.startswith("before"):
                count_down()
            found = function(*given)
            if moment.startswith("after"):
                count_down()
            return found

        return call

    # So that a small file has many batches, and is read as a large one would be.
    importing.BATCH = BATCH
    importing._APART_BYTES = 0 if apart else importing._APART_BYTES  # noqa: SLF001
    with open_project(Path(root)) as envoi:
        places = {"log": (envoi.stores.log, "append"), "history": (envoi.stores.tables, "write")}
        owner, name = places.get(moment.rsplit(maxsplit=1)[-1], (importing, "write_rejects"))
        setattr(owner, name, deadly(getattr(owner, name)))
        import_file(envoi, FileToImport(path=Path(file), map=Path(mapping)))


if __name__ == "__main__":
    main(*sys.argv[1:])
