"""`envoi impute`: estimates for what people did not tell, beside what they did, and always marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import columns, show
from envoi.hosts.imputing import impute

if TYPE_CHECKING:
    from envoi.reports.imputed import Imputation, ImputedField


def command(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how good the estimates would be.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Estimate the fields that [impute] in envoi.toml names, as imputed.FIELD, for people who allow it."""
    with opened(project, read_only=dry_run) as envoi:
        done = impute(envoi, dry_run=dry_run)
        show(done, _text(done), json=json)


def _text(done: Imputation) -> str:
    rows = [(f"imputed.{each.field}", _line(each)) for each in done.fields]
    verb = "would change" if done.dry_run else "changed"
    told = [f"estimates {verb} for {done.changed:,} of {done.people:,} people", columns(rows)]
    if done.without_consent:
        told.append(f"  left out {done.without_consent:,} who did not consent to {done.purpose}")
    return "\n".join(told)


def _line(each: ImputedField) -> str:
    if not each.method:
        return f"too few told it: {each.known:,}"
    off = f"{each.error:.3g}" if each.error is not None else "?"
    wrong = f"{100 * (each.error or 0):.0f} % wrong" if each.method == "most frequent" else f"off by {off} on average"
    plain = f", the median by {each.plain_error:.3g}" if each.plain_error is not None else ""
    return f"{each.estimated:,} by {each.method} from {each.known:,}; where the truth was hidden, {wrong}{plain}"
