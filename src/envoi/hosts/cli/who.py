"""`envoi who`: the people for whom a condition holds."""

from __future__ import annotations

from shlex import quote
from typing import Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import At, Json, ProjectDir, moment
from envoi.hosts.cli.screen import paint, show
from envoi.reports.answers import Who

#: More ids than this tell a person nothing more.
_SHOWN = 20


def command(
    condition: Annotated[
        str, typer.Argument(metavar="CONDITION", help="As in a segment: 'did \"Order Completed\" in the last 30 days'.")
    ],
    *,
    at: At = "",
    count: Annotated[bool, typer.Option("--count", help="Only count them.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """List the people for whom CONDITION holds, on history as it was at that moment.

    A segment is a condition too: envoi who 'in segment "Recent buyers"'.
    """
    when = moment(at)
    with opened(project, read_only=True) as envoi, quoting(text=condition):
        who = envoi.who(condition, at=when, only_count=count)
    show(who, _text(who, condition), json=json)


def _text(who: Who, condition: str) -> str:
    people = who.people or []
    noun = "person" if who.count == 1 else "people"
    lines = [f"{paint(f'{who.count:,} {noun}', 'bold')} as of {who.at}", *(f"  {one}" for one in people[:_SHOWN])]
    if len(people) > _SHOWN:
        lines.append(f"  ... and {len(people) - _SHOWN:,} more: --json lists all")
    if people:
        lines.append(f"Why the first: envoi why {quote(people[0])} --condition {quote(condition)}")
    return "\n".join(lines)
