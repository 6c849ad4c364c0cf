"""Privacy: what people asked for and until when it is due, and the forms that do it; the head of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from envoi.adapters.privacy.records import Records
from envoi.clock import SystemClock
from envoi.errors import EnvoiError, NotFound, ProjectError
from envoi.events.event import PersonId
from envoi.flow import as_of_now
from envoi.hosts.audit import audit_of, known_as
from envoi.hosts.folder import state_folder
from envoi.hosts.privacy import exporting, restricting, working
from envoi.hosts.privacy.requests import Kind, Request, Requests
from envoi.hosts.web.posted import FIELD, token
from envoi.hosts.web.sending import BY
from envoi.hosts.web.view import page, person_path
from envoi.people.privacy.restriction import is_restricted
from envoi.reports.person import full_name

if TYPE_CHECKING:
    from starlette.requests import Request as Asked

    from envoi.hosts.local import Envoi
    from envoi.hosts.web.posted import Fields
    from envoi.people.privacy.audit import Checked
    from envoi.people.profile import Profile

#: An id is cut here, and so is a reason.
MOST_LETTERS = 320
MOST_SHOWN = 200
PATH = "/privacy"
OK, REFUSED = 200, 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request as the page shows it."""

    request: Request
    #: "open", "late", "under way" or "done".
    state: str
    #: What is to be done next leads here; empty where nothing is.
    href: str = ""

    @property
    def tone(self) -> str:
        """How its state looks."""
        return {"done": "good", "late": "bad"}.get(self.state, "wait")


def requests(asked: Asked, envoi: Envoi, fields: Fields) -> Response:
    """What was asked for, the newest first; and what is asked for now."""
    fault = None
    if fields:
        try:
            return RedirectResponse(_opened(envoi, fields), 303)
        except EnvoiError as refused:
            fault = refused
    answer = _page(envoi, person=_first(fields, "person") or asked.query_params.get("person", ""), fault=fault)
    answer.status_code = REFUSED if fault else OK
    return answer


def export(asked: Asked, envoi: Envoi, fields: Fields) -> Response:  # noqa: ARG001 - the form has a token and no more
    """Everything about the person, as a file to save."""
    person, noted = str(asked.path_params["person"]), Requests(envoi.root)
    made = exporting.archived(envoi, person, by=BY)
    one = noted.open(Kind.EXPORT, person, SystemClock().now())
    noted.done(one.number, SystemClock().now())
    name = f"export-{known_as(envoi.root, person)[:12]}.zip"
    return Response(
        made, media_type="application/zip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def erase(asked: Asked, envoi: Envoi, fields: Fields) -> Response:
    """Asks once more, and then erases the person."""
    person, because = str(asked.path_params["person"]), _first(fields, "because")
    profile = _profile(envoi, person)
    if _first(fields, "confirm") != "yes":
        return page(
            envoi, "privacy_erase.html", person=person, called=full_name(profile) or person, profile=profile,
            because=because, token_name=FIELD, token=token(envoi.root),
        )  # fmt: skip
    one = Requests(envoi.root).open(Kind.ERASE, person, SystemClock().now(), because=because)
    working.begin(envoi.root, one.number, BY)
    return RedirectResponse(PATH, 303)


def restrict(asked: Asked, envoi: Envoi, fields: Fields) -> Response:
    """Restricts the use of the person's data, or lifts that."""
    person, noted, now = str(asked.path_params["person"]), Requests(envoi.root), SystemClock().now()
    lift = is_restricted(_profile(envoi, person))
    restricting.restrict(envoi.root, person, lift=lift, because=_first(fields, "because"), by=BY)
    if not lift:
        noted.done(noted.open(Kind.RESTRICT, person, now).number, now)
    return RedirectResponse(person_path(person), 303)


def receipt(asked: Asked, envoi: Envoi) -> Response:
    """The receipt of an erasure, as a file to save."""
    name = str(asked.path_params["receipt"])
    for each in Records(state_folder(envoi.root)).receipts():
        if each.erasure == name:
            told = {"Content-Disposition": f'attachment; filename="erasure-{name}.json"'}
            return Response(Records.as_file(each), media_type="application/json", headers=told)
    raise NotFound("there is no such receipt", hint="see the list of requests")


def _opened(envoi: Envoi, fields: Fields) -> str:
    """Notes what is asked for, and says where it is done.

    Raises:
        ProjectError: it is not said of whom, or what.
    """
    person, kind = _first(fields, "person"), _first(fields, "kind")
    if kind not in frozenset(Kind):
        raise ProjectError("there is no such request", hint="choose one of the three")
    if not person:
        raise ProjectError("nobody is named", hint="write the person's id; the page People finds it")
    _profile(envoi, person)
    Requests(envoi.root).open(Kind(kind), person, SystemClock().now(), because=_first(fields, "because"))
    return PATH


def _page(envoi: Envoi, *, person: str, fault: EnvoiError | None) -> Response:
    now, records = SystemClock().now(), Records(state_folder(envoi.root))
    is_erasing = records.has_begun
    shown = Requests(envoi.root).all()[:MOST_SHOWN]
    return page(
        envoi,
        "privacy.html",
        lines=[_line(one, now, is_erasing=is_erasing) for one in shown],
        kinds={Kind.EXPORT: "a copy of their data", Kind.ERASE: "erasure", Kind.RESTRICT: "that nothing is used"},
        person=person,
        fault=fault,
        audit=_audit(envoi),
        audited=list(audit_of(envoi.root).read())[-5:][::-1],
        token_name=FIELD,
        token=token(envoi.root),
    )


def _line(one: Request, now: int, *, is_erasing: bool) -> Line:
    if not one.is_open:
        return Line(request=one, state="done")
    if one.kind is Kind.ERASE and is_erasing:
        return Line(request=one, state="under way")
    return Line(request=one, state="late" if one.due < now else "open", href=person_path(one.person))


def _audit(envoi: Envoi) -> Checked:
    return audit_of(envoi.root).check()


def _profile(envoi: Envoi, person: str) -> Profile:
    """The person's profile.

    Raises:
        NotFound: nothing is known of them.
    """
    # With what was said a moment ago.
    found = as_of_now(envoi.stores.archive, envoi.stores.people, PersonId(person))
    if found is None:
        raise NotFound(f"no person {person!r}", hint="look for people by id, name or e-mail address")
    return found


def _first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")[:MOST_LETTERS].strip()
