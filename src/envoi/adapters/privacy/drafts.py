"""Imports that are being prepared let go of people: a draft whose file names one is discarded as a whole."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from envoi.events.event import PersonId

#: What is read of a file at a time, and how much of the piece before is read again: no name is longer.
_PIECE, _OVERLAP = 1 << 20, 1 << 10


@dataclass(frozen=True, slots=True)
class ErasableDrafts:
    """The folders of drafts. A person may upload the file again without whoever was erased."""

    folder: Path

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        found = list(self._naming(people, addresses))
        for draft in found:
            shutil.rmtree(draft, ignore_errors=True)
        return len(found)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        return sum(1 for _ in self._naming(people, addresses))

    def _naming(self, people: Sequence[PersonId], addresses: Sequence[str]) -> Iterator[Path]:
        """Drafts with a file in which an id of theirs stands as a word of its own, or an address."""
        values = {person.partition(":")[2] or person for person in people} | set(addresses)
        words = b"|".join(re.escape(value.encode()) for value in values if value)
        named = re.compile(rb"(?<!\w)(?:" + words + rb")(?!\w)", re.IGNORECASE)
        for draft in sorted(self.folder.glob("*/")) if words else ():
            if any(_has(path, named) for path in draft.iterdir() if path.is_file()):
                yield draft


def _has(path: Path, named: re.Pattern[bytes]) -> bool:
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            if named.search(before + piece):
                return True
            before = piece[-_OVERLAP:]
    return False
