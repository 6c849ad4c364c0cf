"""Where a segment is kept: found among the project's files, and written back with all else in its file as it was."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import tomlkit

from envoi.campaigns.project import load
from envoi.errors import Conflict, NotFound, ProjectError
from envoi.hosts.audit import note
from envoi.hosts.folder import read_files
from envoi.people.privacy.audit import Deed

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a file name is made of; the rest becomes a dash.
_PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A segment as its file has it."""

    #: Within the project's folder; of a new segment, where it will be.
    file: str
    #: What the file was when it was read; empty if there is none.
    digest: str
    condition: str = ""
    description: str = ""


def kept(root: Path, name: str) -> Kept:
    """The file of the segment of that name.

    Raises:
        NotFound: no file has it.
    """
    for file, text in read_files(root).items():
        if file.startswith("segments/"):
            values = _values(text)
            if values.get("condition") and str(values.get("name") or PurePosixPath(file).stem) == name:
                description = str(values.get("description", ""))
                return Kept(file=file, digest=digest(text), condition=str(values["condition"]), description=description)
    raise NotFound(f"no file in segments/ has the segment {name!r}", hint="was it renamed or removed?")


def new_file(root: Path, name: str) -> Kept:
    """Where a new segment of that name goes."""
    plain = _PLAIN.sub("-", name.lower()).strip("-") or "segment"
    files = (f"segments/{plain}{suffix}.toml" for suffix in ("", *(f"-{n}" for n in range(2, 1_000))))
    return Kept(file=next(file for file in files if not (root / file).exists()), digest="")


def digest(text: str) -> str:
    """Tells one version of a file from another."""
    return blake2b(text.encode(), digest_size=12).hexdigest()


def save(root: Path, name: str, draft: Kept, observed: Mapping[str, Mapping[str, str]]) -> None:
    """Writes the segment into its file, in one step, unless the project would have mistakes with it.

    Raises:
        Conflict: the file is not any more what it was when it was opened.
        InvalidProject: something in the project does not fit with it.
    """
    files = read_files(root)
    before = files.get(draft.file, "")
    if (digest(before) if draft.file in files else "") != draft.digest:
        hint = "copy your text, open the segment anew, and put the two together"
        raise Conflict(f"{draft.file} was changed since you opened it", hint=hint)
    text = edited(before, name, draft)
    load({**files, draft.file: text}, observed=observed)
    path = root / draft.file
    path.parent.mkdir(exist_ok=True)
    # A reader finds the old file or the new one, never half of one.
    partial = path.with_name(f".{path.name}.new")
    partial.write_text(text, encoding="utf-8")
    note(root, Deed.CHANGED, by="the pages", detail={"file": draft.file})
    partial.replace(path)
    _keep_name(path.parent)


def edited(before: str, name: str, draft: Kept) -> str:
    """The file's text with this condition and description; comments, order and other tables stay."""
    document = tomlkit.parse(before)
    if not before:
        document["name"] = name
    if draft.description or "description" in document:
        document["description"] = draft.description
    if str(document.get("condition", "")).strip() != draft.condition.strip():
        document["condition"] = _written(draft.condition)
    text = tomlkit.dumps(document)
    # The line breaks around it are no part of it.
    if str(tomllib.loads(text)["condition"]).strip() != draft.condition.strip():
        # Nothing is written that would be read as something else.
        raise ProjectError("this condition cannot be written into the file", hint="leave out unusual characters")
    return text


def _written(condition: str) -> tomlkit.items.Item:
    """As a person would write it: without escapes where it can be, on lines of its own where it has several."""
    if "'''" in condition or condition.endswith("'") or not re.fullmatch(r"[\n\t -~\x80-\U0010ffff]*", condition):
        return tomlkit.string(condition)
    if "\n" in condition:
        return tomlkit.value(f"'''\n{condition}\n'''")
    return tomlkit.string(condition, literal="'" not in condition)


def _values(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _keep_name(folder: Path) -> None:
    """Has the folder itself written to the disk, with the name that is new in it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
