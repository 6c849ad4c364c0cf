"""`envoi audit`: what was done with people's data and by whom, and the proof that nothing of that was changed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.hosts.audit import audit_of
from envoi.hosts.cli.faults import FAILED
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.people.privacy.audit import head_of
from envoi.reports.privacy import AuditChecked, AuditEntries, AuditEntry, AuditHead

if TYPE_CHECKING:
    from envoi.people.privacy.audit import Entry

_SHOWN = 20


def head(*, project: ProjectDir = None, json: Json = False) -> None:
    """Print the head of the audit log: keep it where nobody who can write the project can write.

    With it 'envoi audit verify --head' also finds out if the end of the log was cut off, or all of it written anew.
    """
    checked = audit_of(root_of(project)).check()
    answer = AuditHead(entries=checked.whole, head=str(checked.head))
    show(answer, answer.head, json=json)


def verify(
    *,
    kept: Annotated[str, typer.Option("--head", metavar="HEAD", help="A head that was kept elsewhere.")] = "",
    project: ProjectDir = None,
    json: Json = False,
) -> int:
    """Prove that no entry of the audit log was edited, taken out or moved; with a kept head, also none at its end."""
    checked = audit_of(root_of(project)).check(head_of(kept) if kept else None)
    answer = AuditChecked(
        ok=not checked.fault, entries=checked.whole, head=str(checked.head), bad=checked.bad, fault=checked.fault
    )
    proof = "as they were written" + (", the kept head among them" if kept else "")
    good = f"{checked.whole:,} entries, {proof}; the head is {checked.head}"
    show(answer, good if answer.ok else f"{paint('not whole', 'red')}: {checked.fault}", json=json)
    return 0 if answer.ok else FAILED


def entries(*, project: ProjectDir = None, json: Json = False) -> None:
    """List what was done, the newest first; people stand in it as pseudonyms."""
    found = [_told(one) for one in audit_of(root_of(project)).read()][::-1]
    lines = [
        f"{one.number:>6}  {one.at}  {one.who:<12}  {one.what}  {one.about}".rstrip() for one in islice(found, _SHOWN)
    ]
    if len(found) > _SHOWN:
        lines.append(f"... and {len(found) - _SHOWN:,} more: --json lists all")
    show(AuditEntries(entries=found), "\n".join(lines) or "Nothing was done yet that is noted here.", json=json)


def _told(entry: Entry) -> AuditEntry:
    done = entry.done
    return AuditEntry(
        number=entry.number,
        at=done.at,
        who=done.who,
        what=done.what.value,
        about=done.about,
        detail=done.detail,
        digest=entry.digest,
    )


COMMANDS = {"head": head, "verify": verify, "list": entries}
