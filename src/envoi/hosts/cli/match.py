"""`envoi match`: records of a file, or people of the project, that are one person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from envoi.flow import catch_up_profiles
from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of, sending
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import columns, note, paint, progress, show
from envoi.hosts.matching import FileToMatch, match_file
from envoi.hosts.matching_people import Matching, match_people
from envoi.hosts.merging import merging_of
from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.reports.matches import Matched, MatchTruth, PeopleMatched

#: As many clusters are told on the screen; --json tells all.
_TOLD = 10
_MAPPING = "match.toml"


def command(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="CSV, JSON lines or Parquet; text may end in .gz.")
    ] = None,
    *,
    people: Annotated[bool, typer.Option("--people", help="Instead of a file: the project's own people.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --people: tell who would be merged, and change nothing.")
    ] = False,
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
    """Find the records that are of one person, each with how likely it is and why.

    At 0.99 and above records can be merged unseen; from 0.90 somebody should look. With FILE nothing is changed, and no
    project is needed. With --people the project's people are merged so, and the others wait on the page Review.
    """
    if people:
        if file or truth or key or map_:
            raise typer.BadParameter("it stands alone, but for --dry-run and --project", param_hint="--people")
        _match_people(project, dry_run=dry_run, json=json)
        return
    if file is None or dry_run:
        raise typer.BadParameter("name the file, or say --people", param_hint="FILE")
    if map_ is None and project and (project / _MAPPING).is_file():
        map_ = project / _MAPPING
    wanted = FileToMatch(path=file, map=map_, key=key, truth=truth)
    with progress("read", "records") as advance, quoting():
        found = match_file(wanted, progress=advance)
    if found.because:
        note(f"matched by rules: {found.because}")
    show(found, "\n".join(_text(found)), json=json)


def _match_people(project: Path | None, *, dry_run: bool, json: bool) -> None:
    root = root_of(project)
    with sending(project) as sender, merging_of(root) as merging, progress("read", "people") as advance, quoting():

        def settled() -> None:
            catch_up_profiles(sender.post.log, sender.post.people, sender.post.archive)

        settled()
        matching = Matching(people=sender.post.people, queue=sender.reviews, settled=settled)
        found = match_people(root, matching, None if dry_run else merging.merge, progress=advance)
    if found.because:
        note(f"matched by rules: {found.because}")
    show(found, "\n".join(_people(found)), json=json)


def _people(found: PeopleMatched) -> Iterator[str]:
    yield f"{found.people:,} people in {found.seconds:.1f} s"
    yield columns([(each.column, each.kind) for each in found.fields if each.kind != Kind.IGNORED])
    would = "would be merged" if found.dry_run else "merged"
    yield f"{len(found.merged):,} pairs {would}; {len(found.asked):,} need somebody to look" + (
        "" if found.dry_run else f", {found.new:,} of them new: see the page Review"
    )
    for link in [*found.merged, *found.asked][:_TOLD]:
        verdict = paint(link.verdict, "green" if link.verdict == "merge" else "yellow")
        yield f"  {link.score:.3f} {verdict}: {link.left} - {link.right}  {'; '.join(link.reasons)}"
    if len(found.merged) + len(found.asked) > _TOLD:
        yield f"  and {len(found.merged) + len(found.asked) - _TOLD:,} more: --json tells all"
    if found.told_apart:
        yield f"{found.told_apart:,} pairs were told apart by somebody, and stay so"
    if found.refused:
        yield f"{len(found.refused):,} links would have joined too much, and were not followed"
    for pair, why in found.conflicts.items():
        yield paint(f"  {pair} may not be one: {why}", "yellow")


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
