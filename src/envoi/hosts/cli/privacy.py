"""`envoi privacy`: what people may ask of who holds their data, and the proof that it was done."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from envoi.adapters.privacy.records import RECEIPTS, read_list, read_receipt
from envoi.hosts.audit import known_as
from envoi.hosts.cli.faults import FAILED, quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import columns, paint, show
from envoi.hosts.folder import state_folder
from envoi.hosts.privacy import erasing, exporting, restricting, retaining, verifying
from envoi.hosts.privacy.reach import reached
from envoi.people.privacy.erasure import last_number
from envoi.reports.privacy import ErasedPeople, ErasureDone, Exported, Restriction, Verification

Person = Annotated[str, typer.Argument(metavar="PERSON", help="The person's id, as 'envoi who' prints it.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why; it is kept with the receipt.")]


def export(
    person: Person,
    *,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Where to; else a file in the current folder.")
    ] = None,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Write everything about PERSON into one archive: for them to read, and for machines."""
    root = root_of(project)
    with quoting(root=root):
        made = exporting.export(root, person, by=getpass.getuser())
    # Its name is in shells' histories and backups: it tells nobody who it is about.
    path = to or Path.cwd() / f"export-{known_as(root, person)[:12]}.zip"
    path.write_bytes(made)
    show(Exported(person=person, file=str(path), size_bytes=len(made)), f"written to {path}", json=json)


def erase(
    person: Person,
    *,
    because: Because = "",
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Erase PERSON from every store, for good; what is planned for them is cancelled, and nothing more is sent.

    The receipt names nobody. An interrupted erasure is finished by the next command on the project.
    """
    root = root_of(project)
    with quoting(root=root):
        receipt = erasing.erase(root, [person], because=because, by=getpass.getuser())
    path = state_folder(root) / RECEIPTS / f"{receipt.erasure}.json"
    answer = ErasureDone(receipt=str(path), erased=receipt.erased, kept=receipt.kept, audit=receipt.audit)
    rows = columns([(name, f"{count:>9,}") for name, count in receipt.erased.items() if count])
    show(answer, f"Erased\n{rows}\nThe receipt is {path}: 'envoi privacy verify' looks again.", json=json)


def verify(
    receipt: Annotated[Path, typer.Argument(metavar="RECEIPT", help="The file that 'envoi privacy erase' wrote.")],
    *,
    project: ProjectDir = None,
    json: Json = False,
) -> int:
    """Look again at every store for whoever was erased by RECEIPT."""
    root = root_of(project)
    with quoting(root=root):
        answer = verifying.verify(root, read_receipt(receipt))
    show(answer, _verified(answer), json=json)
    return 0 if answer.ok else FAILED


def restrict(
    person: Person,
    *,
    lift: Annotated[bool, typer.Option("--lift", help="Use their data again.")] = False,
    because: Because = "",
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Keep what is known of PERSON, and use it for nothing: no mail, no segment, no model."""
    root = root_of(project)
    with quoting(root=root):
        restricting.restrict(root, person, lift=lift, because=because, by=getpass.getuser())
    said = "used again" if lift else "kept, and not used any more"
    show(Restriction(person=person, restricted=not lift), f"{person}: {said}", json=json)


def replay(
    kept: Annotated[
        Path | None, typer.Argument(metavar="[LIST]", help="A copy of the list of erasures, kept elsewhere.")
    ] = None,
    *,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Do the erasures again that a backup, put back, knows nothing of; with LIST also where the list was put back too.

    Without a list this is done by whatever command comes first. The file that is named is the one to copy elsewhere.
    """
    root = root_of(project)
    with quoting(root=root), reached(root) as reach, reach.records.locked(waits=True):
        known = reach.records.erased()
        if kept and last_number(given := read_list(kept)) > last_number(known):
            reach.records.replace(given)
        done = erasing.replay(reach)
        erased = reach.records.erased()
        answer = ErasedPeople(
            file=str(reach.records.list),
            erasures=last_number(erased),
            people=sum(each.count for each in erased),
            replayed=[done.erasure] if done else [],
        )
    again = f"{len(done.about):,} people were erased again" if done else "Nobody had to be erased again"
    show(answer, f"{again}. The list of {answer.erasures:,} erasures is {answer.file}.", json=json)


def retain(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Remove what was kept as long as [retention] in envoi.toml says; a running 'envoi serve' does so once a day."""
    root = root_of(project)
    with quoting(root=root):
        told = retaining.retain(root, by=getpass.getuser(), dry_run=dry_run)
    counts = {
        **told.events,
        "records set aside": told.set_aside,
        "files of rejects": told.rejects_files,
        "sandbox mails": told.sandbox_mails,
        "people of whom nothing was heard": told.people,
    }
    rows = columns([(name, f"{count:>9,}") for name, count in counts.items() if count])
    would = "Would be removed" if dry_run else "Removed"
    show(told, f"{would}\n{rows}" if rows else "Nothing is older than [retention] says.", json=json)


def _verified(answer: Verification) -> str:
    if answer.ok:
        back = " One of them has come back since, as a new person." if answer.came_back else ""
        return f"Nothing of them is left in any of {len(answer.left)} stores.{back}"
    rows = columns([(name, f"{count:>9,}") for name, count in answer.left.items() if count])
    fault = f"\nThe audit log is not whole: {answer.audit}" if answer.audit else ""
    return f"{paint('Not erased', 'red')}\n{rows}{fault}"


COMMANDS = {
    "export": export,
    "erase": erase,
    "verify": verify,
    "restrict": restrict,
    "replay": replay,
    "retain": retain,
}
