"""uvicorn's own HTTP protocol, which besides does not wait for ever for a request, nor take a head without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from envoi.hosts.live.whole import WholeAnswers

if TYPE_CHECKING:
    import asyncio

#: How long a request may take to arrive, head and body; one that takes longer ends before it has taken twice as long.
REQUEST_S = 10.0
#: The largest head; browsers and clients send less than one of them.
HEAD_BYTES = 64 << 10

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class ImpatientProtocol(HttpToolsProtocol):
    """Ends connections whose request is too slow, or whose head is too large: uvicorn bounds neither.

    It looks at a connection now and then, so a request that comes whole costs next to nothing.
    """

    #: What was arriving at the last look.
    _awaited: object
    _head_bytes: int
    _look: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Awaits a request from now on."""
        super().connection_made(WholeAnswers(transport, self.loop.call_soon))
        self._head_bytes = 0
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Awaits nothing more."""
        self._look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Counts what is part of a head that has not ended."""
        super().data_received(data)
        if self._is_head():
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.close()
        else:
            self._head_bytes = 0

    def _is_head(self) -> bool:
        """Whether a head has not ended; the first one may not even have begun."""
        return getattr(self.cycle, "scope", self) is not self.scope

    def _arriving(self) -> object:
        """What tells the request that is not all there from others; None if there is none."""
        if self._is_head():
            scope: object = self.scope
            return self if scope is None else scope
        return self.scope if self.cycle.more_body else None

    def _look_later(self) -> None:
        self._awaited = self._arriving()
        self._look = self.loop.call_later(REQUEST_S, self._end_if_slow)

    def _end_if_slow(self) -> None:
        if self._awaited is None or self._arriving() is not self._awaited:
            self._look_later()
            return
        if not self._is_head() and not self.cycle.response_started:
            self.transport.write(_TOO_SLOW)
        self.transport.close()
