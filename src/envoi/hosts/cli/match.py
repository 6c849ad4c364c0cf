"""`envoi match`: records of a file that are of one person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import columns, note, paint, progress, show
from envoi.hosts.matching import FileToMatch, match_file
from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.reports.matches import Matched, MatchTruth

#: As many clusters are told on the screen; --json tells all.
_TOLD = 10
_MAPPING = "match.toml"


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, JSON lines or Parquet; text may end in .gz.")],
    *,
    truth: Annotated[
        str, typer.Option(metavar="COLUMN", help="A column that says who each record is of, to measure how good it is.")
    ] = "",
    key: Annotated[str, typer.Option(metavar="COLUMN", help="The column that names the records.")] = "",
    map_: Annotated[
        Path | None,
        typer.Option(
            "--map", metavar="FILE", help="What its columns are; else match.toml of --project, or names and values."
        ),
    ] = None,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Find the records in FILE that are of one person, each with how likely it is and why; nothing is changed.

    At 0.99 and above records can be merged unseen; from 0.90 somebody should look. It needs no project.
    """
    if map_ is None and project and (project / _MAPPING).is_file():
        map_ = project / _MAPPING
    wanted = FileToMatch(path=file, map=map_, key=key, truth=truth)
    with progress("read", "records") as advance, quoting():
        found = match_file(wanted, progress=advance)
    if found.because:
        note(f"matched by rules: {found.because}")
    show(found, "\n".join(_text(found)), json=json)


def _text(found: Matched) -> Iterator[str]:
    yield f"{paint(found.file, 'bold')}: {found.records:,} records in {found.seconds:.1f} s"
    compared = [(each.column, each.kind) for each in found.fields if each.kind != Kind.IGNORED]
    left_out = [each.column for each in found.fields if each.kind == Kind.IGNORED]
    yield columns(compared)
    if left_out:
        yield f"  left out: {', '.join(left_out)}"
    for reason, count in found.unreadable.items():
        yield paint(f"  {count:,} could not be read: {reason}", "yellow")
    merged = sum(len(part) for each in found.clusters for part in each.parts if len(part) > 1)
    people = sum(len(part) > 1 for each in found.clusters for part in each.parts)
    review = sum(each.verdict == "review" for each in found.clusters)
    yield f"{merged:,} records are {people:,} people; {review:,} clusters need somebody to look"
    for each in found.clusters[:_TOLD]:
        yield (
            f"  {each.score:.3f} {paint(each.verdict, 'green' if each.verdict == 'merge' else 'yellow')}: "
            + ", ".join(each.records)
        )
        yield from (
            f"      {link.left} - {link.right}  {link.score:.3f}  {'; '.join(link.reasons)}" for link in each.links
        )
    if len(found.clusters) > _TOLD:
        yield f"  and {len(found.clusters) - _TOLD:,} more: --json tells all"
    if found.refused:
        yield f"{len(found.refused):,} links would have joined too much, and were not followed"
    if found.truth:
        yield from _truth(found.truth)


def _truth(truth: MatchTruth) -> Iterator[str]:
    yield f"against {truth.column}, {truth.pairs:,} pairs:"
    for at in truth.thresholds:
        yield f"  at {at.threshold:.2f}  precision {at.precision:.4f}  recall {at.recall:.4f}  F1 {at.f1:.4f}"
