"""Where a template is kept: opened, and written back with all else as it was, unless someone else wrote it."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.campaigns.project import load
from envoi.errors import Conflict, InvalidProject, NotFound, ProjectError, did_you_mean
from envoi.hosts.audit import note
from envoi.hosts.folder import FOLDERS, read_files
from envoi.people.privacy.audit import Deed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FOLDER = "templates"
#: What a new template may be called: its file name, without the ending.
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A template as its file has it."""

    #: Within `templates/`.
    name: str
    #: With a plain line break after each line, whatever the file has.
    text: str
    #: Of the very bytes.
    digest: str


def opened(root: Path, name: str) -> Opened:
    """The template of that name.

    Raises:
        NotFound: no file of the project has it.
    """
    content = _bytes(root, name)
    return Opened(name=name, text=plain(content.decode()), digest=_digest(content))


def plain(text: str) -> str:
    r"""The text with plain line breaks.

    >>> plain("a\r\nb\rc\n")
    'a\nb\nc\n'
    """
    return re.sub(r"\r\n?", "\n", text)


def new(root: Path, name: str, text: str) -> str:
    """Writes a new mail of blocks, and returns the name of its file.

    Raises:
        ProjectError: the name is none.
        Conflict: there is one of that name.
    """
    if not _NAME.fullmatch(name):
        hint = "use small letters, digits and dashes, as in spring-sale"
        raise ProjectError(f"{name!r} is no name for a template", hint=hint)
    file = f"{name}.blocks.toml"
    path = root / FOLDER / file
    path.parent.mkdir(exist_ok=True)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as made:
            made.write(text)
    except FileExistsError:
        raise Conflict(f"there is a template {name!r} already", hint="open it, or choose another name") from None
    return file


def save(root: Path, before: Opened, text: str, observed: Mapping[str, Mapping[str, str]]) -> None:
    """Writes the text in one step, unless the project would have a mistake in it; each line that stays keeps its end.

    Raises:
        Conflict: the file is not any more what it was when it was opened.
        InvalidProject: with the mistakes that the template would have.
    """
    there = _bytes(root, before.name)
    if _digest(there) != before.digest:
        hint = "copy your text, open the template anew, and put the two together"
        raise Conflict(f"{FOLDER}/{before.name} was changed since you opened it", hint=hint)
    _check(root, before.name, text, observed)
    path = (root / FOLDER / before.name).resolve()
    # A reader finds the old file or the new one, never half of one.
    partial = path.with_name(f".{path.name}.new")
    with partial.open("wb") as file:
        file.write(with_ends(text, like=there.decode()).encode())
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, partial)
    note(root, Deed.CHANGED, by="the pages", detail={"file": f"{FOLDER}/{before.name}"})
    partial.replace(path)


def with_ends(text: str, *, like: str) -> str:
    r"""A text of plain line breaks, with the line ends of the text it was made from.

    >>> with_ends("a\nnew\nc\n", like="a\r\nb\nc\r\n")
    'a\r\nnew\r\nc\r\n'
    """
    old, new = _lines(like), _lines(text)
    kinds = Counter(end for _, end in old if end)
    if len(kinds) <= 1:
        return text.replace("\n", next(iter(kinds), "\n"))
    usual = kinds.most_common(1)[0][0]
    ends = [end and usual for _, end in new]
    matcher = SequenceMatcher(None, [line for line, _ in old], [line for line, _ in new], autojunk=False)
    for here, there, size in matcher.get_matching_blocks():
        for n in range(size):
            ends[there + n] = new[there + n][1] and (old[here + n][1] or usual)
    return "".join(line + end for (line, _), end in zip(new, ends, strict=True))


def _lines(text: str) -> Sequence[tuple[str, str]]:
    return [(found[1], found[2]) for found in _LINE.finditer(text) if found[0]]


def _check(root: Path, name: str, text: str, observed: Mapping[str, Mapping[str, str]]) -> None:
    """What is wrong in other files is no reason not to save this one."""
    file = f"{FOLDER}/{name}"
    try:
        load({**read_files(root), file: text}, observed=observed)
    except InvalidProject as invalid:
        own = [mistake for mistake in invalid.mistakes if mistake.at.file == file]
        if own:
            raise InvalidProject(own) from None


def _bytes(root: Path, name: str) -> bytes:
    """Only a file that the project reads is ever opened: a name cannot lead out of it."""
    folder = root / FOLDER
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    names = [each for each in found if each.endswith(FOLDERS[FOLDER])]
    if name not in names:
        raise NotFound(f"there is no template {name!r}", hint=did_you_mean(name, names))
    return found[name].read_bytes()


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=12).hexdigest()
