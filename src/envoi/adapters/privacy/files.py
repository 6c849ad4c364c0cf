"""Files let go of people: mails that stayed on this machine, and the records that imports set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from envoi.adapters.messages.folder import ENDING, file_name
from envoi.adapters.whole_file import write_whole
from envoi.people.privacy.names import Names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from envoi.events.event import PersonId


@dataclass(frozen=True, slots=True)
class ErasableMails:
    """The mails with these ids in some folders, further copies and drafts of them among them."""

    folders: Sequence[Path]
    message_ids: Collection[str]

    def mails(self) -> list[Path]:
        """Their files."""
        names = [file_name(each).removesuffix(ENDING) for each in self.message_ids]
        patterns = [pattern for name in names for pattern in (f"{name}{ENDING}", f"{name}.*{ENDING}", f".{name}*")]
        return sorted(path for folder in self.folders for each in patterns for path in folder.glob(each))

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.erase`."""
        found = self.mails()
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - see `Erasable`
        """See `Erasable.find`."""
        return len(self.mails())


@dataclass(frozen=True, slots=True)
class ErasableRejects:
    """The files of rejects: a record a line, as JSON."""

    folder: Path

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.erase`."""
        names, count = Names(people=frozenset(people), addresses=frozenset(addresses)), 0
        for path in self._files():
            lines = path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not _is_of(line, names)]
            if len(kept) < len(lines):
                write_whole(path, b"".join(kept))
            count += len(lines) - len(kept)
        return count

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:
        """See `Erasable.find`."""
        names = Names(people=frozenset(people), addresses=frozenset(addresses))
        return sum(_is_of(line, names) for path in self._files() for line in path.read_bytes().splitlines())

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.jsonl"))


def _is_of(line: bytes, names: Names) -> bool:
    try:
        fields = msgspec.json.decode(line, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return names.are_in_record(line.decode("utf-8", "replace"))
    return any(names.are_in_record(each) for each in fields.values())
