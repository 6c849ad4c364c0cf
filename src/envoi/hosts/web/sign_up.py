"""The public form to sign up, and the page that confirms it: a GET changes nothing, and no answer tells who is known.

Forms of the shop's own pages may be sent here too: `email`, any number of `purpose`, and an empty `website`, which
people do not see and programs fill in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from envoi.errors import DataError
from envoi.events.event import ENVOI
from envoi.events.port import Batch
from envoi.flow import as_of_now
from envoi.hosts.local import open_letterbox
from envoi.hosts.surroundings import settings_alone
from envoi.hosts.web.letters import USE
from envoi.hosts.web.posted import read_form
from envoi.hosts.web.public import public
from envoi.hosts.web.received import proof_of
from envoi.hosts.web.view import html
from envoi.messages.address import check_address
from envoi.messages.tokens import refusal
from envoi.people.purposes import title_of
from envoi.people.sign_up import Wish, answers, asked, ends_at, ids_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.events.event import Stored
    from envoi.hosts.local import Letterbox
    from envoi.hosts.web.letters import Letters
    from envoi.hosts.web.posted import Fields
    from envoi.settings import Settings, SignUp

#: The field that a person leaves empty, since it is not shown.
TRAP = "website"
_BAD, _TOO_MANY, _GONE = 422, 429, 410


async def sign_up(request: Request) -> Response:
    """GET shows the form; POST asks the address to confirm, and says the same whoever it belongs to."""
    fields = await read_form(request) if request.method == "POST" else {}

    @public
    def answer(request: Request) -> Response:
        settings = settings_alone(request.app.state.hold.root)
        form = settings.sign_up
        if form is None:
            raise refusal()
        if request.method != "POST":
            return _form(settings, form)
        if _one(fields, TRAP):
            return _said(settings)
        return _ask(request, settings, form, fields)

    return await run_in_threadpool(answer, request)


def _ask(request: Request, settings: Settings, form: SignUp, fields: Fields) -> Response:
    letters: Letters = request.app.state.letters
    text, purposes = _one(fields, "email").strip(), _purposes(form, fields)
    try:
        address = check_address(text)
    except DataError as error:
        return _form(settings, form, address=text, wrong=f"Please look at the address again: {error.what}.")
    if not purposes:
        return _form(settings, form, address=text, wrong="Please choose at least one.")
    if not letters.has_room():
        busy = html("unsubscribe_later.html", {}, status=_TOO_MANY)
        busy.headers["Retry-After"] = "60"
        return busy
    with open_letterbox(request.app.state.hold.root) as box:
        at = box.clock.now()
        before = box.log.find(ENVOI, ids_of(address, at, form.most_per_hour))
        wish = Wish(address=address, purposes=purposes, proof=proof_of(request, settings))
        question = asked(wish, form, at, before=before)
        for stored in box.log.append(Batch(events=[question])) if question else ():
            letters.ask(stored)
    return _said(settings)


def _purposes(form: SignUp, fields: Fields) -> list[str]:
    """What is asked for; where there is nothing to choose, that."""
    wanted = fields.get("purpose", ()) if len(form.purposes) > 1 else form.purposes
    return [purpose for purpose in form.purposes if purpose in wanted]


def _form(settings: Settings, form: SignUp, *, address: str = "", wrong: str = "") -> Response:
    titles = {purpose: title_of(purpose, settings.purposes) for purpose in form.purposes}
    shown = {"shop": settings.shop, "form": form, "titles": titles, "address": address, "wrong": wrong, "trap": TRAP}
    return html("sign_up.html", shown, status=_BAD if wrong else 200)


def _said(settings: Settings) -> Response:
    return html("sign_up_asked.html", {"shop": settings.shop})


async def confirm(request: Request) -> Response:
    """GET asks for one more click, since programs follow links; POST is the person's yes."""
    if request.method == "POST":
        await request.body()

    @public
    def answer(request: Request) -> Response:
        keys = request.app.state.leads.reader().keys
        name = keys.opened(USE, request.path_params["token"]).decode("utf-8", "replace")
        with open_letterbox(request.app.state.hold.root) as box:
            question = next(iter(box.log.find(ENVOI, [name])), None)
            if question is None or box.settings.sign_up is None:
                raise refusal()
            return _confirmed(request, box, question, box.settings.sign_up)

    return await run_in_threadpool(answer, request)


def _confirmed(request: Request, box: Letterbox, question: Stored, form: SignUp) -> Response:
    profile, at = as_of_now(box.log, box.people, question.person), box.clock.now()
    proof = proof_of(request, box.settings)
    given = answers(question, profile, at, proof=proof)
    state = "open"
    if box.log.find(ENVOI, [event.id for event in given]):
        # The word that was given once may have been taken back since: this link says it no second time.
        state = "used"
    elif at > ends_at(question, form):
        state = "late"
    elif request.method == "POST":
        box.log.append(Batch(events=[(question.person, event) for event in given]))
        state = "done"
    purposes = question.event.props["purposes"]
    titles = [title_of(str(one), box.settings.purposes) for one in (purposes if isinstance(purposes, list) else ())]
    shown = {"shop": box.settings.shop, "state": state, "titles": titles, "wording": question.event.props["wording"]}
    return html("confirm.html", shown, status=_GONE if state == "late" else 200)


def _one(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")
