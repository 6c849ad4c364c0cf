"""`envoi serve`: takes events in, keeps the segments true, sends what is due, and shows the project's pages."""

from __future__ import annotations

import socket
import threading
import webbrowser
from ipaddress import ip_address
from typing import Annotated

import typer

from envoi.hosts.cli.faults import quoting
from envoi.hosts.cli.opening import root_of
from envoi.hosts.cli.options import Json, ProjectDir
from envoi.hosts.cli.screen import show
from envoi.hosts.live.serve import serve
from envoi.reports.answers import Answer

#: How long the server has to come up before a browser is sent to it.
_GRACE_S = 1.0


class Serving(Answer, frozen=True, kw_only=True):
    """Where the pages are."""

    url: str


def command(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8025,
    open_: Annotated[bool, typer.Option("--open", help="Open a browser too.")] = False,
    anywhere: Annotated[
        bool, typer.Option("--anywhere", help="Listen to other machines too: the pages have no login yet.")
    ] = False,
    send: Annotated[
        bool, typer.Option("--send/--no-send", help="Send campaigns when they are due, and what has waited.")
    ] = True,
    project: ProjectDir = None,
    json: Json = False,
) -> None:
    """Take events in, keep the segments true, send what is due, and show the project in a browser. Ctrl-C ends it."""
    if not (anywhere or _is_loopback(host)):
        raise typer.BadParameter(
            f"{host} can be reached from other machines, and the pages have no login yet: whoever comes sees everyone's"
            " data; add --anywhere if that is meant",
            param_hint="--host",
        )
    root = root_of(project)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if _is_free(host, port):
        show(Serving(url=url), f"{url}  (Ctrl-C ends it)", json=json)
    if open_:
        visit = threading.Timer(_GRACE_S, webbrowser.open, [url])
        visit.daemon = True
        visit.start()
    with quoting(root=root):
        serve(root, host=host, port=port, sends=send)


def _is_free(host: str, port: int) -> bool:
    """Whether there will be pages; if not, serving says why, and that is the one answer."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return True
    except OSError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
