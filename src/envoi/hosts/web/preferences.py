"""The page where a person says what they want to get: signed like the link to unsubscribe, without login or script."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.local import open_letterbox
from envoi.hosts.web.posted import read_form
from envoi.hosts.web.public import public
from envoi.hosts.web.received import heed_signal, proof_of
from envoi.hosts.web.say import Times
from envoi.hosts.web.view import html
from envoi.messages.preferences import preferences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.events.event import Event
    from envoi.hosts.local import Letterbox
    from envoi.hosts.web.posted import Fields
    from envoi.messages.links import Reader
    from envoi.messages.preferences import Preferences

#: For how long mail can be paused, in days.
PAUSES = (7, 30, 90)


async def choose(request: Request) -> Response:
    """GET shows what holds, and changes nothing; POST does what its button says."""
    fields = await read_form(request) if request.method == "POST" else {}

    @public
    def answer(request: Request) -> Response:
        reader = request.app.state.leads.reader().read(request.path_params["token"])
        with open_letterbox(request.app.state.hold.root) as box:
            done = ""
            heed_signal(request, box, reader)
            if request.method == "POST":
                done = next(iter(fields.get("act", ["save"])))
                asked = replace(_page(box, reader), proof=proof_of(request, box.settings))
                _keep(box, reader, _events(asked, done, fields))
            page, times = _page(box, reader), Times(zone=box.settings.zone, now=box.clock.now())
            shown = {"shop": box.settings.shop, "page": page, "done": done, "pauses": PAUSES, "times": times}
            return html("preferences.html", shown)

    return await run_in_threadpool(answer, request)


def _page(box: Letterbox, reader: Reader) -> Preferences:
    profile = as_of_now(box.log, box.people, reader.person)
    return preferences(reader, profile, box.settings, box.clock.now())


def _events(page: Preferences, act: str, fields: Fields) -> Sequence[Event]:
    """What the button means; one that the page does not have means nothing."""
    if act == "stop":
        return page.stopped()
    if act == "resume":
        return page.rested(0)
    if act == "pause":
        days = next(iter(fields.get("days", ["0"])))
        return page.rested(int(days)) if days in map(str, PAUSES) else []
    return page.saved(fields.get("shown", ()), fields.get("wanted", ())) if act == "save" else []


def _keep(box: Letterbox, reader: Reader, events: Sequence[Event]) -> None:
    if events:
        box.log.append(Batch(events=[(reader.person, event) for event in events]))
