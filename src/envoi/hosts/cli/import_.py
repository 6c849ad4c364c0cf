"""`envoi import`: events or people from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.clock import SystemClock
from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import columns, note, paint, progress, show
from envoi.hosts.importing import FileToImport, import_file, try_file
from envoi.hosts.imports.undoing import undo as take_back
from envoi.hosts.set_aside import take_in_set_aside
from envoi.reports.answers import Imported

if TYPE_CHECKING:
    from collections.abc import Iterator

#: More of a record than this fills the screen.
_WIDEST = 100


def command(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="CSV, JSON lines or Parquet; text may end in .gz.")
    ] = None,
    *,
    events: Annotated[bool, typer.Option("--events", help="Its records are things that happened.")] = False,
    people: Annotated[bool, typer.Option("--people", help="Its records are people: traits and consent.")] = False,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Instead of a file: what came over HTTP and did not fit at the time.")
    ] = False,
    map_: Annotated[
        Path | None, typer.Option("--map", metavar="FILE", help="What its columns mean; else their names decide.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read all of it, and store nothing.")] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write the records set aside. [else within .envoi/rejects]"),
    ] = None,
    undo: Annotated[
        str, typer.Option(metavar="NAME", help="Instead of a file: take back what this import brought, for 7 days.")
    ] = "",
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Take in events or people from FILE; what does not fit is set aside with its reason.

    Run it again after an interruption: it goes on where it was, and nothing counts twice. After the tracking plan was
    mended, --set-aside takes in what came over HTTP and did not fit it.
    """
    if undo:
        if file or events or people or map_ or dry_run or set_aside or rejects:
            raise typer.BadParameter("it stands alone, but for --project", param_hint="--undo")
        with opened(project) as envoi, progress("taken back", "people") as advance, quoting():
            done = take_back(envoi, undo, now=SystemClock().now(), progress=advance)
        show(done, f"{done.name}: taken back; it was about {done.undone_people:,} people", json=json)
        return
    if set_aside:
        if file or events or people or map_ or dry_run:
            raise typer.BadParameter("it stands alone, but for --rejects", param_hint="--set-aside")
        with opened(project) as envoi, progress("looked at", "messages") as advance, quoting():
            again = take_in_set_aside(envoi, rejects=rejects, progress=advance)
        show(again, "\n".join(_text(again)), json=json)
        return
    if file is None:
        raise typer.BadParameter("name the file", param_hint="FILE")
    if (events and people) or not (events or people or map_):
        raise typer.BadParameter("say which its records are", param_hint="--events or --people")
    wanted = FileToImport(
        path=file, kind="events" if events else "people" if people else None, map=map_, rejects=rejects
    )
    with opened(project, read_only=dry_run) as envoi, progress("read", "records") as advance, quoting():
        try:
            imported = (try_file if dry_run else import_file)(envoi, wanted, progress=advance)
        except KeyboardInterrupt:
            note("stopped; the same command goes on from here, and nothing counts twice")
            raise
    show(imported, "\n".join(_text(imported)), json=json)


def _text(done: Imported) -> Iterator[str]:
    if done.finished_at:
        yield f"{done.file} was taken in whole at {done.finished_at}; there is nothing to add"
        return
    speed = f", {done.records / done.seconds:,.0f} a second" if done.seconds >= 1 else ""
    would = "nothing is stored; would take in" if done.dry_run else "took in"
    yield f"{paint(done.file, 'bold')}: {done.records:,} records in {done.seconds:.1f} s{speed}"
    if done.resumed_at:
        yield f"  went on from record {done.resumed_at + 1:,}, where an earlier run was interrupted"
    yield f"  {would} {sum(done.events.values()):,} events of {done.people:,} people"
    yield columns([(name, f"{count:>9,}") for name, count in done.events.items()], indent="    ")
    if done.repeated:
        yield f"  {done.repeated:,} were known already"
    if done.parted:
        yield f"  {done.parted:,} groups stood in parts and are several events: sort the file by what it is grouped by"
    if done.left_out:
        yield f"  columns left out: {', '.join(done.left_out)}"
    yield from _standardised(done)
    yield from _set_aside(done)


def _standardised(done: Imported) -> Iterator[str]:
    """Before and after: what the project's rules did, field by field."""
    if done.standardised:
        yield "  put in standard form by the rules:"
    for field, found in done.standardised.items():
        yield f"    {found.changed:>9,}  {field} ({found.rule})"
        for before, after in found.examples.items():
            yield paint(f"               {before} -> {after}"[:_WIDEST], "dim")
        for fault, count in found.faults.items():
            yield paint(f"    {count:>9,}  {field} {fault}: {found.faulty[fault]}"[:_WIDEST], "yellow")


def _set_aside(done: Imported) -> Iterator[str]:
    if not done.rejected:
        return
    yield paint(f"  {sum(done.rejected.values()):,} set aside", "yellow")
    for reason, count in done.rejected.items():
        yield f"    {count:>9,}  {reason}"
        yield paint(f"               {done.examples[reason][:_WIDEST]}", "dim")
    if done.rejects_file:
        yield f"  all of them, with their reasons: {done.rejects_file}"
