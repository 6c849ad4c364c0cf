"""Which segments the live host watches, or watched last, and since when."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database
from envoi.adapters.segments.sqlite_moves import SqliteMoves
from envoi.hosts.folder import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.segments.port import Plan


def plan_of_host(root: Path) -> Plan:
    """The live host's plan, whether it runs or not; an empty one if none ever ran on the project.

    Raises:
        NotFound: the project has no database yet.
    """
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        return SqliteMoves(connection).plan()
