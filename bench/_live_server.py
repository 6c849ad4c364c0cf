"""The live host of a project, for the load of live_http.py: the server that `envoi serve` runs, without pages."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envoi.hosts.live.host import LiveHost
from envoi.hosts.live.serve import server
from envoi.segments.live import LiveJudge

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping


async def no_pages(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Lives through the server's life, and answers nothing."""
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


if __name__ == "__main__":
    host = LiveHost(Path(sys.argv[1]), no_pages, judge=LiveJudge)
    with socket.create_server(("127.0.0.1", int(sys.argv[2]))) as listening:
        server(host).run(sockets=[listening])
