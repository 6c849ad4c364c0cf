"""`envoi preview`: the mail that one person would get, made as sending makes it; or whose mail is worth a look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from envoi.errors import Conflict
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.screen import columns, note, paint, show
from envoi.reports.answers import Preview, PreviewCases


def command(
    campaign: CampaignName,
    person: Annotated[
        str, typer.Option("--as", metavar="PERSON", help="Whose mail: an id, as 'envoi who' lists it.")
    ] = "",
    *,
    cases: Annotated[
        bool,
        typer.Option("--cases", help="List the edge cases of the audience: no name, the longest one, each branch ..."),
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="Print only the HTML.")] = False,
    text: Annotated[bool, typer.Option("--text", help="Print only the text part.")] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the HTML (or --text) to this file.")] = None,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Show the mail that PERSON would get from CAMPAIGN now; nothing is stored or sent.

    With --cases, list the people of its audience whose mail is most likely to look wrong, each with the reason.
    """
    if html and text:
        raise typer.BadParameter("give one of them", param_hint="--html and --text")
    if cases == bool(person):
        raise typer.BadParameter("give one of them", param_hint="--as and --cases")
    if cases:
        with opened(project, read_only=True) as envoi:
            found = envoi.preview_cases(campaign)
        show(found, _listed(found), json=json)
        return
    with opened(project, read_only=True) as envoi:
        preview = envoi.preview(campaign, person)
    part = preview.text if text else preview.html
    if (html or text or out) and not part:
        raise Conflict(f"there is no mail for {person!r} to show: {preview.skip}")
    if out:
        out.write_text(part, encoding="utf-8")
        note(f"written to {out}")
    if json or not out:
        show(preview, part if html or text else _summary(preview), json=json)


def _listed(found: PreviewCases) -> str:
    width = max((len(each.person or "") for each in found.cases), default=0)
    rows = [(each.label, f"{each.person or '':<{width}}  {each.why}") for each in found.cases]
    head = f"{paint('edge cases', 'bold')} of {found.campaign}, found among {found.looked_at:,} people"
    return f"{head}\n{columns(rows)}\n\n  see one: envoi preview {found.campaign} --as PERSON"


def _summary(preview: Preview) -> str:
    decision = preview.decision
    steps = decision.reasons if decision else []
    reasons = [(each.step, each.because) for each in steps if preview.in_audience or each.step != "audience"]
    rows = [("to", preview.to), ("subject", preview.subject), *reasons]
    gets = f"would not get mail: {preview.skip}" if preview.skip else "would get this mail"
    gets = gets if preview.in_audience else "is not in the audience, so would get nothing"
    told = [f"{paint(preview.person, 'bold')} {gets}", columns([row for row in rows if row[1]])]
    if preview.text:
        told.append(f"\n{preview.text.rstrip()}\n\n  as a mail program shows it: --out mail.html")
    return "\n".join(filter(None, told))
