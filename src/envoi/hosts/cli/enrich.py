"""`envoi enrich`: asks the providers of `[enrich]` for what people lack who agreed to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import show
from envoi.hosts.enriching import enrich

if TYPE_CHECKING:
    from envoi.reports.enriched import Enriched, Enrichment


def command(
    provider: Annotated[str, typer.Argument(metavar="NAME", help="Ask only this one.")] = "",
    *,
    most: Annotated[int, typer.Option(min=0, help="Ask about so many people at most; 0 for all.")] = 0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say about how many there is something to ask.")
    ] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Ask those whom [enrich] in envoi.toml names for what people lack, of who consents to it."""
    root = root_of(project)
    with quoting(root=root):
        done = enrich(root, only=provider, most=most, dry_run=dry_run)
    show(done, _text(done), json=json)


def _text(done: Enrichment) -> str:
    return "\n".join(_line(each, dry_run=done.dry_run) for each in done.providers)


def _line(each: Enriched, *, dry_run: bool) -> str:
    told = [f"{each.provider}: {each.wanted:,} people lack something it may know"]
    if not dry_run:
        told.append(f"asked about {each.asked:,}, {each.cached:,} known from before")
        told.append(f"{each.values:,} values taken of {each.people:,} people")
    if each.set_aside:
        told.append(f"{each.set_aside:,} set aside")
    if each.without_consent:
        told.append(f"{each.without_consent:,} did not consent to it")
    if each.failed:
        told.append(f"{each.failed:,} failed: {each.why}{', so it is left alone for now' if each.gave_up else ''}")
    return "; ".join(told)
