"""Data quality: what is wrong with the data and what it touches, every field and source, and whom a number is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from envoi.conditions import bind, parse
from envoi.errors import ConditionError
from envoi.hosts.web.spark import banded, line
from envoi.hosts.web.view import asked_page, page, with_page
from envoi.reports.quality.incomplete import lacking_any
from envoi.reports.segment import people_for

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.reports.quality.answers import FieldQuality, QualityReport

PEOPLE_A_PAGE = 25
#: A condition in an address is cut here; a longer one is nothing that the page has put there.
MOST_LETTERS = 4_000
#: How long a report is told again, in microseconds: of much data it takes seconds.
FRESH = 60 * 1_000_000


def quality(request: Request, envoi: Envoi) -> Response:
    """Findings first, then every field: of all sources, or as one of them tells it."""
    report = _report(request, envoi)
    sources = sorted({each.source for each in report.fields if each.source} | {each.source for each in report.volumes})
    source = request.query_params.get("source", "")
    source = source if source in sources else ""
    told = [each for each in report.fields if each.total and _is_of(each, source, report)]
    return page(
        envoi,
        "quality.html",
        report=report,
        sources=[each for each in sources if each],
        missing=lambda field: lacking_any([field]),
        source=source,
        findings=[each for each in report.findings if not source or each.source in ("", source)],
        fields=[(each, line(each.days)) for each in told],
        volumes=[(each, banded(each.days)) for each in report.volumes if source in ("", each.source)],
    )


def people(request: Request, envoi: Envoi) -> Response:
    """The people for whom a condition holds: whom a number of the page is about."""
    text = request.query_params.get("where", "")[:MOST_LETTERS]
    at = asked_page(request, size=PEOPLE_A_PAGE)
    try:
        condition = parse(text)
        bound = bind(condition, envoi.project.definitions, text=text)
    except ConditionError as wrong:
        # An address that somebody changed by hand, or kept while the project did.
        raise HTTPException(400, str(wrong)) from None
    return page(
        envoi,
        "quality_people.html",
        where=condition,
        people=people_for(bound, envoi.stores, at=envoi.clock.now(), page=at),
        at=at,
        link=lambda number: with_page(request, number),
    )


def _report(request: Request, envoi: Envoi) -> QualityReport:
    files = frozenset(envoi.files.items())
    key = ("quality", envoi.stores.tables.head(), hash(files), envoi.clock.now() // FRESH)
    found: QualityReport = request.app.state.memory.of(key, envoi.quality)
    return found


def _is_of(each: FieldQuality, source: str, report: QualityReport) -> bool:
    """Whether a line is shown: of one source its own, or the whole where it alone tells the field."""
    if each.source == source:
        return not source or bool(each.filled)
    alone = {one.source for one in report.volumes if one.event == each.event}
    several = any(one.source and (one.event, one.field) == (each.event, each.field) for one in report.fields)
    return not each.source and not several and alone == {source}
