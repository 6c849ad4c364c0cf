"""Where mail providers tell what became of mails: POST /webhooks/PROVIDER, verified before anything of it is read.

200  kept, or told before: not to be sent again
403  it is not the provider's, or too old
404  no such provider, or it has no key here
406  it was signed for something else: not to be sent again
413  too large (the limit of all pages)
503  nothing can be kept now: to be sent again
"""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse

from envoi.adapters.messages.providers.webhook import WINDOW_S, Posted
from envoi.clock import MICROS_PER_SECOND, Instant, SystemClock
from envoi.errors import Conflict, EnvoiError, ProjectError
from envoi.hosts.surroundings import settings_alone
from envoi.hosts.taking_in import open_desk
from envoi.hosts.web.public import RETRY_AFTER_S
from envoi.hosts.webhooks import webhook_of
from envoi.messages.take_in import take_in

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from envoi.adapters.messages.providers.webhook import Webhook

_log = logging.getLogger("envoi.web")


async def webhook(request: Request) -> Response:
    """Answers one post of a provider."""
    if request.method == "HEAD":
        # Some providers look first whether anybody is here; nothing is told of who.
        return PlainTextResponse("")
    body = await request.body()
    return await run_in_threadpool(_answer, request, body)


def _answer(request: Request, body: bytes) -> Response:
    provider = request.path_params["provider"]
    try:
        reader = request.app.state.webhooks.get(provider)
        if reader is None:
            return PlainTextResponse("no such provider", 404)
        return _take(request.app.state.hold.root, reader, request, body)
    except Conflict as error:
        _log.warning("webhook %s: %s", provider, error.what)
        return PlainTextResponse("this was signed for something else", 406)
    except EnvoiError as error:
        _log.warning("webhook %s: nothing can be kept: %s", provider, error)
        return PlainTextResponse("nothing can be kept now", 503, headers={"Retry-After": str(RETRY_AFTER_S)})


def _take(root: Path, reader: Webhook, request: Request, body: bytes) -> Response:
    provider, arrived = request.path_params["provider"], SystemClock().now()
    url = f"{settings_alone(root).link_base}{request.url.path}"
    posted = Posted(body=body, headers={name.lower(): value for name, value in request.headers.items()}, url=url)
    if reason := reader.distrust(posted, arrived):
        _log.warning("webhook %s: %s", provider, reason)
        return PlainTextResponse(reason, 403)
    with open_desk(root) as (desk, box):

        def spend() -> None:
            if token := reader.once(posted):
                since = Instant(arrived - WINDOW_S * MICROS_PER_SECOND)
                box.tokens.spend(f"{provider}:{token}", body, at=arrived, since=since)

        taken = take_in(reader.read(posted), desk, box.clock.now(), first=spend)
    _log.info("webhook %s: %d events, %d set aside", provider, taken.events, taken.set_aside)
    return PlainTextResponse("kept")


class Webhooks:
    """The providers' readers, each made once, when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Webhook] = {}

    def get(self, provider: str) -> Webhook | None:
        """What reads this provider's posts; None if nothing does."""
        if provider not in self._made:
            try:
                made = webhook_of(provider, os.environ)
            except ProjectError as error:
                _log.error("webhook %s: %s", provider, error)
                raise
            if made is None:
                return None
            self._made[provider] = made
        return self._made[provider]
