"""The files beside the stores that erasures need: the one under way, the list of all, and their receipts."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.whole_file import PRIVATE, write_whole
from envoi.errors import NotFound, StoreBusy
from envoi.people.privacy.erasure import Erased, Erasure, Receipt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNDER_WAY, LIST, RECEIPTS, LOCK = "erasing.json", "erased.jsonl", "receipts", "erasing.lock"


class Records:
    """What is in the project's folder of state; the list may lie elsewhere, with the backups."""

    def __init__(self, state: Path, erased: Path | None = None) -> None:
        self._state = state
        #: The file of all erasures.
        self.list = erased or state / LIST

    @contextmanager
    def locked(self, *, waits: bool) -> Iterator[None]:
        """One process at a time erases.

        Raises:
            StoreBusy: another one does, and this one `waits` not.
        """
        with (self._state / LOCK).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreBusy("an erasure is under way", hint="wait until it is done") from None
            yield

    @property
    def has_begun(self) -> bool:
        """Whether an erasure is under way, or was when the power went."""
        return (self._state / UNDER_WAY).exists()

    def under_way(self) -> Erasure | None:
        """The one that is."""
        with suppress(FileNotFoundError):
            return msgspec.json.decode((self._state / UNDER_WAY).read_bytes(), type=Erasure)
        return None

    def begin(self, erasure: Erasure) -> None:
        """Writes it down: from now on it is done, whatever happens."""
        write_whole(self._state / UNDER_WAY, msgspec.json.encode(erasure), mode=PRIVATE)

    def erased(self) -> list[Erased]:
        """All erasures, oldest first; half a line, which a crash left, is none."""
        return read_list(self.list) if self.list.exists() else []

    def add(self, erased: Erased) -> None:
        """Adds one that is not in the list yet."""
        known = self.erased()
        if erased.number not in {each.number for each in known}:
            self.replace([*known, erased])

    def replace(self, erased: list[Erased]) -> None:
        """Puts this list in place of the one that is there."""
        self.list.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.list, b"".join(msgspec.json.encode(each) + b"\n" for each in erased), mode=PRIVATE)

    def finish(self, receipt: Receipt) -> None:
        """Keeps the receipt; from now on nothing names the people any more."""
        folder = self._state / RECEIPTS
        folder.mkdir(exist_ok=True)
        write_whole(folder / f"{receipt.erasure}.json", self.as_file(receipt), mode=PRIVATE)
        under_way = self._state / UNDER_WAY
        # What the file system keeps of a file that is gone should not tell.
        under_way.write_bytes(bytes(under_way.stat().st_size))
        under_way.unlink()

    @staticmethod
    def as_file(receipt: Receipt) -> bytes:
        """A receipt as it is written."""
        return msgspec.json.format(msgspec.json.encode(receipt), indent=2) + b"\n"

    def receipts(self) -> list[Receipt]:
        """All receipts, the newest first."""
        found = [read_receipt(path) for path in (self._state / RECEIPTS).glob("*.json")]
        return sorted(found, key=lambda each: (each.at, each.number), reverse=True)


def read_list(path: Path) -> list[Erased]:
    """The list in a file."""
    lines = path.read_bytes().splitlines(keepends=True)
    return [msgspec.json.decode(line, type=Erased) for line in lines if line.endswith(b"\n")]


def read_receipt(path: Path) -> Receipt:
    """The receipt in a file.

    Raises:
        NotFound: there is none.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Receipt)
    except (OSError, msgspec.MsgspecError):
        raise NotFound(f"there is no receipt {path}", hint="name the file that 'envoi privacy erase' wrote") from None
