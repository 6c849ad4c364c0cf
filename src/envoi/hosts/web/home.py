"""Home: what needs attention, the numbers of today, and what to do next."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from envoi.hosts.web.say import plural
from envoi.hosts.web.view import campaign_path, page
from envoi.messages.ledger import FINAL, State, Status
from envoi.reports.weeks import events_by_week

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.reports.answers import CampaignReport, Report

WEEKS = 26
#: Records set aside are counted up to here.
MOST_REJECTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that needs a person, and where they find it."""

    what: str
    #: What to do about it.
    todo: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something worth doing next: in the pages, or as a command."""

    what: str
    href: str = ""
    command: str = ""


def home(_: Request, envoi: Envoi) -> Response:
    """The front page."""
    report = envoi.report()
    return page(
        envoi,
        "home.html",
        report=report,
        notices=[*_campaigns(report), *_rejects(envoi)],
        steps=list(_steps(report)),
        weeks=events_by_week(envoi.stores.tables, envoi.clock.now(), weeks=WEEKS),
    )


def _campaigns(report: Report) -> Iterator[Notice]:
    for campaign in report.campaigns:
        href = campaign_path(campaign.campaign)
        left = waiting(campaign) - sum(campaign.waiting.values())
        if campaign.status == Status.SENDING and left:
            what = f"{campaign.campaign} is not finished: {plural(left, 'person', 'people')} still to be written to"
            yield Notice(what=what, todo=f"go on with: envoi send {campaign.campaign}", href=href)
        if campaign.status in _STOPPED and waiting(campaign):
            what, how = _STOPPED[Status(campaign.status)]
            yield Notice(what=f"{campaign.campaign} {what}", todo=f"go on with: {how} {campaign.campaign}", href=href)
        unknown = campaign.states.get(State.UNKNOWN, 0)
        if unknown:
            what = f"{campaign.campaign}: nobody knows whether the server took {plural(unknown, 'mail')}"
            href = campaign_path(campaign.campaign, "people", state=State.UNKNOWN)
            yield Notice(what=what, todo="they are never sent again by themselves; see who they are", href=href)


#: What stopped a campaign that could go on, and what lets it.
_STOPPED = {
    Status.PAUSED: ("is paused", "envoi resume"),
    Status.RESTORED: ("was restored from a backup, and mail of it may have gone out since", "envoi resume --restored"),
}


def waiting(campaign: CampaignReport) -> int:
    """How many of a campaign's people are in no final state yet."""
    return sum(count for state, count in campaign.states.items() if State(state) not in FINAL)


def _rejects(envoi: Envoi) -> Iterator[Notice]:
    aside = Counter(one.source for one in islice(envoi.stores.log.set_aside(), MOST_REJECTS + 1))
    for source, count in aside.most_common():
        told = f"more than {MOST_REJECTS:,} records" if count > MOST_REJECTS else plural(count, "record")
        what = f"{told} from {source} could not be taken in and {'was' if count == 1 else 'were'} set aside"
        yield Notice(what=what, todo="mend them in the file of rejects, where each has its reason, and import it")


def _steps(report: Report) -> Iterator[Step]:
    if not report.people:
        yield Step(what="Bring in what you know about your customers", command="envoi import FILE --events")
    if not report.segments:
        yield Step(what="Describe a group of people in a file in segments/", command="envoi check")
    for campaign in report.campaigns:
        name, href = campaign.campaign, campaign_path(campaign.campaign)
        if report.people and not campaign.planned_at:
            yield Step(what=f"See whom {name} would write to, and what", href=href)
        elif campaign.finished:
            yield Step(what=f"Look at the mails of {name}", href=campaign_path(name, "mail"))
            yield Step(what=f"Count {name} anew", command=f"envoi verify {name}")
    if report.people:
        yield Step(what="Look someone up, and see why they are where they are", href="/people")
