"""People: find someone, and see what happened to them, what they agreed to, who they are, and which mail they got."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from envoi.errors import EnvoiError, NotFound, ProjectError
from envoi.events.event import PersonId
from envoi.hosts.identity import Word, open_identities
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.sending import BY
from envoi.hosts.web.view import asked_page, page, person_path, with_page
from envoi.people.identity import words_of
from envoi.people.privacy.restriction import is_restricted
from envoi.people.purposes import title_of
from envoi.reports import person as reports
from envoi.reports.consents import consent_ledger
from envoi.reports.person_fields import fields_of
from envoi.reports.person_keys import keys_of, turns_of
from envoi.reports.quality.incomplete import Lacked, lacks
from envoi.reports.quality.lineage import lineage

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields
    from envoi.people.profile import Profile
    from envoi.reports.paging import Page

PEOPLE_A_PAGE = 50
EVENTS_A_PAGE = 40
MAILS_A_PAGE = 20
WORDS_A_PAGE = 40
#: A search text is cut here, and so is a reason.
MOST_LETTERS = 200
#: What a person may ask for, each at an address below theirs; there is a button where somebody answers it.
RIGHTS = ("export", "restrict", "erase")
_REFUSED = 409


def people(request: Request, envoi: Envoi) -> Response:
    """Everyone, or whom a search finds."""
    text = request.query_params.get("q", "")[:MOST_LETTERS].strip()
    at = asked_page(request, size=PEOPLE_A_PAGE)
    found = reports.find(envoi.stores, text, at=envoi.clock.now(), page=at)
    return page(envoi, "people.html", found=found, text=text, at=at, link=lambda number: with_page(request, number))


def person(request: Request, envoi: Envoi) -> Response:
    """One person: their timeline, segments, mails, consent or keys."""
    who = PersonId(request.path_params["person"])
    profile = envoi.stores.people.get([who]).get(who)
    if profile is None or profile.is_gone:
        raise NotFound(f"no person {who!r}", hint="look for people by id, name, phone or e-mail address")
    if profile.into:
        return RedirectResponse(person_path(profile.into), 303)
    show = request.query_params.get("show", "")
    known = {
        "person": who,
        "profile": profile,
        "called": reports.full_name(profile) or str(profile.value("email") or who),
        "fields": fields_of(envoi.stores, profile),
        "lacks": _lacks(request, envoi, profile),
        "is_restricted": is_restricted(profile),
        "rights": [each for each in RIGHTS if _is_answered(request, each)],
        "token_name": FIELD,
        "token": token(envoi.root),
    }
    tell = {"segments": _segments, "mails": _mails, "consent": _consent, "keys": _keys}.get(show, _timeline)
    return tell(request, envoi, known)


def _lacks(request: Request, envoi: Envoi, profile: Profile) -> list[Lacked]:
    """What would complete the profile; what the project's files use is found out once."""
    key = ("lineage", hash(frozenset(envoi.files.items())))
    uses = request.app.state.memory.of(key, lambda: lineage(envoi.project))
    return lacks(profile, envoi.project.definitions.catalogue, uses)


def separate(request: Request, envoi: Envoi, fields: Fields) -> Response:
    """Takes back a merge: what the other did is theirs again, and both are as if it never had been."""
    who, because = str(request.path_params["person"]), next(iter(fields.get("because", ())), "")[:MOST_LETTERS].strip()
    merge = next(iter(fields.get("merge", ())), "")
    fault: EnvoiError | None = None
    try:
        if not because:
            raise ProjectError("nobody would know why", hint="say why: it is kept with the event")
        with open_identities(envoi.root) as known:
            known.undo(merge, Word(because=because, by=BY))
    except EnvoiError as refused:
        fault = refused
    if fault is None:
        request.app.state.hold.close()
        return RedirectResponse(person_path(who, show="keys"), 303)
    answer = page(envoi, "person_refused.html", person=who, fault=fault)
    answer.status_code = _REFUSED
    return answer


def _is_answered(request: Request, right: str) -> bool:
    return any(getattr(route, "path", "") == f"/people/{{person:path}}/{right}" for route in request.app.routes)


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
    who = PersonId(request.path_params["person"])
    for stored in envoi.stores.archive.fetch([int(text)]) if text.isascii() and text.isdecimal() else ():
        return reports.page_of(envoi.stores, who, stored, at=envoi.clock.now(), size=EVENTS_A_PAGE)
    return None


def _segments(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    who = PersonId(request.path_params["person"])
    whys = reports.memberships(envoi.project, envoi.stores, who, at=envoi.clock.now())
    return page(envoi, "person_segments.html", whys=whys, opened=request.query_params.get("segment", ""), **known)


def _mails(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    who, asked = PersonId(request.path_params["person"]), request.query_params.get("mail", "")
    at = reports.page_of_mail(envoi.stores, who, asked, size=MAILS_A_PAGE) if asked else None
    at = at or asked_page(request, size=MAILS_A_PAGE)
    mails = reports.mails(envoi.stores, who, page=at)
    link = {"at": at, "link": lambda number: with_page(request, number)}
    return page(envoi, "person_mails.html", mails=mails, **link, **known)


def _consent(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    settings = envoi.project.settings
    ledger = consent_ledger(envoi.stores, settings, PersonId(request.path_params["person"]))
    at = asked_page(request, size=WORDS_A_PAGE)
    newest = ledger.words[::-1]
    return page(
        envoi,
        "person_consent.html",
        ledger=ledger,
        words=newest[at.offset : at.offset + at.size],
        titles={one.purpose: title_of(one.purpose, settings.purposes) for one in ledger.stands},
        at=at,
        link=lambda number: with_page(request, number),
        **known,
    )


def _keys(request: Request, envoi: Envoi, known: dict[str, object]) -> Response:
    who, now = PersonId(request.path_params["person"]), envoi.clock.now()
    with open_identities(envoi.root) as identities:
        nodes = identities.nodes_of(who)
    keys = keys_of(envoi.stores, who, at=now)
    turns = turns_of(envoi.stores, who, at=now)
    return page(envoi, "person_keys.html", keys=keys, nodes=set(nodes), turns=turns, words_of=words_of, **known)
