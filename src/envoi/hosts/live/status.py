"""How the live host is doing, for every process to read: a small file that is there while it runs."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from envoi.hosts.folder import state_folder

if TYPE_CHECKING:
    from pathlib import Path

FILE = "live.json"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something that takes long, and how far it has come."""

    #: "replaying": after a start, events are judged again. "learning": new or edited segments are taught from the log.
    #: "telling": people are let into them, and out of them, bit by bit.
    what: str
    #: Of how many events, or people when telling.
    done: int
    of: int
    #: The segments it is for; empty when replaying.
    segments: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The live host as of its last look, at most a few seconds ago while it runs."""

    pid: int
    #: The position in the log up to which everything has been judged.
    position: int = 0
    #: Why nothing can be kept now; empty when all is well.
    fault: str = ""
    task: Task | None = None


def read_status(root: Path) -> Status | None:
    """How the project's live host is doing; None if none runs."""
    try:
        status = msgspec.json.decode((state_folder(root) / FILE).read_bytes(), type=Status)
        # Asks whether the process is there, and does nothing to it: one that was killed left its file behind.
        os.kill(status.pid, 0)
    except (FileNotFoundError, msgspec.MsgspecError, ProcessLookupError):
        return None
    except PermissionError:
        pass
    return status


def write_status(root: Path, status: Status) -> None:
    """Puts it in place of the earlier one; a disk that takes nothing keeps the earlier one."""
    path = state_folder(root) / FILE
    draft = path.with_suffix(".new")
    with suppress(OSError):
        draft.write_bytes(msgspec.json.encode(status))
        draft.replace(path)


def remove_status(root: Path) -> None:
    """Says that the live host has ended."""
    with suppress(OSError):
        (state_folder(root) / FILE).unlink(missing_ok=True)
