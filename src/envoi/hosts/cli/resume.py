"""`envoi resume`: a paused campaign goes on, and what only a person can decide is decided."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer

from envoi.errors import NotFound, did_you_mean
from envoi.hosts.cli.opening import opened, sending
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.ordering import confirm, order, ordered, told
from envoi.hosts.cli.screen import show
from envoi.messages.ledger import State
from envoi.messages.order import Command, Order


def command(
    campaign: CampaignName,
    *,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Send again to those whose fate is unknown: some may get it twice.")
    ] = False,
    restored: Annotated[
        bool, typer.Option("--restored", help="Go on after a backup was restored: some may get it twice.")
    ] = False,
    edited: Annotated[
        bool, typer.Option("--edited", help="Make the mails that are left from the project's files as they are now.")
    ] = False,
    rate: Annotated[
        int | None, typer.Option("--rate", min=0, metavar="N", help="At most N mails an hour; 0 for no limit.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Let CAMPAIGN go on after a pause; while it is being sent, change its rate."""
    if edited:
        with opened(project) as envoi:
            _check(campaign, envoi.stores.statement.campaigns())
            envoi.pin(campaign)
    with sending(project) as sender:
        _check(campaign, sender.post.statement.campaigns())
        if unknown:
            tally = sender.post.statement.tally(campaign)
            count = sum(some for (state, _), some in tally.items() if state is State.UNKNOWN)
            confirm(f"{count:,} people may have got {campaign!r}, and would be sent it once more", yes=yes)
        if restored:
            confirm(f"people who got {campaign!r} after the backup was made would be sent it once more", yes=yes)
        answer = ordered(sender, campaign, _orders(unknown=unknown, restored=restored, rate=rate))
    show(answer, told(answer, f"Go on with: envoi send {campaign}"), json=json)


def _orders(*, unknown: bool, restored: bool, rate: int | None) -> list[Order]:
    orders = [order(Command.ACCEPT_RESTORED if restored else Command.RESUME)]
    if unknown:
        orders.append(order(Command.RETRY_UNKNOWN))
    if rate is not None:
        orders.append(order(Command.RATE, rate_per_h=rate))
    return orders


def _check(campaign: str, planned: Collection[str]) -> None:
    """Sees that there is such a campaign before anything is asked.

    Raises:
        NotFound: it was never planned.
    """
    if campaign not in planned:
        raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, planned))
