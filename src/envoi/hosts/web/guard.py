"""What every answer passes on its way out: strict headers, a log line without personal data; and who may ask at all."""

from __future__ import annotations

import logging
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG = logging.getLogger("envoi.web")

#: Nothing from elsewhere, nothing inline, no frame around us.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
#: For a mail within its frame: no script, no form, no link out; its own styles and drawings only.
MAIL_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
#: For a mail as a page of its own: its pictures and links are what it was made of, and it can do nothing else.
BROWSER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; default-src 'none'; "
    "img-src https: http: data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
#: For static files whose address changes with what is in them.
FOR_EVER = "public, max-age=31536000, immutable"
LOCAL = frozenset({"localhost"})
#: Who has a signed link may use it under any name that leads here.
PUBLIC = (
    "/unsubscribe/",
    "/preferences/",
    "/v/",
    "/c/",
    "/o/",
    "/sign-up",
    "/confirm/",
    "/webhooks/",
    "/.well-known/",
    "/static/",
)


class Guard:
    """Wraps the pages."""

    def __init__(self, app: ASGIApp, *, names: frozenset[str] = LOCAL) -> None:
        """Answers for the host names `names` and for bare addresses.

        A page elsewhere whose name was made to lead here (DNS rebinding) gets nothing: it asks under that name.
        """
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith("/static/") and scope["query_string"]:
                    headers["Cache-Control"] = FOR_EVER
                harden(headers)
                _note(scope, message["status"], time.perf_counter() - started)
            await send(message)

        host = host_name(Headers(scope=scope).get("host", ""))
        if host in self._names or _is_address(host) or scope["path"].startswith(PUBLIC):
            await self._app(scope, receive, guarded)
        else:
            refusal = PlainTextResponse("Envoi answers on this machine only: open it as http://localhost", 421)
            await refusal(scope, receive, guarded)


def harden(headers: MutableHeaders) -> None:
    """Adds what an answer does not say otherwise."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def host_name(host: str) -> str:
    """The name in a Host header, without the port.

    >>> host_name("LocalHost:8025"), host_name("[::1]:8025"), host_name("127.0.0.1")
    ('localhost', '::1', '127.0.0.1')
    """
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _note(scope: Scope, status: int, took_s: float) -> None:
    """Logs which page was asked for, and not whose: paths and queries hold ids, names and tokens."""
    page = getattr(scope.get("endpoint"), "__name__", "nothing of ours")
    LOG.info("%s %s %d %.0f ms", scope["method"], page, status, took_s * 1000)
