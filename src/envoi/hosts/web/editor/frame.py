"""The mail that a template makes while it is being written, in a frame that can do nothing; nothing of it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from envoi.hosts.web.editor.asked import asked_of
from envoi.hosts.web.editor.page import work_of
from envoi.hosts.web.editor.side import Shown, choose, show
from envoi.hosts.web.guard import MAIL_POLICY
from envoi.hosts.web.view import html

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields


def frame(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """The mail alone, byte for byte as it would be sent; or why there is none."""
    work = work_of(envoi, request.path_params["name"], fields)
    choice = choose(envoi, work.name, asked_of(request, fields))
    shown = show(envoi, choice, work.draft.template) if choice else Shown()
    message = shown.made.message if shown.made else None
    if message and choice and choice.view != "text":
        answer = HTMLResponse(message.html)
    else:
        told = {"message": message, "shown": shown, "mistakes": work.draft.mistakes, "faults": work.faults}
        answer = html("edit_frame.html", told)
    answer.headers["Content-Security-Policy"] = MAIL_POLICY
    return answer
