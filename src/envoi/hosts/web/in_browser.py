"""A mail as a page, for whom a mail program shows it badly: made by the function that sends it, and counted nowhere."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from envoi.campaigns.compose import Press, compose
from envoi.campaigns.project import load
from envoi.decisions.decision import from_event
from envoi.flow import as_of_now
from envoi.hosts.folder import state_folder
from envoi.hosts.local import open_letterbox
from envoi.hosts.plans import pinned
from envoi.hosts.web.guard import BROWSER_POLICY
from envoi.hosts.web.public import public
from envoi.hosts.web.received import heed_signal
from envoi.messages.tokens import refusal
from envoi.settings import Asked, Tracking

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.campaigns.project import Project
    from envoi.hosts.local import Letterbox
    from envoi.messages.links import Reader
    from envoi.messages.message import Message


#: Campaigns whose mails are ready to be made; the files of a campaign that was planned never change.
MOST_CAMPAIGNS = 50


class Shown:
    """Makes the mails of campaigns that were planned, from the files as they were then; strangers open no history."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._known: dict[str, Project] = {}

    def project(self, campaign: str) -> Project:
        """The project as it was when the campaign was planned.

        Raises:
            NotFound: it was not.
        """
        with self._lock:
            if campaign not in self._known:
                kept = pinned(state_folder(self._root), campaign)
                if kept is None:
                    raise refusal()
                if len(self._known) >= MOST_CAMPAIGNS:
                    self._known.clear()
                self._known[campaign] = load(kept.files, observed=kept.observed)
            return self._known[campaign]


@public
def in_browser(request: Request) -> Response:
    """The mail that this link stood in: what was decided, for the person as they are now."""
    shown: Shown = request.app.state.shown
    reader = request.app.state.leads.reader().read(request.path_params["token"])
    with open_letterbox(request.app.state.hold.root) as box:
        heed_signal(request, box, reader)
        message = _mail(box, shown.project(reader.campaign), reader)
    return HTMLResponse(message.html, headers={"Content-Security-Policy": BROWSER_POLICY})


def _mail(box: Letterbox, project: Project, reader: Reader) -> Message:
    entry = next(box.statement.entries(reader.campaign, person=reader.person), None)
    decided = box.log.fetch([entry.decision]) if entry else []
    profile = as_of_now(box.log, box.people, reader.person)
    campaign = project.find(reader.campaign)
    if not entry or not decided or profile is None or campaign is None:
        raise refusal()
    settings = replace(project.settings, tracking=Tracking(clicks=Asked.OFF, opens=Asked.OFF))
    press = Press(campaign=campaign, template=project.mail(campaign), settings=settings, links=box.links)
    return compose(press, from_event(decided[0]), profile, entry.message_id)
