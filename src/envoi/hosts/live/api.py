"""The routes that take events: Segment's HTTP tracking API, as a plain ASGI application.

200  kept, judged, and visible to every process; what could not be an event is named, and set aside
400  can never be taken in: set aside with the reason, not to be sent again
401  the write key is missing or wrong
404, 405  no such route; only POST
408  the request did not come in time (see impatient.py)
413  the body is larger than 4 MiB
415  a content encoding other than gzip
429  too much at once: to be sent again after Retry-After
503  nothing can be kept now: to be sent again after Retry-After
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

import msgspec

from envoi.hosts.live.consents import Signals
from envoi.hosts.live.desk import Closed, Overloaded
from envoi.hosts.live.posted import (
    MOST_BYTES,
    TYPES,
    Malformed,
    Posted,
    TooLarge,
    as_rejected,
    envelope,
    posted,
    unpacked,
)
from envoi.people.privacy_signal import HEADER

if TYPE_CHECKING:
    from envoi.events.clean import Cleaner
    from envoi.hosts.live.desk import Desk
    from envoi.hosts.live.key import Lock

#: What server and application tell each other: ASGI.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PREFIX = "/v1/"
#: The most bytes of bodies that are held while the rest of them arrives.
HELD_BYTES = 64 << 20
#: What a client that must come back is told to wait, in seconds.
AGAIN_S = b"1"
#: The most messages that an answer says were set aside.
SAID = 20

_GPC = HEADER.encode()
_JSON = (b"content-type", b"application/json")
_KEPT = b'{"success":true}'
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [_JSON, (b"content-length", str(len(_KEPT)).encode())],
}
_BODY = {"type": "http.response.body", "body": _KEPT}


class Refused(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, why: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(why)
        self.status = status
        self.headers = headers


class Ingest:
    """Answers POST /v1/batch and its siblings."""

    def __init__(self, desk: Desk, lock: Lock) -> None:
        self.desk = desk
        #: Known when the project is open, as the desk is.
        self.clean: Cleaner | None = None
        self.signals = Signals()
        self._lock = lock
        self._held_bytes = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers one request."""
        try:
            aside = await self._take(scope, receive)
        except Refused as refused:
            await _answer(send, refused.status, {"success": False, "error": str(refused)}, *refused.headers)
        except ConnectionAbortedError:
            pass
        else:
            if aside:
                await _answer(send, 200, {"success": True, "set_aside": aside})
            else:
                await send(_START)
                await send(_BODY)

    async def _take(self, scope: Message, receive: Receive) -> list[dict[str, str]]:
        """Takes in what a request brings; returns what of a batch was set aside, and why.

        Raises:
            Refused: the answer is not 200.
        """
        kind = scope["path"][len(PREFIX) :]
        if kind not in TYPES and kind != "batch":
            raise Refused(404, "no such route")
        if scope["method"] != "POST":
            raise Refused(405, "only POST", (b"allow", b"POST"))
        headers = dict(scope["headers"])
        said = headers.get(b"authorization")
        if said is not None and not self._lock.admits(said):
            raise _unknown_key()
        clean = self.clean
        if self.desk.fault or clean is None:
            raise _closed(self.desk.fault)
        body = await self._body(headers, receive)
        at = self.desk.moments.next()
        try:
            found = envelope(body, kind)
        except Malformed as fault:
            if said is not None:
                await self._keep(Posted(at=at, rejected=[as_rejected(body, str(fault), f"request {at}", at)]))
            raise Refused(400, str(fault)) from None
        made = posted(found, kind, clean, at, is_signalled=headers.get(_GPC) == b"1")
        self.signals.heed(made)
        if said is None and not self._lock.fits(made.write_key):
            raise _unknown_key()
        await self._keep(made)
        self.signals.note(made)
        if not made.rejected:
            return []
        if kind != "batch":
            raise Refused(400, made.rejected[0].reason)
        return [{"message": one.place.rpartition(" ")[2], "reason": one.reason} for one in made.rejected[:SAID]]

    async def _keep(self, made: Posted) -> None:
        try:
            await self.desk.keep(made)
        except Overloaded:
            raise _too_much() from None
        except Closed as closed:
            raise _closed(str(closed)) from None

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """The body, unpacked.

        Raises:
            Refused: it is too large, packed in another way than gzip, or not what it says; or too many come at once.
            ConnectionAbortedError: the client went away.
        """
        encoding = headers.get(b"content-encoding", b"identity").lower()
        if encoding not in (b"gzip", b"identity"):
            raise Refused(415, "the body may be packed with gzip", (b"accept-encoding", b"gzip"))
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            raise _too_large()
        message = await receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            body = await self._rest(body, receive)
        elif message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        if encoding == b"identity":
            return body
        try:
            return unpacked(body)
        except TooLarge:
            raise _too_large() from None
        except Malformed as fault:
            raise Refused(400, str(fault)) from None

    async def _rest(self, first: bytes, receive: Receive) -> bytes:
        """The body that begins with `first`."""
        parts, size = [first], len(first)
        self._held_bytes += size
        try:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionAbortedError
                part: bytes = message.get("body", b"")
                parts.append(part)
                size += len(part)
                self._held_bytes += len(part)
                if size > MOST_BYTES:
                    raise _too_large()
                if self._held_bytes > HELD_BYTES:
                    raise _too_much((b"connection", b"close"))
                more = message.get("more_body", False)
        finally:
            self._held_bytes -= size
        return b"".join(parts)


async def _answer(send: Send, status: int, content: object, *headers: tuple[bytes, bytes]) -> None:
    body = msgspec.json.encode(content)
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [_JSON, length, *headers]})
    await send({"type": "http.response.body", "body": body})


def _closed(why: str) -> Refused:
    return Refused(503, f"nothing can be kept now: {why}", (b"retry-after", AGAIN_S))


def _too_much(*headers: tuple[bytes, bytes]) -> Refused:
    return Refused(429, "too much at once", (b"retry-after", AGAIN_S), *headers)


def _unknown_key() -> Refused:
    return Refused(401, "the write key is missing or wrong", (b"www-authenticate", b'Basic realm="envoi"'))


def _too_large() -> Refused:
    return Refused(413, f"the body is larger than {MOST_BYTES:,} bytes", (b"connection", b"close"))
