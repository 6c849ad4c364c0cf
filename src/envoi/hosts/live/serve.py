"""The server: the live host at an address, until it is interrupted."""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import uvicorn

from envoi.errors import Unreachable
from envoi.hosts.live.auditor import Auditor
from envoi.hosts.live.dispatch import Dispatch
from envoi.hosts.live.host import LiveHost
from envoi.hosts.live.impatient import ImpatientProtocol
from envoi.hosts.stores import store_url_of
from envoi.hosts.surroundings import settings_alone
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


def serve(root: Path, *, host: str, port: int, sends: bool = True) -> None:
    """Takes events in, sends what is due, and shows the pages of the project in `root` until it is interrupted.

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
    dispatch = Dispatch(root) if sends else None
    auditor = Auditor(root)
    with listening, ExitStack() as ending:
        ending.callback(auditor.stop)
        auditor.start()
        if store_url_of(settings_alone(root)):
            LOG.info("the log is in PostgreSQL: events come in by `envoi import`, not by /v1/")
            _run_pages(root, host, dispatch, listening)
            return
        live = LiveHost(root, app(root, host=host), judge=LiveJudge)
        live.dispatch = dispatch
        server(live).run(sockets=[listening])


def _run_pages(root: Path, host: str, dispatch: Dispatch | None, listening: socket.socket) -> None:
    """Pages, public routes and sending: all but the live host, whose states are part of a commit to SQLite."""
    with ExitStack() as ending:
        if dispatch:
            ending.callback(dispatch.stop)
            dispatch.start()
        server(app(root, host=host)).run(sockets=[listening])


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
