"""Campaigns: what became of everyone in the audience, in numbers that add up, or what would become of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from envoi.campaigns.plan import HOLDOUT, Known, plan
from envoi.decisions.rules import FALLBACK
from envoi.errors import Conflict, NotFound, ProjectError, did_you_mean
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.sending import is_recurring, occurrences, order, sending_of, setup
from envoi.hosts.web.view import asked_page, campaign_path, page, with_page
from envoi.messages.ledger import FINAL, State
from envoi.reports.campaign import chosen, entries_in
from envoi.reports.engagement import engagement
from envoi.reports.outcome import campaign_report
from envoi.reports.person import lines
from envoi.reports.responses import responses

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.plan import Planned
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields

PEOPLE_A_PAGE = 50
OK, CONFLICT = 200, 409

#: What each state means, in the order in which they are shown.
WORDS = {
    State.ACCEPTED: "taken by the mail server",
    State.REJECTED: "refused for good by the mail server",
    State.UNKNOWN: "may or may not have arrived; never sent again by itself",
    State.DEFERRED: "the mail server said later",
    State.SUBMITTING: "being handed over",
    State.CLAIMED: "about to be sent",
    State.PLANNED: "not sent yet",
    State.CANCELLED: "cancelled",
    State.SKIPPED: "nothing was sent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number of a campaign: some of its people, why they are there, and who they are."""

    label: str
    people: int
    #: How it looks: "good", "held", "skip", "bad", "wait".
    tone: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One content rule, or the fallback, and how many people it was chosen for."""

    name: str
    priority: int | None
    when: str
    people: int
    #: Where a mail with it can be seen; empty if nobody gets it.
    href: str


def campaigns(_: Request, envoi: Envoi) -> Response:
    """All campaigns."""
    names = sorted({*envoi.project.campaigns, *envoi.stores.statement.campaigns()})
    reports = [campaign_report(envoi.project, envoi.stores.statement, name) for name in names]
    tallies = {one.campaign: sent_lines(envoi, one.campaign) for one in reports if one.planned_at}
    recurring = {name for name, one in envoi.project.campaigns.items() if is_recurring(one)}
    return page(envoi, "campaigns.html", reports=reports, tallies=tallies, recurring=recurring)


def campaign(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """One campaign: as it goes or went, or, before it was planned, as it would go; and what is ordered for it."""
    name, fault = request.path_params["campaign"], None
    if fields:
        try:
            order(envoi, name, fields)
        except (Conflict, ProjectError) as refused:
            fault = refused
        else:
            request.app.state.hold.close()
            return RedirectResponse(campaign_path(name), 303)
    found = envoi.project.find(name)
    report = campaign_report(envoi.project, envoi.stores.statement, name)
    if found is None and not report.planned_at:
        raise NotFound(f"no campaign {name!r}", hint=did_you_mean(name, envoi.project.campaigns))
    if report.planned_at:
        told, counted = sent_lines(envoi, name), chosen(envoi.stores.tables, name)
        shown = {content: campaign_path(name, "mail", content=content) for content in counted}
    elif found:
        everyone = _would_be(envoi, found)
        told = _planned_lines(everyone)
        getting = [one for one in everyone if one.decision and not one.skip]
        counted = Counter(one.decision.content for one in getting if one.decision)
        first = {one.decision.content: one.person for one in reversed(getting) if one.decision}
        shown = {content: campaign_path(name, "mail", person=person) for content, person in first.items()}
    answer = page(
        envoi,
        "campaign.html",
        name=name,
        fault=fault,
        sending=sending_of(envoi, name),
        days=occurrences(envoi, found) if found and is_recurring(found) else [],
        is_recurring=found is not None and is_recurring(found),
        setup=list(setup(envoi, found)) if found else [],
        token_name=FIELD,
        token=token(envoi.root),
        campaign=found,
        report=report,
        lines=told,
        audience=sum(line.people for line in told),
        read=engagement(envoi.stores.tables, name) if report.planned_at else None,
        answered=responses(envoi.stores.tables, name) if report.planned_at else [],
        choices=_choices(found, counted, shown) if found else [],
    )
    answer.status_code = CONFLICT if fault else OK
    return answer


def recipients(request: Request, envoi: Envoi) -> Response:
    """The people of a campaign in one state, or skipped for one reason."""
    name, asked = request.path_params["campaign"], request.query_params
    if name not in envoi.stores.statement.campaigns() or asked.get("state", "") not in set(State):
        raise NotFound("there is no such list", hint="follow a number on the campaign's page")
    state, reason = State(asked["state"]), asked.get("reason")
    at, statement = asked_page(request, size=PEOPLE_A_PAGE), envoi.stores.statement
    entries = entries_in(statement, name, state=state, reason=reason, page=at)
    tally = statement.tally(name)
    known = lines(envoi.stores, [entry.person for entry in entries], at=envoi.clock.now())
    return page(
        envoi,
        "recipients.html",
        name=name,
        state=state,
        reason=reason,
        meaning=WORDS[state],
        entries=entries,
        known={one.person: one for one in known},
        total=sum(count for (its, why), count in tally.items() if its is state and reason in (None, why)),
        at=at,
        link=lambda number: with_page(request, number),
    )


def sent_lines(envoi: Envoi, name: str) -> list[Line]:
    """What became of a planned campaign's people; the numbers add up to the audience."""
    states: Counter[State] = Counter()
    skipped: Counter[str] = Counter()
    waiting: Counter[str] = Counter()
    for (state, reason), count in envoi.stores.statement.tally(name).items():
        if state is State.SKIPPED:
            skipped[reason] += count
        elif state is State.PLANNED and reason:
            waiting[reason] += count
        else:
            states[state] += count
    told = [
        Line(
            label=state.value,
            people=states[state],
            tone="good" if state is State.ACCEPTED else "bad" if state in FINAL else "wait",
            note=WORDS[state],
            # Those who wait are planned too, and have lines of their own.
            href=_people(name, state) + ("&reason=" if state is State.PLANNED and waiting else ""),
        )
        for state in WORDS
        if states[state] or state is State.ACCEPTED
    ]
    return [*told, *_waiting(waiting, name), *_skipped(skipped, name)]


def _people(campaign: str, state: State, **asked: str) -> str:
    return campaign_path(campaign, "people", state=state, **asked)


def _waiting(reasons: Counter[str], campaign: str) -> list[Line]:
    """A line for each reason to wait, the most frequent first."""
    return [
        Line(
            label="waiting",
            people=n,
            tone="wait",
            note=reason,
            href=_people(campaign, State.PLANNED, reason=reason),
        )
        for reason, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    ]


def _planned_lines(everyone: Sequence[Planned]) -> list[Line]:
    skipped = Counter(one.skip for one in everyone if one.skip)
    to_send = Line(label="to send", people=sum(not one.skip for one in everyone), tone="good", note="would get a mail")
    return [to_send, *_skipped(skipped)]


def _skipped(reasons: Counter[str], campaign: str = "") -> list[Line]:
    """A line for those held out, then one for each reason to skip, the most frequent first."""
    return [
        Line(
            label="held out" if reason == HOLDOUT else "skipped",
            people=count,
            tone="held" if reason == HOLDOUT else "skip",
            note="drawn to get nothing, so that the effect can be measured" if reason == HOLDOUT else reason,
            href=campaign_path(campaign, "people", state=State.SKIPPED, reason=reason) if campaign else "",
        )
        for reason, count in sorted(reasons.items(), key=lambda one: (one[0] != HOLDOUT, -one[1], one[0]))
    ]


def _would_be(envoi: Envoi, found: Campaign) -> list[Planned]:
    stores, definitions = envoi.stores, envoi.project.definitions
    return plan(found, Known(definitions=definitions, tables=stores.tables, people=stores.people), envoi.clock.now())


def _choices(found: Campaign, counted: Mapping[str, int], shown: Mapping[str, str]) -> list[Choice]:
    rules = [(rule.name, rule.priority, rule.text) for rule in sorted(found.rules, key=lambda rule: rule.priority)]
    return [
        Choice(name=name, priority=priority, when=when, people=counted.get(name, 0), href=shown.get(name, ""))
        for name, priority, when in [*rules, (FALLBACK, None, "")]
    ]
