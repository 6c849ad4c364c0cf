"""The mailbox: the mails that stayed on this machine, each in a frame that can do nothing, as text, and as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from envoi.errors import NotFound
from envoi.hosts.mailbox import find, read
from envoi.hosts.mailers import mail_folder
from envoi.hosts.sandbox import SANDBOX
from envoi.hosts.web.guard import MAIL_POLICY
from envoi.hosts.web.view import asked_page, page, with_page
from envoi.messages.letter import legible
from envoi.reports.why import entry_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.hosts.local import Envoi
    from envoi.messages.ledger import Entry

MAILS_A_PAGE = 50
#: A search is cut here.
MOST_LETTERS = 200
#: So much of a source is shown.
MOST_SHOWN = 300_000
VIEWS = {"html": "Desktop", "phone": "Phone", "dark": "Dark", "text": "Plain text", "source": "Source"}
_MICROSECOND_NS = 1_000


def mailbox(request: Request, envoi: Envoi) -> Response:
    """All of them, or those that a search finds, the newest first."""
    text = request.query_params.get("q", "")[:MOST_LETTERS].strip()
    at, folder = asked_page(request, size=MAILS_A_PAGE), folder_of(envoi)
    ids = {entry.message_id for entry in envoi.stores.statement.entries(person=text)} if text else set()
    found = find(folder, text, page=at, ids=ids)
    return page(
        envoi,
        "mailbox.html",
        found=found,
        written={mail.name: mail.at_ns // _MICROSECOND_NS for mail in found.mails},
        entries={mail.name: _entry(envoi, mail.message_id) for mail in found.mails},
        text=text,
        folder=folder,
        at=at,
        link=lambda number: with_page(request, number),
    )


def letter(request: Request, envoi: Envoi) -> Response:
    """One mail."""
    name, asked = request.path_params["mail"], request.query_params.get("as", "")
    found = read(folder_of(envoi), name)
    seen = {"html", "phone", "dark"} if not found.letter.html else set()
    views = {view: says for view, says in VIEWS.items() if view not in seen}
    source = legible(found.source[:MOST_SHOWN])
    return page(
        envoi,
        "letter.html",
        name=name,
        letter=found.letter,
        is_cut=found.is_cut or len(found.source) > MOST_SHOWN,
        source=source,
        entry=_entry(envoi, name.partition(".")[0]),
        views=views,
        view=asked if asked in views else next(iter(views)),
    )


def letter_frame(request: Request, envoi: Envoi) -> Response:
    """The HTML of one mail, alone, forbidden to do anything."""
    found = read(folder_of(envoi), request.path_params["mail"])
    return HTMLResponse(found.letter.html, headers={"Content-Security-Policy": MAIL_POLICY})


def folder_of(envoi: Envoi) -> Path:
    """Where the mails are that stay here; the sandbox's folder if mail leaves this machine."""
    return mail_folder(envoi.mail_url, envoi.root) or envoi.root / SANDBOX.partition(":")[2]


def _entry(envoi: Envoi, message_id: str) -> Entry | None:
    """Whom the mail was to and which campaign it is of; None if the ledger does not know it."""
    try:
        return entry_of(envoi.stores.archive, envoi.stores.statement, message_id)
    except NotFound:
        return None
