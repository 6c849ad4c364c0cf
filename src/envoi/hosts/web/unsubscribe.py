"""The page by which a person ends mail of one purpose: a signed link in each mail, and a button of mail programs.

The word goes into the log and waits for nobody: while a campaign is being sent, the next mail is already not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.local import open_letterbox
from envoi.hosts.web.public import public
from envoi.hosts.web.received import heed_signal, proof_of
from envoi.hosts.web.view import html
from envoi.messages.unsubscribe import SOURCE, withdrawal
from envoi.people.words import Evidence, Method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Letterbox
    from envoi.messages.links import Reader


@public
def unsubscribe(request: Request) -> Response:
    """GET asks, and changes nothing: programs follow links too. POST does it (RFC 8058), however often it comes."""
    token = request.path_params["token"]
    # First, so that whoever guesses costs next to nothing.
    reader = request.app.state.leads.reader().read(token)
    with open_letterbox(request.app.state.hold.root) as box:
        heed_signal(request, box, reader)
        if request.method == "POST":
            _withdraw(box, reader, proof_of(request, box.settings))
        purpose = box.settings.purposes.get(reader.purpose)
        shown = {"shop": box.settings.shop, "purpose": (purpose and purpose.title) or reader.purpose, "token": token}
        return html("unsubscribe.html", {**shown, "is_done": request.method == "POST"})


def _withdraw(box: Letterbox, reader: Reader, proof: Mapping[str, str]) -> None:
    evidence = Evidence(method=Method.ONE_CLICK, source=SOURCE, proof=proof)
    event = withdrawal(reader, as_of_now(box.log, box.people, reader.person), box.clock.now(), evidence=evidence)
    if event is not None:
        box.log.append(Batch(events=[(reader.person, event)]))
