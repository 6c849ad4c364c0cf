"""Imports that are being prepared let go of people: a draft whose file names one is discarded as a whole."""

from __future__ import annotations

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
        """Drafts in which a name stands anywhere, be it within another: rather one too many than one too few."""
        values = {person.partition(":")[2] or person for person in people} | set(addresses)
        names = [value.lower().encode() for value in values if value]
        for draft in sorted(self.folder.glob("*/")):
            if any(_has(path, names) for path in draft.iterdir() if path.is_file()):
                yield draft


def _has(path: Path, names: Sequence[bytes]) -> bool:
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_PIECE):
            text = before + piece.lower()
            if any(name in text for name in names):
                return True
            before = text[-_OVERLAP:]
    return False
