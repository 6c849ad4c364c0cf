"""The one public page, and the one that writes: a signed link by which a person ends mail of one purpose (RFC 8058).

The word goes into the log and waits for nobody: while a campaign is being sent, the next mail is already not sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import EnvoiError, NotFound
from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.local import open_letterbox
from envoi.hosts.web.view import html
from envoi.messages.unsubscribe import withdrawal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Letterbox
    from envoi.hosts.web.hold import Hold

#: When to come back after a refusal.
RETRY_AFTER_S = 30


def unsubscribe(request: Request) -> Response:
    """GET asks, and changes nothing: programs follow links too. POST does it, however often it comes.

    Whoever asks is a stranger, so no answer says more than that a link is wrong, or that it is to be tried again.
    """
    hold: Hold = request.app.state.hold
    token = request.path_params["token"]
    try:
        with open_letterbox(hold.root) as box:
            if request.method == "POST":
                _withdraw(box, token)
            shown = {"shop": box.settings.shop, "purpose": box.links.read(token).purpose}
            return html("unsubscribe.html", {**shown, "is_done": request.method == "POST"})
    except NotFound:
        return html("unsubscribe_wrong.html", {}, status=404)
    except EnvoiError:
        answer = html("unsubscribe_later.html", {}, status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer


def _withdraw(box: Letterbox, token: str) -> None:
    link = box.links.read(token)
    event = withdrawal(link, as_of_now(box.log, box.people, link.person), box.clock.now())
    if event is not None:
        box.log.append(Batch(events=[(link.person, event)]))
