"""A file on its way in: opened, its mapping bound to its columns, and read as batches for the log."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from envoi.adapters.events.files import open_source
from envoi.adapters.events.text import readable
from envoi.campaigns.project import plan_of, rules_of, settings_of
from envoi.clock import FixedClock
from envoi.errors import DataError, Place, ProjectError
from envoi.events import guess
from envoi.events.clean import Cleaner
from envoi.events.intake import Intake
from envoi.events.mapping import OWN_SOURCE, parse_map
from envoi.events.reshape import bind
from envoi.events.shapes import line_of
from envoi.hosts.folder import read_files
from envoi.hosts.standards import standardiser
from envoi.people.identity import resolve
from envoi.people.purposes import hint_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.clock import Instant
    from envoi.events.mapping import PeopleMap
    from envoi.events.port import Batch, Form, Mark, Record, Source
    from envoi.events.reshape import Reshape

#: The folders of a project that decide what a record becomes.
_DECIDING = ("events/", "rules/", "taxonomies/")
#: How much of the beginning and of the end of a file tells it from others.
_TELLING_BYTES = 1 << 20


class FileToImport(msgspec.Struct, frozen=True, kw_only=True):
    """A file, and how to read it."""

    path: Path
    #: None: what the mapping says.
    kind: Literal["events", "people"] | None = None
    #: The mapping file; without one, columns mean what their names suggest.
    map: Path | None = None
    #: Where the records that were set aside are written; None: within the project's own folder.
    rejects: Path | None = None
    #: Files of the project as they are to be, by path: rules that somebody is still choosing.
    drafts: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file, ready to be read."""

    kind: str
    source: _Followed
    reshape: Reshape
    clean: Cleaner
    #: What tells this import from others: the file, and whatever decides what its records become.
    fingerprint: str

    @classmethod
    def of(cls, root: Path, file: FileToImport) -> Reading:
        """The file opened for the project in `root`.

        Raises:
            NotFound: there is no such file.
            DataError: it cannot be read as what it says it is.
            ProjectError: the mapping is wrong, or does not fit the file.
        """
        text = _text(file.map) if file.map else ""
        mapping = parse_map(text, file=str(file.map)) if file.map else None
        kind = file.kind or (mapping.kind if mapping else "events")
        if mapping and mapping.kind != kind:
            hint = f"import the file with --{mapping.kind}"
            raise ProjectError(f"the mapping {file.map} is of {mapping.kind}", hint=hint)
        encoding, delimiter = (mapping.encoding, mapping.delimiter) if mapping else ("", "")
        files = {**read_files(root), **file.drafts}
        if mapping and mapping.kind == "people":
            _check_purposes(mapping, files, text, str(file.map))
        source = open_source(file.path, encoding=encoding, delimiter=delimiter)
        said = [text for name, text in sorted(files.items()) if name.startswith(_DECIDING)]
        reshape = bind(mapping, source.columns) if mapping else _guessed(source, kind, file.path)
        return cls(
            kind=kind,
            source=_Followed(source),
            reshape=reshape,
            clean=Cleaner(plan_of(files), standardiser(rules_of(files), (reshape, source))),
            fingerprint=_fingerprint(file.path, kind, text, *said),
        )

    def batches(self, start: Mark, *, seen_at: Instant, size: int) -> Iterator[Batch]:
        """Batches of about `size` records from `start` on.

        Raises:
            DataError: from some point on the file cannot be read; the batches before that are good.
        """
        intake = Intake(reshape=self.reshape, clean=self.clean, resolve=resolve, clock=FixedClock(seen_at), size=size)
        return intake.batches(self.source, start)

    @property
    def parted(self) -> int:
        """How many groups of lines were a further part of an earlier one, as far as the file was read."""
        return self.reshape.folding.parted if self.reshape.folding else 0


def _check_purposes(mapping: PeopleMap, files: Mapping[str, str], text: str, file: str) -> None:
    """Refuses what nobody can agree to: it would open nothing, and nobody would see why."""
    own = settings_of(files).purposes
    for name in mapping.consent:
        if hint := hint_for(name, own):
            raise ProjectError(
                f"no purpose {name!r}", hint=hint, at=Place(file=file, line=line_of(text, ["consent", name]))
            )


class _Followed:
    """A source that knows how far it was read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.columns: Mapping[str, Form] = source.columns
        self.position = 0

    def read(self, start: int = 0) -> Iterator[Record]:
        """See `Source.read`."""
        for record in self._source.read(start):
            self.position = record.position + 1
            yield record


def _text(path: Path) -> str:
    with readable(path):
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            what = f"byte {error.start} is not UTF-8"
            raise DataError(what, hint="save the file as UTF-8", at=Place(file=str(path))) from None


def _guessed(source: Source, kind: str, path: Path) -> Reshape:
    name = path.name.partition(".")[0]
    # What Envoi itself did is the one source that no file may claim.
    return guess.reshape(source, people=kind == "people", name=name if name != OWN_SOURCE else f"{name} file")


def _fingerprint(path: Path, *how: str) -> str:
    told = blake2b(digest_size=8)
    size = path.stat().st_size
    with path.open("rb") as file:
        told.update(size.to_bytes(8, "big") + file.read(_TELLING_BYTES))
        file.seek(max(0, size - _TELLING_BYTES))
        told.update(file.read())
    for text in how:
        told.update(len(text).to_bytes(8, "big") + text.encode())
    return told.hexdigest()
