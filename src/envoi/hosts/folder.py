"""A project's folder on disk: its files as texts, and the place for what machines make."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
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
    """The project's first secret, which never changes: made at random, readable by its owner only."""
    return secrets_of(root)[0]


def secrets_of(root: Path) -> tuple[bytes, ...]:
    """What public links are signed with, the oldest first: the last one makes new links, all of them are read."""
    path = _signing(root)
    if not path.exists():
        made = _written(path, [_new_secret()])
        # Two processes may come here at once: the first one's stays.
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return tuple(path.read_bytes().split())


def add_secret(root: Path) -> int:
    """Has new links signed with a new secret, and returns how many there are now; old links are read as before."""
    known = secrets_of(root)
    _written(_signing(root), [*known, _new_secret()]).replace(_signing(root))
    return len(known) + 1


def _signing(root: Path) -> Path:
    """The file of secrets, one a line."""
    return state_folder(root) / "secret"


def _written(path: Path, secrets: list[bytes]) -> Path:
    """A file beside `path` that holds these, for its owner only."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(b"\n".join(secrets))
        file.flush()
        os.fsync(file.fileno())
    return beside


def _new_secret() -> bytes:
    return secrets.token_hex(32).encode()
