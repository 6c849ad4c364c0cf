"""One connection to a provider that is kept: a request goes out, and what comes back is an answer or says why not."""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envoi.errors import Unreachable
from envoi.messages.ledger import Receipt, State

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How long to wait for a connection.
CONNECT_S = 10.0
#: An answer of more is none that we asked for.
MOST_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is posted."""

    path: str
    #: With what proves who we are, so it is never shown.
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    #: By their names in small letters.
    headers: Mapping[str, str]
    body: bytes


class Link:
    """A connection that is kept; one thread uses it."""

    def __init__(self, origin: str, answer_s: float) -> None:
        self._parts = urlsplit(origin)
        self._answer_s = answer_s
        self._http: http.client.HTTPConnection | None = None

    def post(self, request: Request) -> Answer | Receipt:
        """The answer; or, where there is none, what that means.

        Raises:
            Unreachable: nobody answers at this address.
        """
        link = self._open()
        try:
            link.request("POST", self._parts.path + request.path, request.body, dict(request.headers))
        except (OSError, http.client.HTTPException):
            self.hang_up()
            return Receipt(state=State.DEFERRED, reason="the connection ended before the request was out")
        try:
            response = link.getresponse()
            body = response.read(MOST_BYTES)
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            what = "did not answer in time" if isinstance(error, TimeoutError) else "ended the connection"
            return Receipt(state=State.UNKNOWN, reason=f"{self._parts.hostname} {what} when it had the mail")
        if response.will_close:
            self.hang_up()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=headers, body=body)

    def interrupt(self) -> None:
        """Has a thread that waits for an answer wait no more; any thread may call this."""
        link = self._http
        sock = link.sock if link else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Ends the connection; the next request opens a new one."""
        link, self._http = self._http, None
        if link is not None:
            link.close()

    def _open(self) -> http.client.HTTPConnection:
        if self._http is not None and _is_stale(self._http):
            self.hang_up()
        if self._http is None:
            self._http = self._connected()
        return self._http

    def _connected(self) -> http.client.HTTPConnection:
        host, port = str(self._parts.hostname), self._parts.port
        link = (
            http.client.HTTPConnection(host, port, timeout=CONNECT_S)
            if self._parts.scheme == "http"
            else http.client.HTTPSConnection(host, port, timeout=CONNECT_S, context=ssl.create_default_context())
        )
        try:
            link.connect()
        except OSError as error:
            raise Unreachable(
                f"{host} does not answer: {error}", hint="see that this machine reaches the internet, and try again"
            ) from None
        link.sock.settimeout(self._answer_s)
        # A connection that ended is noticed, and not opened again behind our back.
        link.auto_open = 0
        return link


def _is_stale(link: http.client.HTTPConnection) -> bool:
    """Whether the other end hung up while nothing was asked: then there is something to read, the end."""
    return link.sock is None or bool(select.select([link.sock], [], [], 0)[0])
