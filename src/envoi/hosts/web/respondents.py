"""The people behind a number of what became of a campaign's mails: who opened, clicked, bounced, complained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import NotFound
from envoi.hosts.web.view import asked_page, page, with_page
from envoi.reports.person import lines
from envoi.reports.responses import Asked, Did, respondents

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi

PEOPLE_A_PAGE = 50
#: What `by` in the address says.
_BY = {"people": False, "machines": True, "": None}


def responded(request: Request, envoi: Envoi) -> Response:
    """One page of them."""
    name, given = request.path_params["campaign"], request.query_params
    did, by = given.get("did", ""), given.get("by", "")
    if name not in envoi.stores.statement.campaigns() or did not in set(Did) or by not in _BY:
        raise NotFound("there is no such list", hint="follow a number on the campaign's page")
    asked = Asked(did=Did(did), by_machine=_BY[by], url=given.get("url"), why=given.get("why"), kind=given.get("kind"))
    at = asked_page(request, size=PEOPLE_A_PAGE)
    found = respondents(envoi.stores.tables, name, asked, page=at)
    known = lines(envoi.stores, [one.person for one in found.shown], at=envoi.clock.now())
    return page(
        envoi,
        "respondents.html",
        name=name,
        asked=asked,
        found=found,
        known={one.person: one for one in known},
        at=at,
        link=lambda number: with_page(request, number),
    )
