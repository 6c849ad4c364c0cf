"""`envoi cancel`: whoever was not written to yet never will be by this campaign."""

from __future__ import annotations

from typing import Annotated

import typer

from envoi.hosts.cli.opening import sending
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.ordering import confirm, order, ordered, told
from envoi.hosts.cli.screen import show
from envoi.messages.order import Command


def command(
    campaign: CampaignName,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Cancel what is left of CAMPAIGN for good; what mail servers have been given is booked still."""
    with sending(project) as sender:
        confirm(f"what is left of {campaign!r} would be cancelled for good", yes=yes)
        answer = ordered(sender, campaign, [order(Command.CANCEL)])
    show(answer, told(answer, f"{answer.moved:,} mails are not sent."), json=json)
