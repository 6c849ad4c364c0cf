"""Notes in a project's audit log what was done with people's data, and by whom."""

from __future__ import annotations

import getpass
import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from envoi.adapters.people.audit_file import FILE, AuditFile
from envoi.clock import SystemClock, iso
from envoi.hosts.folder import secret, state_folder
from envoi.people.privacy.audit import NOBODY, Done
from envoi.people.privacy.pseudonym import pseudonym

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from envoi.people.privacy.audit import Deed, Entry
    from envoi.people.privacy.pseudonym import Pseudonym


def audit_of(root: Path) -> AuditFile:
    """The audit log of the project in `root`."""
    return AuditFile(state_folder(root) / FILE)


def note(
    root: Path,
    what: Deed,
    *,
    by: str,
    about: Pseudonym = NOBODY,
    detail: Mapping[str, str | int] = MappingProxyType({}),
) -> Entry:
    """Notes it, at the machine's own time.

    Raises:
        StoreFailed: the log cannot be written; then what was to be noted must not be done either.
    """
    done = Done(at=iso(SystemClock().now()), who=by, what=what, about=about, detail=dict(detail))
    return audit_of(root).append(done)


def whoever() -> str:
    """Whom the machine says that this process is of, for what no person gave their name to."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # In a container a number may have no name.
        return f"user {os.getuid()}"


def known_as(root: Path, name: str) -> Pseudonym:
    """What stands for a person or an address in the project's audit log."""
    return pseudonym(name, secret(root))
