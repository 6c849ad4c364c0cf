"""A campaign's mail to one person, made by the function that sends it, shown in a frame that can do nothing."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, RedirectResponse

from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.hosts.web.editor.side import VIEWS, cases_of
from envoi.hosts.web.guard import MAIL_POLICY
from envoi.hosts.web.view import campaign_path, page
from envoi.reports.campaign import nth, steps
from envoi.reports.paging import Page
from envoi.reports.person import find, full_name
from envoi.reports.preview import made, row_of_people

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi

#: A search shows so many, and is cut at so many letters.
MATCHES, MOST_LETTERS = 8, 200


def mail(request: Request, envoi: Envoi) -> Response:
    """One person's mail, with the way to the next one."""
    name, asked = request.path_params["campaign"], request.query_params
    content, person = asked.get("content", ""), asked.get("person", "")
    stage = envoi.stage(name)
    ids = row_of_people(stage, content=content)
    around = steps(envoi.stores.tables, ids, person)
    if not person or "random" in asked:
        someone = nth(envoi.stores.tables, ids, secrets.randbelow(around.people)) if "random" in asked else around.first
        if someone is None:
            raise NotFound(f"campaign {name!r} has no mail to show", hint="see the numbers on its page")
        same = {"content": content, "as": asked.get("as", "")}
        return RedirectResponse(campaign_path(name, "mail", person=someone, **same), 303)
    shown = made(stage, PersonId(person))
    text = asked.get("q", "")[:MOST_LETTERS].strip()
    view = asked.get("as", "")
    return page(
        envoi,
        "mail.html",
        name=name,
        person=PersonId(person),
        called=full_name(shown.profile) or person,
        content=content,
        made=shown,
        steps=around,
        view=view if view in VIEWS else next(iter(VIEWS)),
        views=VIEWS,
        text=text,
        matches=find(envoi.stores, text, at=envoi.clock.now(), page=Page(1, size=MATCHES)) if text else None,
    )


def cases(request: Request, envoi: Envoi) -> Response:
    """The people worth looking at, with the way to their mails."""
    name, view = request.path_params["campaign"], request.query_params.get("as", "")
    stage = envoi.stage(name)
    person = request.query_params.get("person")
    return page(envoi, "cases.html", name=name, view=view, cases=cases_of(request, stage), person=person)


def frame(request: Request, envoi: Envoi) -> Response:
    """The HTML of one person's mail, alone, forbidden to do anything."""
    shown = made(envoi.stage(request.path_params["campaign"]), PersonId(request.query_params.get("person", "")))
    if shown.message is None:
        raise NotFound("there is no mail", hint="see why on its page")
    return HTMLResponse(shown.message.html, headers={"Content-Security-Policy": MAIL_POLICY})
