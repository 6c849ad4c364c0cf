"""The server: the live host at an address, until it is interrupted."""

from __future__ import annotations

import logging
import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

from envoi.errors import Unreachable
from envoi.hosts.live.host import LiveHost
from envoi.hosts.live.impatient import ImpatientProtocol
from envoi.hosts.web.app import app
from envoi.hosts.web.guard import LOG
from envoi.segments.live import LiveJudge

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.hosts.live.host import App

#: While there are more connections than this, requests are answered 503. Each may hold 64 KB of a body that is coming.
MOST_CONNECTIONS = 4_000
#: How long a connection may wait for its next request: a client that comes back within it need not connect again.
IDLE_S = 30


def serve(root: Path, *, host: str, port: int) -> None:
    """Takes events in and shows the pages of the project in `root` until it is interrupted.

    Raises:
        Unreachable: the address cannot be listened at.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=2_048)
    except OSError as error:
        what = f"nobody can listen at {host}:{port}: {error.strerror}"
        raise Unreachable(what, hint="end what runs there, or name another port with --port") from None
    LOG.setLevel(logging.INFO)
    LOG.addHandler(logging.StreamHandler())
    _allow_connections()
    with listening:
        server(LiveHost(root, app(root, host=host), judge=LiveJudge)).run(sockets=[listening])


def server(application: App) -> uvicorn.Server:
    """The server of this application, as it is run."""
    config = uvicorn.Config(
        application,
        http=ImpatientProtocol,
        ws="none",
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_S,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Who says that it speaks for another is not believed.
        proxy_headers=False,
    )
    return uvicorn.Server(config)


def _allow_connections() -> None:
    """Lets this process have as many connections as it may."""
    if sys.platform != "win32":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
