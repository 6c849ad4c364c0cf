"""Campaigns: what became of everyone in the audience, in numbers that add up, or what would become of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.campaigns.plan import HOLDOUT, Known, plan
from envoi.decisions.rules import FALLBACK
from envoi.errors import NotFound, did_you_mean
from envoi.hosts.web.view import asked_page, campaign_path, page, with_page
from envoi.messages.ledger import FINAL, State
from envoi.reports.campaign import chosen, entries_in
from envoi.reports.outcome import campaign_report
from envoi.reports.person import lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.campaigns.campaign import Campaign
    from envoi.campaigns.plan import Planned
    from envoi.hosts.local import Envoi

PEOPLE_A_PAGE = 50

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
    return page(envoi, "campaigns.html", reports=reports, tallies=tallies)


def campaign(request: Request, envoi: Envoi) -> Response:
    """One campaign: as it went, or, before it was planned, as it would go."""
    name = request.path_params["campaign"]
    found = envoi.project.campaigns.get(name)
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
    return page(
        envoi,
        "campaign.html",
        name=name,
        campaign=found,
        report=report,
        lines=told,
        audience=sum(line.people for line in told),
        choices=_choices(found, counted, shown) if found else [],
    )


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
    for (state, reason), count in envoi.stores.statement.tally(name).items():
        if state is State.SKIPPED:
            skipped[reason] += count
        else:
            states[state] += count
    told = [
        Line(
            label=state.value,
            people=states[state],
            tone="good" if state is State.ACCEPTED else "bad" if state in FINAL else "wait",
            note=WORDS[state],
            href=campaign_path(name, "people", state=state),
        )
        for state in WORDS
        if states[state] or state is State.ACCEPTED
    ]
    return [*told, *_skipped(skipped, name)]


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
