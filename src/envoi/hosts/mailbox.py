"""The mails that stayed on this machine, in their folder: found, and read no further than is safe."""

from __future__ import annotations

import re
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import ENDING
from envoi.errors import NotFound
from envoi.messages.letter import Heads, Letter, heads, opened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from envoi.reports.paging import Page

#: So many of the newest are listed and searched; the folder may hold a million.
MOST_MAILS = 10_000
#: The heads of a mail are within its first octets, and mail programs show no mail beyond the last.
_HEAD_BYTES, _MOST_BYTES = 16_384, 2_000_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail in a list."""

    #: The name of its file, without the ending.
    name: str
    at_ns: int
    heads: Heads

    @property
    def message_id(self) -> str:
        """The id by which the ledger knows it; the second copy of a mail is called ID.2."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of the mails that were asked for, the newest first."""

    mails: list[Mail]
    total: int
    #: How many there are in the folder, and how many of them were looked at.
    there: int
    looked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One mail with its source."""

    letter: Letter
    source: bytes
    #: Whether it is longer than what is shown.
    is_cut: bool


def find(folder: Path, text: str, *, page: Page, ids: Collection[str] = ()) -> Found:
    """The mails that have each word of `text` in who they are from or to, their subject or campaign; or these ids."""
    there, newest = _newest(folder)
    wanted = [word.casefold() for word in _WORD.findall(text)]
    if wanted or ids:
        fitting = [
            mail for mail in _mails(folder, newest) if mail.message_id in ids or (wanted and _has(mail.heads, wanted))
        ]
        shown, total = fitting[page.offset : page.offset + page.size], len(fitting)
    else:
        shown = list(_mails(folder, newest[page.offset : page.offset + page.size]))
        total = len(newest)
    return Found(mails=shown, total=total, there=there, looked_at=len(newest))


def read(folder: Path, name: str) -> Read:
    """One mail of the folder.

    Raises:
        NotFound: there is none of that name.
    """
    data = _start(folder / f"{name}{ENDING}", _MOST_BYTES + 1) if _is_plain(name) else None
    if data is None:
        raise NotFound("there is no such mail in the mailbox", hint="it may have been deleted from its folder")
    source = data[:_MOST_BYTES]
    return Read(letter=opened(source), source=source, is_cut=len(data) > _MOST_BYTES)


def _is_plain(name: str) -> bool:
    """Whether it is the name of a file within the folder, and of no draft."""
    return bool(name) and not name.startswith(".") and "\0" not in name and Path(name).name == name


def _newest(folder: Path) -> tuple[int, list[tuple[int, str]]]:
    """How many mails there are, and the newest of them: each with its time and name."""
    there = 0

    def seen() -> Iterator[tuple[int, str]]:
        nonlocal there
        for path in folder.glob(f"[!.]*{ENDING}"):
            try:
                found = path.stat().st_mtime_ns
            except OSError:
                continue
            there += 1
            yield found, path.name.removesuffix(ENDING)

    newest = nlargest(MOST_MAILS, seen())
    return there, newest


def _mails(folder: Path, found: list[tuple[int, str]]) -> Iterator[Mail]:
    for at_ns, name in found:
        data = _start(folder / f"{name}{ENDING}", _HEAD_BYTES)
        if data is not None:
            yield Mail(name=name, at_ns=at_ns, heads=heads(data))


def _start(path: Path, size: int) -> bytes | None:
    """The first octets of a file; None if it is none, or is gone."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(size)
    except OSError:
        return None


def _has(above: Heads, wanted: list[str]) -> bool:
    """Whether it has each wanted word; the last one may not be written to its end yet."""
    words = set(_WORD.findall(" ".join((above.sender, above.to, above.subject, above.feedback_id)).casefold()))
    return words.issuperset(wanted[:-1]) and any(word.startswith(wanted[-1]) for word in words)
