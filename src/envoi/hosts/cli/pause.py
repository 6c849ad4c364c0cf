"""`envoi pause`: no more mail of a campaign is begun until it is resumed."""

from __future__ import annotations

from envoi.hosts.cli.opening import sending
from envoi.hosts.cli.options import CampaignName, Json, ProjectDir
from envoi.hosts.cli.ordering import order, ordered, told
from envoi.hosts.cli.screen import show
from envoi.messages.order import Command


def command(campaign: CampaignName, project: ProjectDir = None, json: Json = False) -> None:
    """Pause CAMPAIGN, whichever process is sending it; what mail servers have been given is waited for and booked."""
    with sending(project) as sender:
        answer = ordered(sender, campaign, [order(Command.PAUSE)])
    show(answer, told(answer, f"Go on with: envoi resume {campaign}"), json=json)
