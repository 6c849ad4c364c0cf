"""`envoi send`: a campaign on its way, to each person at most once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace as changed
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.structs import replace

from envoi.clock import FixedClock
from envoi.errors import EnvoiError
from envoi.hosts.cli.faults import UNREACHABLE
from envoi.hosts.cli.opening import opened, sending
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.ordering import confirm
from envoi.hosts.cli.report import campaign_text
from envoi.hosts.cli.screen import columns, note, paint, progress, show
from envoi.hosts.cli.stopping import told_to_end
from envoi.hosts.sandbox import SANDBOX, server_elsewhere, way_of
from envoi.hosts.surroundings import settings_alone
from envoi.messages.ledger import FINAL, Status
from envoi.reports.answers import Plan, Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.hosts.sending import Sender
    from envoi.messages.ledger import Entry

_FOLDER = SANDBOX.removeprefix("folder:")


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
    with sending(project) as sender:
        planned_now = campaign not in sender.post.statement.campaigns()
        question = "" if yes else _question(sender)
        if planned_now:
            _freeze(campaign, project, question)
        elif question:
            _confirm(campaign, left(sender, campaign), question)
        if not sender.project(campaign):
            # It was planned by an Envoi that kept no copy of the project's files.
            with opened(project) as envoi:
                envoi.pin(campaign)
        sent = replace(_send(_patient(sender, campaign), campaign), planned_now=planned_now)
        withheld = way_of(settings_alone(sender.root)).withheld
    _catch_up(project)
    if withheld:
        note(f"sandbox: nothing went through {withheld}; read the mails in {_FOLDER}, or at /mailbox in envoi serve")
    show(sent, _text(sent), json=json)
    return UNREACHABLE if sent.stopped else 0


def left(sender: Sender, campaign: str) -> int:
    """How many people sending would write to now."""
    tally = sender.post.statement.tally(campaign)
    return sum(count for (state, _), count in tally.items() if state not in FINAL)


def _patient(sender: Sender, campaign: str) -> Sender:
    """One that waits from mail to mail as long as the rate wants; by a clock that stands it would wait for ever."""
    rate = sender.post.statement.campaigns()[campaign].rate_per_h
    if not rate or isinstance(sender.clock, FixedClock):
        return sender
    return changed(sender, patience=timedelta(hours=2 / rate))


def _freeze(campaign: str, project: Path | None, question: str) -> None:
    """Decides for everyone; history is open only for so long, so that others can open it while mail is sent."""
    with opened(project) as envoi:
        # Before anything is asked or decided: there is such a campaign.
        envoi.press(campaign)
        if question:
            _confirm(campaign, envoi.plan(campaign).to_send, question)
        envoi.freeze(campaign)


def _catch_up(project: Path | None) -> None:
    """Takes what became of the mails into history; whatever is in the way, that can be done later."""
    with suppress(EnvoiError), opened(project, wait_s=0.0):
        pass


def _question(sender: Sender) -> str:
    """Where mail goes, if a person should hear it before it does; empty for a folder or server here, as asked for.

    Raises:
        ProjectError: the mail URL names no place for mail.
    """
    way = way_of(settings_alone(sender.root))
    if way.withheld:
        return (
            f"in the sandbox, the folder {_FOLDER}, and count as written to; nothing would go through {way.withheld}, "
            f"as {way.domain} is not confirmed (once 'envoi doctor' finds nothing else, {way.todo})"
        )
    server = server_elsewhere(sender.mail_url)
    return f"through {server}" if server else ""


def _confirm(campaign: str, people: int, question: str) -> None:
    confirm(f"{campaign!r} would go to {people:,} people {question}", yes=False, question="Send?")


def _send(sender: Sender, campaign: str) -> Sent:
    total, settled = left(sender, campaign), 0
    with progress("sent", "mails") as advance, told_to_end() as end:

        def on_settled(entries: Sequence[Entry]) -> None:
            nonlocal settled
            settled += len(entries)
            advance(settled, total)

        try:
            sent = sender.send(campaign, ends=end.wait, on_settled=on_settled)
        except KeyboardInterrupt:
            end.set()
            raise
        finally:
            if end.is_set():
                note(f"stopped; 'envoi send {campaign}' goes on from here, and nobody is written to twice")
        if end.is_set():
            raise KeyboardInterrupt
    return sent


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
    elif sent.status != Status.SENDING:
        more = "" if sent.status == Status.CANCELLED else f" Go on with: envoi resume {name}"
        end = f"It is {sent.status}.{more}"
    elif not sent.report.finished:
        due = f", some not before {sent.again_at}" if sent.again_at else ""
        end = f"Some are not sent yet{due}. Go on with: envoi send {name}"
    else:
        end = f"Prove it: envoi verify {name}"
    return f"{campaign_text(sent.report)}\n{end}"
