"""`envoi send`: a campaign on its way, to each person at most once."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from envoi.adapters.messages.smtp_connect import parse_server
from envoi.hosts.cli.faults import UNREACHABLE
from envoi.hosts.cli.opening import opened
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.report import campaign_text
from envoi.hosts.cli.screen import columns, note, paint, progress, show
from envoi.hosts.mailers import mail_folder
from envoi.messages.ledger import FINAL
from envoi.reports.answers import Plan, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from envoi.hosts.local import Envoi
    from envoi.messages.ledger import Entry, Receipt


def command(
    campaign: CampaignName,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent; store and send nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before mail leaves this machine.")] = False,
    project: ProjectDir = None,
    json: Json = False,
) -> int:
    """Send CAMPAIGN: decide for everyone, record it, then send each mail at most once.

    Run it again to go on after a stop; whoever was written to is not written to again.
    """
    if dry_run:
        with opened(project, read_only=True) as envoi:
            plan = envoi.plan(campaign)
        show(plan, _plan(plan), json=json)
        return 0
    with opened(project) as envoi:
        # Before anything is asked or decided: there is such a campaign, and a place for its mail.
        envoi.press(campaign)
        server = _server_elsewhere(envoi)
        if server and not yes:
            _confirm(campaign, left(envoi, campaign), server)
        sent = _send(envoi, campaign)
    show(sent, _text(sent), json=json)
    return UNREACHABLE if sent.stopped else 0


def left(envoi: Envoi, campaign: str) -> int:
    """How many people sending would write to now."""
    if campaign not in envoi.stores.statement.campaigns():
        return envoi.plan(campaign).to_send
    tally = envoi.stores.statement.tally(campaign)
    return sum(count for (state, _), count in tally.items() if state not in FINAL)


def _server_elsewhere(envoi: Envoi) -> str:
    """The server through which mail leaves this machine; empty for a folder, or a server that runs here.

    Raises:
        ProjectError: the mail URL names no place for mail.
    """
    if mail_folder(envoi.mail_url, envoi.root) is not None:
        return ""
    server = parse_server(envoi.mail_url)
    return "" if server.is_here else str(server)


def _confirm(campaign: str, people: int, server: str) -> None:
    """Asks on a terminal; where nobody can answer, --yes must have been given.

    Raises:
        BadParameter: nobody is there to ask.
        Abort: the person said no.
    """
    what = f"{campaign!r} would go to {people:,} people through {server}"
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{what}, and nobody is here to say yes: add --yes if that is meant")
    # Not typer.confirm, which writes to stdout, where the answer goes.
    print(f"{what}. Send? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise typer.Abort


def _send(envoi: Envoi, campaign: str) -> Sent:
    try:
        planned_now = envoi.freeze(campaign)
        total, settled = left(envoi, campaign), count(1)
        with progress("sent", "mails") as advance, _between_mails() as stop_here_if_asked:

            def on_settled(_entry: Entry, _receipt: Receipt) -> None:
                advance(next(settled), total)
                stop_here_if_asked()

            sent = envoi.send(campaign, on_settled=on_settled)
    except KeyboardInterrupt:
        note(f"stopped; 'envoi send {campaign}' goes on from here, and nobody is written to twice")
        raise
    return replace(sent, planned_now=planned_now)


@contextmanager
def _between_mails() -> Iterator[Callable[[], None]]:
    """Ctrl-C waits for the mail under way, whose fate would be unknown otherwise; a second one does not.

    The function it gives is called between two mails, and raises KeyboardInterrupt if that was asked for.
    """
    asked = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    def check() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, on_signal)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


def _plan(plan: Plan) -> str:
    rows = [
        ("to send", f"{plan.to_send:>9,}"),
        *((f"  {content}", f"{count:>9,}") for content, count in plan.content.items()),
        ("held out", f"{plan.held_out:>9,}"),
        ("skipped", f"{sum(plan.skipped.values()):>9,}"),
        *((f"  {reason}", f"{count:>9,}") for reason, count in plan.skipped.items()),
        ("audience", f"{plan.audience:>9,}"),
    ]
    head = f"Campaign {paint(plan.campaign, 'bold')} as of {plan.at}: nothing is stored or sent"
    return f"{head}\n{columns(rows)}\nSend it: envoi send {plan.campaign}"


def _text(sent: Sent) -> str:
    name = sent.report.campaign
    if sent.stopped:
        end = f"{paint('stopped:', 'red')} {sent.stopped}\nGo on with: envoi send {name}"
    elif not sent.report.finished:
        end = f"Some are not sent yet. Go on with: envoi send {name}"
    else:
        end = f"Prove it: envoi verify {name}"
    return f"{campaign_text(sent.report)}\n{end}"
