"""Links and pixels of mails: a link leads to where it led when the mail was made, and nowhere else.

HEAD changes nothing. A browser that says `Sec-GPC: 1` is sent on like any other, and nothing is recorded but its no.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, RedirectResponse, Response

from envoi.hosts.web.public import public
from envoi.messages.links import PIXEL
from envoi.messages.machine import suspect
from envoi.messages.tokens import refusal
from envoi.messages.track import Hit
from envoi.messages.track_events import OptOut

if TYPE_CHECKING:
    from starlette.requests import Request

    from envoi.hosts.web.hits import Hits
    from envoi.hosts.web.leads import Leads
    from envoi.messages.links import Link

#: One transparent dot.
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00"
    b"\x01\x00\x00\x02\x01D\x00;"
)
#: Since when.
GPC_SINCE = "2026-11-22"
#: Characters of a User-Agent header that are kept.
_AGENT = 500


@public
def click(request: Request) -> Response:
    """Leads to the page behind a link."""
    return RedirectResponse(_noted(request, is_pixel=False).url, 302)


@public
def opened(request: Request) -> Response:
    """The picture that tells of an opening."""
    _noted(request, is_pixel=True)
    return Response(GIF, media_type="image/gif")


def privacy_control(_: Request) -> Response:
    """Says that this server heeds Global Privacy Control (https://www.w3.org/TR/gpc/)."""
    return JSONResponse({"gpc": True, "lastUpdate": GPC_SINCE})


def _noted(request: Request, *, is_pixel: bool) -> Link:
    """The link that is asked for, once it is noted who asks.

    Raises:
        NotFound: the link or its token is wrong, or they do not belong together.
    """
    leads: Leads = request.app.state.leads
    link = leads.link(request.path_params["link"])
    decision = leads.reader().decision(request.path_params["token"], link)
    if link is None or (link.url == PIXEL) != is_pixel:
        raise refusal()
    hits: Hits = request.app.state.hits
    at, headers = hits.now(), request.headers
    if request.method == "HEAD":
        hits.note_head(decision, at)
    elif headers.get("sec-gpc") == "1":
        hits.note(OptOut(decision=decision, at=at))
    else:
        agent, machine = headers.get("user-agent", "")[:_AGENT], suspect(headers)
        hits.note(Hit(id=secrets.token_hex(16), decision=decision, link=link, at=at, agent=agent, machine=machine))
    return link
