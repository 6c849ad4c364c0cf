"""`envoi why`: why a person is in a segment, why a condition holds, or how a mail came to be as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from envoi.errors import NotFound
from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import At, Json, ProjectDir, moment
from envoi.hosts.cli.screen import columns, paint, show
from envoi.reports.answers import WhyMessage, WhySegment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.conditions.explain import Why

#: Evidence shown a leaf; --json has more.
_SHOWN = 3


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The id, as 'envoi who' lists it.")],
    *,
    segment: Annotated[str, typer.Option(metavar="NAME", help="Why the person is in this segment.")] = "",
    message: Annotated[str, typer.Option(metavar="ID", help="Why the person got this mail.")] = "",
    condition: Annotated[str, typer.Option(metavar="TEXT", help="Why this condition holds.")] = "",
    at: At = "",
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Show why PERSON is in a segment, why a condition holds, or why a mail was sent; or why not."""
    if sum(map(bool, (segment, message, condition))) != 1:
        raise typer.BadParameter("give exactly one of them", param_hint="--segment, --message or --condition")
    when = moment(at)
    with opened(project, read_only=True) as envoi, quoting(text=condition):
        if message:
            about_mail = envoi.why_message(message)
            if about_mail.person != person:
                raise NotFound(
                    f"the mail {message!r} was not to {person!r}", hint="leave --message out, or name whom it was to"
                )
            show(about_mail, _mail(about_mail), json=json)
        else:
            about = envoi.why(person, segment=segment, condition=condition, at=when)
            show(about, _segment(about), json=json)


def _segment(about: WhySegment) -> str:
    is_, does = ("is", "holds") if about.holds else ("is not", "does not hold")
    head = f"{about.person} {is_} in {about.segment!r}" if about.segment else f"It {does} for {about.person}"
    changes = about.why.changes_at
    return "\n".join(
        [
            f"{paint(head, 'bold')} as of {about.at}",
            *_tree(about.why, ""),
            f"It changes by itself at {changes}, if nothing happens." if changes else "Time alone does not change it.",
        ]
    )


def _mark(why: Why) -> str:
    return paint("✓", "green") if why.holds else paint("✗", "red")


def _tree(why: Why, indent: str) -> Iterator[str]:
    """A line a node, its evidence below it, its parts below that."""
    value = "" if why.parts else paint(f"   it is {_value(why)}", "dim")
    until = paint(f", until {why.changes_at}", "dim") if why.changes_at and not why.parts else ""
    yield f"{indent}{_mark(why)} {_HEADINGS.get(why.says, why.says)}{value}{until}"
    for each in why.evidence[:_SHOWN]:
        yield f"{indent}    {each.at}  {each.name}"
    if len(why.evidence) > _SHOWN:
        yield f"{indent}    ... and older ones"
    for part in why.parts:
        yield from _tree(part, indent + "  ")


_HEADINGS = {"all": "all of", "any": "any of", "not": "not"}


def _value(why: Why) -> str:
    return "missing" if why.value is None else f"{why.value:,}" if isinstance(why.value, int) else str(why.value)


def _mail(about: WhyMessage) -> str:
    rows = [
        ("campaign", about.campaign),
        ("state", about.state + (f": {about.reason}" if about.reason else "")),
        ("decided", about.decided_at),
        ("content", about.content),
        *((reason.step, reason.because) for reason in about.reasons),
        *(("product", f"{one.get('name') or one.get('product')}: {one.get('reason')}") for one in about.products),
    ]
    return f"{paint(f'Mail {about.message} to {about.person}', 'bold')}\n{columns(rows)}"
