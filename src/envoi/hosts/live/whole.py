"""An answer's head and body leave together: uvicorn writes them one by one, and uvloop makes a system call of each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class WholeAnswers(asyncio.Transport):
    """A transport that holds a first write back until the second, or until the turn of the loop is over."""

    def __init__(self, transport: asyncio.Transport, call_soon: Callable[[Callable[[], None]], object]) -> None:
        super().__init__()
        self._transport = transport
        self._call_soon = call_soon
        self._held: bytes | bytearray | memoryview = b""
        # What happens at each request, without a call in between.
        self.is_closing = transport.is_closing  # type: ignore[method-assign]
        self.pause_reading = transport.pause_reading  # type: ignore[method-assign]
        self.resume_reading = transport.resume_reading  # type: ignore[method-assign]

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Writes it, together with what is held."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.writelines([held, data])
        else:
            self._held = data
            self._call_soon(self._let_go)

    def close(self) -> None:
        """Writes what is held, and ends."""
        self._let_go()
        self._transport.close()

    def get_extra_info(self, name: str, default: object = None) -> object:
        """What the transport knows of the connection."""
        return self._transport.get_extra_info(name, default)

    def _let_go(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)
