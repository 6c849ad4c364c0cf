"""How a command comes to its project."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from envoi.errors import ProjectError
from envoi.hosts.cli.faults import quoting
from envoi.hosts.folder import STATE
from envoi.hosts.local import open_project
from envoi.hosts.sending import open_sender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.hosts.local import Envoi
    from envoi.hosts.sending import Sender

_MAIN = "envoi.toml"


def root_of(project: Path | None) -> Path:
    """The project's folder: the one named, or the nearest one from here upwards.

    Raises:
        ProjectError: there is no envoi.toml.
    """
    here = Path.cwd()
    for folder in [project] if project else [here, *here.parents]:
        if (folder / _MAIN).is_file():
            return folder
    where = str(project) if project else f"{here} or above it"
    hint = "make a project with 'envoi init', or name its folder with --project"
    raise ProjectError(f"there is no {_MAIN} in {where}", hint=hint)


@contextmanager
def opened(project: Path | None, *, read_only: bool = False, wait_s: float = 5.0) -> Iterator[Envoi]:
    """The project, open; what is wrong in its files is shown with the line.

    With `read_only`, several commands may read at once, unless history must first catch up with the log. For another
    command that has history open it waits up to `wait_s` seconds.
    """
    root = root_of(project)
    with quoting(root=root), _opened(root, read_only=read_only, wait_s=wait_s) as envoi:
        yield envoi


@contextmanager
def sending(project: Path | None) -> Iterator[Sender]:
    """The project, open for sending; what is wrong in `envoi.toml` is shown with the line."""
    root = root_of(project)
    with quoting(root=root), open_sender(root) as sender:
        yield sender


@contextmanager
def _opened(root: Path, *, read_only: bool, wait_s: float) -> Iterator[Envoi]:
    if read_only and (root / STATE / "history.duckdb").exists():
        with open_project(root, read_only=True) as envoi:
            if envoi.stores.tables.head() >= envoi.stores.log.position():
                yield envoi
                return
    with open_project(root, wait_s=wait_s) as envoi:
        yield envoi
