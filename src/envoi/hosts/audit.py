"""Notes in a project's audit log what was done with people's data, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.people.audit_file import FILE, AuditFile
from envoi.clock import SystemClock, iso
from envoi.hosts.folder import secret, state_folder
from envoi.people.privacy.audit import NOBODY, Deed, Done
from envoi.people.privacy.pseudonym import pseudonym

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.people.privacy.audit import Entry


def audit_of(root: Path) -> AuditFile:
    """The audit log of the project in `root`."""
    return AuditFile(state_folder(root) / FILE)


def note(root: Path, what: Deed, *, by: str, about: str = "", detail: dict[str, str | int] | None = None) -> Entry:
    """Notes it, at the machine's own time; `about` is a person or an address, and kept as its pseudonym.

    Raises:
        StoreFailed: the log cannot be written; then what was to be noted must not be done either.
    """
    who = pseudonym(about, secret(root)) if about else NOBODY
    return audit_of(root).append(
        Done(at=iso(SystemClock().now()), who=by, what=what, about=who, detail=dict(detail or {}))
    )
