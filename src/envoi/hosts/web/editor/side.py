"""Beside a template that is being written: as whom to see it, and the mail it makes for them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.errors import EnvoiError
from envoi.events.event import PersonId
from envoi.hosts.web.editor.asked import one
from envoi.reports.campaign import nth, steps
from envoi.reports.paging import Page
from envoi.reports.person import find, full_name
from envoi.reports.preview import Made, cases, made, row_of_people, sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.requests import Request

    from envoi.campaigns.edge_cases import EdgeCases
    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields
    from envoi.reports.preview import Stage
    from envoi.templates.mail import MailTemplate

VIEWS = {"desktop": "Desktop", "phone": "Phone", "dark": "Dark", "text": "Plain text"}
#: In microseconds, as instants count.
_MINUTE = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """As whom the template is shown, and how."""

    campaign: str
    #: An id; empty if the campaign reaches nobody.
    person: str
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the template makes for the person who was chosen."""

    called: str = ""
    made: Made | None = None
    #: Why there is no mail.
    fault: EnvoiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All of it."""

    choice: Choice
    #: Those that use the template, or, if none does, all.
    campaigns: Sequence[str]
    is_used: bool
    cases: EdgeCases
    shown: Shown


def choose(envoi: Envoi, name: str, fields: Fields) -> Choice | None:
    """What was chosen, or else what is likely; None if the project has no campaign whose people could be shown."""
    campaigns, _ = campaigns_with(envoi, name)
    if not campaigns:
        return None
    campaign = one(fields, "campaign")
    campaign = campaign if campaign in campaigns else campaigns[0]
    view = one(fields, "as")
    go, _, someone = one(fields, "go").partition(" ")
    wanted = someone if go == "as" else one(fields, "person").strip()
    person = _person(envoi, envoi.stage(campaign), wanted, go)
    return Choice(campaign=campaign, person=person, view=view if view in VIEWS else next(iter(VIEWS)))


def campaigns_with(envoi: Envoi, name: str) -> tuple[list[str], bool]:
    """The campaigns that use the template; if there are none, all, and False."""
    using = [each.name for each in envoi.project.campaigns.values() if each.template == name]
    return using or list(envoi.project.campaigns), bool(using)


def side_of(request: Request, envoi: Envoi, name: str, *, choice: Choice, template: MailTemplate | None) -> Side:
    """What stands beside the template."""
    campaigns, is_used = campaigns_with(envoi, name)
    stage = envoi.stage(choice.campaign)
    found, shown = cases_of(request, stage), show(envoi, choice, template)
    return Side(choice=choice, campaigns=campaigns, is_used=is_used, cases=found, shown=shown)


def cases_of(request: Request, stage: Stage) -> EdgeCases:
    """The edge cases of a campaign, looked for anew when history, its files or the minute have changed.

    They are those of the template in the file: what is being written changes with every letter.
    """
    press, minute = stage.press, stage.at // _MINUTE
    key = ("cases", stage.kept.tables.head(), minute, repr(press.campaign), press.template.whole.source)
    found: EdgeCases = request.app.state.memory.of(key, lambda: cases(stage))
    return found


def data_of(request: Request, envoi: Envoi, name: str, choice: Choice | None) -> Sequence[Mapping[str, object]]:
    """What a template is held against: the data of the campaign that was chosen, if that uses it."""
    if choice is None or not campaigns_with(envoi, name)[1]:
        return ()
    stage = envoi.stage(choice.campaign)
    key = ("data", stage.kept.tables.head(), stage.at // _MINUTE, repr(stage.press.campaign))
    found: Sequence[Mapping[str, object]] = request.app.state.memory.of(key, lambda: sample(stage))
    return found


def show(envoi: Envoi, choice: Choice, template: MailTemplate | None) -> Shown:
    """The mail, made by the function that sends it, of a template that is stored nowhere."""
    if template is None or not choice.person:
        return Shown()
    stage = envoi.stage(choice.campaign)
    try:
        template = envoi.project.mail(stage.press.campaign, template)
        found = made(replace(stage, press=replace(stage.press, template=template)), PersonId(choice.person))
    except EnvoiError as error:
        return Shown(called=choice.person, fault=error)
    return Shown(called=full_name(found.profile) or choice.person, made=found)


def _person(envoi: Envoi, stage: Stage, asked: str, go: str) -> str:
    """Whom the words lead to: an id, else who is found by them; from there one step, if one was asked for."""
    row, tables = row_of_people(stage), envoi.stores.tables
    around = steps(tables, row, asked)
    if go == "random" and around.people:
        return nth(tables, row, secrets.randbelow(around.people)) or ""
    if go in {"next", "previous"}:
        return (around.following if go == "next" else around.previous) or asked or around.first or ""
    if not asked or PersonId(asked) in envoi.stores.people.get([PersonId(asked)]):
        return asked or around.first or ""
    found = find(envoi.stores, asked, at=envoi.clock.now(), page=Page(1, size=1)).shown
    return found[0].person if found else asked
