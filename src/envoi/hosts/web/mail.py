"""A campaign's mail to one person, made by the function that sends it, shown in a frame that can do nothing."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, RedirectResponse

from envoi.campaigns.compose import compose
from envoi.campaigns.plan import Known, plan_for
from envoi.decisions.decision import from_event
from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.hosts.web.guard import MAIL_POLICY
from envoi.hosts.web.view import campaign_path, page
from envoi.reports.campaign import audience, decided, nth, steps
from envoi.reports.person import full_name

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.decisions.decision import Decision
    from envoi.hosts.local import Envoi
    from envoi.messages.ledger import Entry
    from envoi.messages.message import Message
    from envoi.people.profile import Profile
    from envoi.tables import Query

VIEWS = ("desktop", "phone", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a person got, or would get."""

    profile: Profile
    #: None if nobody needed to decide.
    decision: Decision | None
    #: None if there is no mail to make.
    message: Message | None
    #: The person's place in the ledger; None for a campaign that was not planned.
    entry: Entry | None
    #: Why the person gets nothing; empty if they get the mail.
    skip: str


def mail(request: Request, envoi: Envoi) -> Response:
    """One person's mail, with the way to the next one."""
    name, asked = request.path_params["campaign"], request.query_params
    content, person = asked.get("content", ""), asked.get("person", "")
    ids = _row_of_people(envoi, name, content)
    around = steps(envoi.stores.tables, ids, person)
    if not person or "random" in asked:
        someone = nth(envoi.stores.tables, ids, secrets.randbelow(around.people)) if "random" in asked else around.first
        if someone is None:
            raise NotFound(f"campaign {name!r} has no mail to show", hint="see the numbers on its page")
        same = {"content": content, "as": asked.get("as", "")}
        return RedirectResponse(campaign_path(name, "mail", person=someone, **same), 303)
    made = make(envoi, name, PersonId(person))
    view = asked.get("as", "")
    return page(
        envoi,
        "mail.html",
        name=name,
        person=PersonId(person),
        called=full_name(made.profile) or person,
        content=content,
        made=made,
        steps=around,
        view=view if view in VIEWS else VIEWS[0],
        views=VIEWS,
    )


def frame(request: Request, envoi: Envoi) -> Response:
    """The HTML of one person's mail, alone, forbidden to do anything."""
    made = make(envoi, request.path_params["campaign"], PersonId(request.query_params.get("person", "")))
    if made.message is None:
        raise NotFound("there is no mail", hint="see why on its page")
    return HTMLResponse(made.message.html, headers={"Content-Security-Policy": MAIL_POLICY})


def make(envoi: Envoi, campaign: str, person: PersonId) -> Made:
    """Composes the mail from the recorded decision or, before the campaign was planned, from what it would decide now.

    Raises:
        NotFound: no such campaign, no such person, or the person is not in its audience.
        TemplateError: the template fails on this person's data.
    """
    profile = envoi.stores.people.get([person]).get(person)
    if profile is None:
        raise NotFound(f"no person {person!r}", hint="look for people by id, name or e-mail address")
    if campaign in envoi.stores.statement.campaigns():
        return _recorded(envoi, campaign, profile)
    return _previewed(envoi, campaign, profile)


def _recorded(envoi: Envoi, campaign: str, profile: Profile) -> Made:
    for entry in envoi.stores.statement.entries(campaign, person=profile.person):
        decisions = envoi.stores.archive.fetch([entry.decision])
        decision = from_event(decisions[0]) if decisions else None
        message = compose(envoi.press(campaign), decision, profile, entry.message_id) if decision else None
        return Made(profile=profile, decision=decision, message=message, entry=entry, skip=entry.reason)
    raise NotFound(f"person {profile.person!r} is not in the frozen audience of {campaign!r}")


def _previewed(envoi: Envoi, campaign: str, profile: Profile) -> Made:
    stores, press = envoi.stores, envoi.press(campaign)
    known = Known(definitions=envoi.project.definitions, tables=stores.tables, people=stores.people)
    (planned,) = plan_for(press.campaign, known, envoi.clock.now(), [profile.person])
    decision = planned.decision
    message = compose(press, decision, profile, decision.id) if decision else None
    return Made(profile=profile, decision=decision, message=message, entry=None, skip=planned.skip)


def _row_of_people(envoi: Envoi, campaign: str, content: str) -> Query:
    if campaign in envoi.stores.statement.campaigns():
        return decided(campaign, content=content)
    return audience(envoi.project, campaign, at=envoi.clock.now())
