"""`envoi verify`: the proof that every person of a campaign's frozen audience is in exactly one state."""

from __future__ import annotations

from envoi.hosts.cli.faults import FAILED
from envoi.hosts.cli.opening import sending
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.screen import columns, paint, show
from envoi.reports.answers import Verified


def command(campaign: CampaignName, project: ProjectDir = None, json: Json = False) -> int:
    """Count CAMPAIGN anew and hold it against its frozen audience, and where mail goes to a folder, against that too.

    Exits with 1 if it does not add up.
    """
    with sending(project) as sender:
        verified = sender.verify(campaign)
    show(verified, _text(verified), json=json)
    return 0 if verified.ok else FAILED


def _text(verified: Verified) -> str:
    rows = []
    for state, count in verified.states.items():
        rows.append((state, f"{count:>9,}"))
        rows += [(f"  {reason}", f"{some:>9,}") for reason, some in verified.reasons.get(state, {}).items()]
    rows.append(("audience", f"{verified.audience:>9,}"))
    mark = paint("✓ it adds up", "green") if verified.ok else paint("✗ it does not add up", "red")
    end = "finished" if verified.finished else "not finished"
    problems = [f"{paint('problem:', 'red')} {problem}" for problem in verified.problems]
    head = f"{paint(verified.campaign, 'bold')}, planned at {verified.planned_at}: {mark}, {end}"
    return "\n".join([head, columns(rows), *problems, *verified.advice])
