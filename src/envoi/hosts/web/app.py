"""The routes of all pages."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from envoi.errors import EnvoiError
from envoi.hosts.merging import merging_of
from envoi.hosts.web import (
    campaigns,
    faults,
    home,
    imports,
    mail,
    mailbox,
    people,
    privacy,
    quality,
    respondents,
    review,
    segments,
    suppressions,
)
from envoi.hosts.web.builder.page import build
from envoi.hosts.web.editor import page
from envoi.hosts.web.editor.frame import frame
from envoi.hosts.web.follow import click, opened, privacy_control
from envoi.hosts.web.guard import LOCAL, Guard
from envoi.hosts.web.hits import Hits
from envoi.hosts.web.hold import Hold
from envoi.hosts.web.in_browser import Shown, in_browser
from envoi.hosts.web.leads import Leads
from envoi.hosts.web.letters import Letters
from envoi.hosts.web.memory import Memory
from envoi.hosts.web.moving import Moving
from envoi.hosts.web.posted import takes
from envoi.hosts.web.preferences import choose
from envoi.hosts.web.sign_up import confirm, sign_up
from envoi.hosts.web.unsubscribe import unsubscribe
from envoi.hosts.web.upload import MOST_BYTES as MOST_FILE_BYTES
from envoi.hosts.web.view import STATIC, reads
from envoi.hosts.web.webhooks import Webhooks, webhook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from envoi.hosts.merging import Merger

#: No request to these pages has a body worth more than this.
MOST_BYTES = 1_048_576
#: A form with a file has so much around it.
MOST_UPLOADED = MOST_FILE_BYTES + MOST_BYTES

ROUTES = (
    Route("/", reads(home.home)),
    Route("/people", reads(people.people)),
    Route("/people/{person:path}/separate", takes(people.separate), methods=["POST"]),
    Route("/people/{person:path}/export", takes(privacy.export), methods=["POST"]),
    Route("/people/{person:path}/erase", takes(privacy.erase), methods=["POST"]),
    Route("/people/{person:path}/restrict", takes(privacy.restrict), methods=["POST"]),
    Route("/privacy", takes(privacy.requests), methods=["GET", "POST"]),
    Route("/privacy/receipts/{receipt}", reads(privacy.receipt)),
    Route("/people/{person:path}", reads(people.person)),
    Route("/segments", reads(segments.segments)),
    Route("/segments/{segment:path}", reads(segments.segment)),
    Route("/moving/{segment:path}", segments.moving),
    Route("/build", takes(build), methods=["GET", "POST"]),
    Route("/build/{segment:path}", takes(build), methods=["GET", "POST"]),
    Route("/campaigns", reads(campaigns.campaigns)),
    Route("/campaigns/{campaign}", takes(campaigns.campaign), methods=["GET", "POST"]),
    Route("/campaigns/{campaign}/people", reads(campaigns.recipients)),
    Route("/campaigns/{campaign}/responses", reads(respondents.responded)),
    Route("/campaigns/{campaign}/mail", reads(mail.mail)),
    Route("/campaigns/{campaign}/frame", reads(mail.frame)),
    Route("/campaigns/{campaign}/cases", reads(mail.cases)),
    Route("/quality", reads(quality.quality)),
    Route("/quality/people", reads(quality.people)),
    Route("/imports", takes(imports.imports), methods=["GET", "POST"]),
    Route("/imports/upload", imports.upload, methods=["POST"], max_body_size=MOST_UPLOADED),
    Route("/imports/{draft}", imports.prepare, methods=["GET", "POST"]),
    Route("/imports/{draft}/rejects", imports.rejects),
    Route("/imports/{name}/run", takes(imports.run), methods=["GET", "POST"]),
    Route("/imports/{name}/run/rejects", imports.run_rejects),
    Route("/review", takes(review.review), methods=["GET", "POST"]),
    Route("/suppressions", takes(suppressions.suppressions), methods=["GET", "POST"]),
    Route("/mailbox", reads(mailbox.mailbox)),
    Route("/mailbox/frame/{mail:path}", reads(mailbox.letter_frame)),
    Route("/mailbox/{mail:path}", reads(mailbox.letter)),
    Route("/templates", takes(page.templates), methods=["GET", "POST"]),
    Route("/templates/{name:path}/frame", takes(frame), methods=["GET", "POST"]),
    Route("/templates/{name:path}", takes(page.edit), methods=["GET", "POST"]),
    Route("/unsubscribe/{token:path}", unsubscribe, methods=["GET", "POST"]),
    Route("/preferences/{token:path}", choose, methods=["GET", "POST"]),
    Route("/sign-up", sign_up, methods=["GET", "POST"]),
    Route("/confirm/{token:path}", confirm, methods=["GET", "POST"]),
    Route("/v/{token:path}", in_browser),
    Route("/c/{link}/{token:path}", click),
    Route("/o/{link}/{token:path}", opened),
    Route("/webhooks/{provider}", webhook, methods=["POST", "HEAD"]),
    Route("/.well-known/gpc.json", privacy_control),
    Mount("/static", StaticFiles(directory=STATIC)),
)


def app(root: Path, *, host: str = "127.0.0.1", idle_s: float = 1.0, merger: Merger = merging_of) -> Starlette:
    """The pages of the project in `root`, answered under the name `host` too if it is one.

    `idle_s` is how long the project stays open after a page, closed to commands that write. `merger` makes ready what
    merges people.
    """
    hold, hits, letters = Hold(root, idle_s=idle_s), Hits(root), Letters(root)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        yield
        hits.close()
        letters.close()
        hold.close()

    # Starlette's types ask that a handler take any exception, and call it with those it was registered for only.
    handlers: dict[Any, Any] = {
        EnvoiError: faults.refused,
        HTTPException: faults.not_served,
        Exception: faults.unforeseen,
    }
    made = Starlette(
        routes=ROUTES,
        middleware=[Middleware(Guard, names=LOCAL | {host})],
        exception_handlers=handlers,
        lifespan=life,
        max_body_size=MOST_BYTES,
    )
    made.state.hold = hold
    made.state.hits = hits
    made.state.letters = letters
    made.state.leads = Leads(root)
    made.state.shown = Shown(root)
    made.state.memory = Memory()
    made.state.webhooks = Webhooks()
    made.state.moving = Moving(root)
    made.state.merger = merger
    return made
