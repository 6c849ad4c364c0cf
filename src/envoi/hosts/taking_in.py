"""Takes in what came back, in a project's folder: history, which one process at a time may write, stays closed."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from envoi.campaigns.project import load
from envoi.errors import EnvoiError
from envoi.flow import as_of_now
from envoi.hosts.folder import read_files, secret, state_folder
from envoi.hosts.local import open_letterbox
from envoi.hosts.plans import pinned
from envoi.messages.take_in import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from envoi.hosts.local import Letterbox


@contextmanager
def open_desk(root: Path) -> Iterator[tuple[Desk, Letterbox]]:
    """Opens it, whatever else is going on in the project.

    Raises:
        NotFound: there is no such folder.
        InvalidProject: `envoi.toml` has mistakes.
        StoreBusy: another process kept the log locked too long.
    """
    with open_letterbox(root) as box:
        desk = Desk(
            log=box.log,
            archive=box.log,
            statement=box.statement,
            suppressions=box.suppressions,
            secret=secret(root),
            tracking=box.settings.tracking,
            profile=partial(as_of_now, box.log, box.people),
            purpose=partial(_purpose, root),
        )
        yield desk, box


def _purpose(root: Path, campaign: str) -> str:
    """What mails of this campaign were sent for, by its files as they were when it was planned."""
    kept = pinned(state_folder(root), campaign)
    try:
        project = load(kept.files, observed=kept.observed) if kept else load(read_files(root))
        return project.campaign(campaign).purpose
    except EnvoiError:
        return ""
