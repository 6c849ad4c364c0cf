"""`envoi inbox`: what came back as mail is read, and what it means for people and addresses is kept."""

from __future__ import annotations

from typing import Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import paint, show
from envoi.hosts.inbox import Count, take_in_mails, take_in_set_aside
from envoi.reports.answers import Inbox


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Mails in files, folders of such files (a Maildir), or - for stdin."),
    ] = None,
    *,
    set_aside: Annotated[
        bool, typer.Option("--set-aside", help="Also what was told of mails that were not known then, and are now.")
    ] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Take in bounces, complaints and mails that ask to unsubscribe.

    Hard bounces and complaints suppress an address, soft bounces count. Only what came to an address that we signed, or
    quotes a link that we signed, counts; the rest is set aside. What is read again counts nothing twice.
    """
    if not (files or set_aside):
        raise typer.BadParameter("name files or folders of mails, or --set-aside")
    root = root_of(project)
    with quoting(root=root):
        count = take_in_mails(root, files or [])
        again = take_in_set_aside(root) if set_aside else Count()
    answer = Inbox(
        read=count.read, events=count.events + again.events, set_aside=count.set_aside, ignored=count.ignored
    )
    show(answer, _text(answer), json=json)


def _text(answer: Inbox) -> str:
    noun = "mail" if answer.read == 1 else "mails"
    return (
        f"{paint(f'{answer.read:,} {noun} read', 'bold')}: {answer.events:,} new bounces, complaints and wishes, "
        f"{answer.set_aside:,} set aside, {answer.ignored:,} known before or of no meaning"
    )
