"""Segments: how large each is, what it asks, who is in it, and what it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.hosts.web.view import asked_page, page, with_page
from envoi.reports.outcome import people_seen, segment_sizes
from envoi.reports.segment import overlaps, people_in

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi

PEOPLE_A_PAGE = 25


def segments(_: Request, envoi: Envoi) -> Response:
    """All segments and their sizes."""
    now, tables = envoi.clock.now(), envoi.stores.tables
    sizes = segment_sizes(envoi.project, tables, now)
    return page(envoi, "segments.html", sizes=sizes, everyone=people_seen(tables, now))


def segment(request: Request, envoi: Envoi) -> Response:
    """One segment."""
    found = envoi.project.segment(request.path_params["segment"])
    at, now = asked_page(request, size=PEOPLE_A_PAGE), envoi.clock.now()
    return page(
        envoi,
        "segment.html",
        segment=found,
        people=people_in(envoi.project, envoi.stores, found.name, at=now, page=at),
        everyone=people_seen(envoi.stores.tables, now),
        overlaps=overlaps(envoi.project, envoi.stores.tables, found.name, at=now),
        at=at,
        link=lambda number: with_page(request, number),
    )
