"""A project's folder on disk: its files as texts, and the place for what machines make."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from envoi.campaigns.templates import ENDINGS
from envoi.errors import DataError, NotFound, Place

if TYPE_CHECKING:
    from pathlib import Path

#: Folders of a project, and the endings of the files in them that Envoi reads.
FOLDERS = {
    "events": (".toml",),
    "segments": (".toml",),
    "templates": ENDINGS,
    "campaigns": (".toml",),
    "rules": (".toml",),
    "taxonomies": (".toml",),
}
STATE = ".envoi"


def read_files(root: Path) -> dict[str, str]:
    """The texts of a project's files by their paths within it.

    Raises:
        NotFound: there is no such folder.
        DataError: a file is not UTF-8.
    """
    if not root.is_dir():
        raise NotFound(
            f"there is no folder {root}", hint="make a project with 'envoi init', or see all with 'envoi demo'"
        )
    paths = [
        root / "envoi.toml",
        *(
            path
            for folder, endings in FOLDERS.items()
            for path in sorted((root / folder).rglob("*"))
            if path.name.endswith(endings)
        ),
    ]
    return {path.relative_to(root).as_posix(): _text(path) for path in paths if path.is_file()}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"byte {error.start} is not UTF-8", hint="save the file as UTF-8", at=Place(file=str(path))
        ) from None


def state_folder(root: Path) -> Path:
    """The folder for what machines make, made if it is not there, and kept out of git."""
    state = root / STATE
    state.mkdir(exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return state


def secret(root: Path) -> bytes:
    """What the project's public links are signed with: made once, at random, readable by its owner only."""
    path = state_folder(root) / "secret"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
