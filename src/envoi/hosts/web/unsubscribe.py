"""The one public page, and the one that writes: a signed link by which a person ends mail of one purpose (RFC 8058)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import EnvoiError, NotFound
from envoi.flow import record
from envoi.hosts.web.view import html
from envoi.messages.unsubscribe import withdrawal

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
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
        if request.method == "POST":
            with hold.writing() as envoi:
                return _withdrawn(envoi, token)
        with hold.reading() as envoi:
            return _page(envoi, token, is_done=False)
    except NotFound:
        return html("unsubscribe_wrong.html", {}, status=404)
    except EnvoiError:
        answer = html("unsubscribe_later.html", {}, status=503)
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer


def _withdrawn(envoi: Envoi, token: str) -> Response:
    link, stores = envoi.links.read(token), envoi.stores
    event = withdrawal(link, stores.people.get([link.person]).get(link.person), envoi.clock.now())
    if event is not None:
        record(stores, [(link.person, event)])
    return _page(envoi, token, is_done=True)


def _page(envoi: Envoi, token: str, *, is_done: bool) -> Response:
    shown = {"shop": envoi.project.settings.shop, "purpose": envoi.links.read(token).purpose, "is_done": is_done}
    return html("unsubscribe.html", shown)
