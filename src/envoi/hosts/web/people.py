"""People: find someone, and see what happened to them, which segments they are in and why, and which mail they got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.hosts.web.view import asked_page, page, with_page
from envoi.reports import person as reports

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.reports.paging import Page

PEOPLE_A_PAGE = 50
EVENTS_A_PAGE = 40
#: A search text is cut here.
MOST_LETTERS = 200


def people(request: Request, envoi: Envoi) -> Response:
    """Everyone, or whom a search finds."""
    text = request.query_params.get("q", "")[:MOST_LETTERS].strip()
    at = asked_page(request, size=PEOPLE_A_PAGE)
    found = reports.find(envoi.stores, text, at=envoi.clock.now(), page=at)
    return page(envoi, "people.html", found=found, text=text, at=at, link=lambda number: with_page(request, number))


def person(request: Request, envoi: Envoi) -> Response:
    """One person: their timeline, segments or mails."""
    who = PersonId(request.path_params["person"])
    profile = envoi.stores.people.get([who]).get(who)
    if profile is None:
        raise NotFound(f"no person {who!r}", hint="look for people by id, name or e-mail address")
    show = request.query_params.get("show", "")
    tell = {"segments": _segments, "mails": _mails}.get(show, _timeline)
    called = reports.full_name(profile) or str(profile.value("email") or who)
    return tell(request, envoi, {"person": who, "profile": profile, "called": called})


def _timeline(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    name, now = request.query_params.get("event", ""), envoi.clock.now()
    who = PersonId(request.path_params["person"])
    at = _around(request, envoi) or asked_page(request, size=EVENTS_A_PAGE)
    shown = reports.timeline(envoi.stores, who, at=now, name=name, page=at)
    link = {"at": at, "link": lambda number: with_page(request, number)}
    return page(envoi, "person_timeline.html", timeline=shown, event=name, **link, **known)


def _around(request: Request, envoi: Envoi) -> Page | None:
    """The page that shows the event whose place in the log the address names; None if it names none."""
    text = request.query_params.get("around", "")
    for stored in envoi.stores.archive.fetch([int(text)]) if text.isascii() and text.isdecimal() else ():
        return reports.page_of(envoi.stores, stored, at=envoi.clock.now(), size=EVENTS_A_PAGE)
    return None


def _segments(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    who = PersonId(request.path_params["person"])
    whys = reports.memberships(envoi.project, envoi.stores, who, at=envoi.clock.now())
    return page(envoi, "person_segments.html", whys=whys, opened=request.query_params.get("segment", ""), **known)


def _mails(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    mails = reports.mails(envoi.stores, PersonId(request.path_params["person"]))
    return page(envoi, "person_mails.html", mails=mails, **known)
