"""What `envoi pause`, `resume` and `cancel` have in common: an order for a campaign, and what came of it."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import typer

from envoi.hosts.cli.report import campaign_text
from envoi.messages.order import Command, Order
from envoi.reports.answers import Ordered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.hosts.sending import Sender


def ordered(sender: Sender, campaign: str, orders: Sequence[Order]) -> Ordered:
    """Gives the orders, and says how the campaign stands.

    Raises:
        NotFound: the campaign was never planned.
        Conflict: it cannot be done with it as it is.
    """
    moved = sum([sender.order(campaign, order) for order in orders])
    audience = sender.post.statement.campaigns()[campaign]
    return Ordered(
        status=audience.status,
        moved=moved,
        rate_per_h=audience.rate_per_h,
        report=sender.report(campaign),
    )


def order(command: Command, *, rate_per_h: int | None = None) -> Order:
    """The order, by whoever runs this command."""
    return Order(command=command, by=getpass.getuser(), rate_per_h=rate_per_h)


def told(answer: Ordered, end: str) -> str:
    """The answer as a person reads it."""
    rate = f", at most {answer.rate_per_h:,} mails an hour" if answer.rate_per_h else ""
    if answer.report.finished:
        end = "Nothing of it is left to send."
    return f"{campaign_text(answer.report)}\n{answer.report.campaign} is {answer.status}{rate}. {end}"


def confirm(what: str, *, yes: bool, question: str = "Go on?") -> None:
    """Asks on a terminal; where nobody can answer, --yes must have been given.

    Raises:
        BadParameter: nobody is there to ask.
        Abort: the person said no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{what}, and nobody is here to say yes: add --yes if that is meant")
    # Not typer.confirm, which writes to stdout, where the answer goes.
    print(f"{what}. {question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise typer.Abort
