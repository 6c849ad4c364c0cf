"""Collects every mistake in a project's files, each at its place, so that people can mend all in one go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from envoi.campaigns.files import read
from envoi.errors import Place, ProjectError
from envoi.events.shapes import line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from envoi.events.shapes import AnyShape

    Keys = Sequence[str | int]

Made = TypeVar("Made")

#: What a text of TOML begins with; a line break after three of them is no part of it.
_QUOTES = ("'''\n", '"""\n', "'", '"')


@dataclass(slots=True)
class Mistakes:
    """A project's files, and the mistakes found in them so far."""

    files: Mapping[str, str]
    found: list[ProjectError] = field(default_factory=list)

    def folder(self, folder: str, ending: str | tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """The files of a folder with this ending, or one of these, and their texts, in the order of their names."""
        for file, text in sorted(self.files.items()):
            if file.startswith(f"{folder}/") and file.endswith(ending):
                yield file, text

    def shaped(self, shape: type[AnyShape], file: str) -> AnyShape | None:
        """The file's values; None if they are not of that shape, which is noted."""
        return read(shape, file, self.files[file], self.found)

    def tried(self, make: Callable[[], Made], file: str, keys: Keys, text: str = "") -> Made | None:
        """What `make` makes; None if it raises a ProjectError, which is noted.

        `text` is the value at `keys` that the error's line and column count in; without it they count in the file.
        """
        try:
            return make()
        except ProjectError as error:
            error.at = self._place(error.at, file, keys, text)
            self.found.append(error)
            return None

    def bound(self, make: Callable[[], Made], file: str, keys: Keys, text: str) -> Made | None:
        """As `tried`, but silent where the tracking plan was not read: every name in it would seem unknown."""
        silent = self if self._has_plan() else Mistakes(self.files)
        return silent.tried(make, file, keys, text)

    def unknown(self, what: str, file: str, keys: Keys, *, hint: str = "") -> None:
        """Notes a name that is not in the tracking plan, if that was read."""
        if self._has_plan():
            self.note(what, file, keys, hint=hint)

    def note(self, what: str, file: str, keys: Keys, *, hint: str = "") -> None:
        """Notes a mistake at the key found by following `keys` in the file."""
        self.found.append(ProjectError(what, hint=hint, at=Place(file=file, line=line_of(self.files[file], keys))))

    def _has_plan(self) -> bool:
        return not any(mistake.at.file.startswith("events/") for mistake in self.found)

    def _place(self, at: Place, file: str, keys: Keys, text: str) -> Place:
        """Where in the file something is that was placed within the value at `keys`."""
        if not keys:
            return Place(file=file, line=at.line, column=at.column)
        source, line = self.files[file], line_of(self.files[file], keys)
        above = sum(map(len, source.splitlines(keepends=True)[: line - 1]))
        # The value stands as it is unless it holds what TOML escapes; then the line of its key must do.
        starts = [
            source.find(quote + text, above) + len(quote)
            for quote in _QUOTES
            if text and quote + text in source[above:]
        ]
        if not starts:
            return Place(file=file, line=line)
        start = min(starts)
        column = start - source.rfind("\n", 0, start) if at.line <= 1 else 1
        return Place(
            file=file,
            line=source.count("\n", 0, start) + max(at.line, 1),
            column=column + max(at.column, 1) - 1,
        )
