"""A record of each import: what it brought, what it set aside, and whether it was taken back; a small file each."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.whole_file import write_whole
from envoi.clock import Instant
from envoi.errors import NotFound, did_you_mean
from envoi.hosts.folder import state_folder

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "imports"
#: How much of an import's fingerprint tells it from others of the same file name.
_TELLING = 8


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """One import, by the command or by the pages."""

    #: What people call it by: `envoi import --undo NAME`.
    name: str
    file: str
    #: "events" or "people".
    kind: str
    #: Where its events are from, by the mapping.
    source: str
    #: By which the log knows how far it is.
    fingerprint: str
    #: When all of it counts as taken in, and the position of the log before: by these its events are known.
    seen_at: Instant
    after: int
    #: The position of the log when it was finished, and when that was; 0 before.
    until: int = 0
    finished_at: Instant = Instant(0)
    #: Records read, over all runs of it.
    records: int = 0
    #: New events by name, and events that were known before.
    events: dict[str, int] = {}
    repeated: int = 0
    people: int = 0
    #: Records set aside by reason, and the file they are in.
    rejected: dict[str, int] = {}
    rejects_file: str = ""
    #: When it was taken back, and how many people that was about.
    undone_at: Instant = Instant(0)
    undone_people: int = 0

    @property
    def state(self) -> str:
        """How it stands, in a word."""
        if self.undone_at:
            return "taken back"
        return "finished" if self.finished_at else "unfinished"


def name_of(file: Path, fingerprint: str) -> str:
    """What an import of this file is called."""
    return f"{file.name.partition('.')[0]}-{fingerprint[:_TELLING]}"


def name_for(root: Path, file: Path, fingerprint: str) -> str:
    """What an import of this file is called now: one that was taken back keeps its name, and the next has another."""
    base = name_of(file, fingerprint)
    undone = {one.name for one in every(root) if one.undone_at}
    names = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(name for name in names if name not in undone)


def undone_of(root: Path, source: str) -> frozenset[Instant]:
    """When the imports of this source began that were taken back: their events count no more, and may come again."""
    return frozenset(one.seen_at for one in every(root) if one.undone_at and one.source == source)


def keep(root: Path, one: Import) -> None:
    """Keeps the record in place of the earlier one; after a crash it is the one or the other."""
    path = _folder(root) / f"{one.name}.json"
    write_whole(path, msgspec.json.format(msgspec.json.encode(one)))


def every(root: Path) -> list[Import]:
    """All imports, the last one first."""
    found = [msgspec.json.decode(path.read_bytes(), type=Import) for path in _folder(root).glob("*.json")]
    return sorted(found, key=lambda one: (-one.seen_at, one.name))


def find(root: Path, name: str) -> Import | None:
    """The import of that name; None if there is none."""
    return next((one for one in every(root) if one.name == name), None)


def get(root: Path, name: str) -> Import:
    """The import of that name.

    Raises:
        NotFound: there is none.
    """
    names = [one.name for one in every(root)]
    found = find(root, name)
    if found is None:
        raise NotFound(f"there is no import {name!r}", hint=did_you_mean(name, names) or "'envoi imports' lists all")
    return found


def _folder(root: Path) -> Path:
    folder = state_folder(root) / FOLDER
    folder.mkdir(exist_ok=True)
    return folder
