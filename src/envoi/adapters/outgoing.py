"""Asks a web address that a project names: within a time and a size, of the very machine that was looked at, once.

What a file names may lead anywhere, so this goes nowhere by accident: not to an address of this machine or its own
network unless the project says so, not in clear to others, and not where a redirect points. The address is looked up
once, and what was looked at is what is connected to, so that a second answer of the DNS leads nowhere else.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from envoi.errors import ProjectError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

#: An answer of more is none that anybody asked for.
MOST_BYTES = 1 << 20
_REDIRECT = range(300, 400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is asked."""

    url: str
    body: bytes = field(repr=False)
    #: With what proves who we are, so it is never shown.
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    #: To connect, and then for the whole answer.
    timeout_s: float = 5.0
    #: Whether it may be an address of this machine or its own network, and in clear.
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    #: By their names in small letters.
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def post(asked: Post) -> Answer:
    """The answer, whatever its status.

    Raises:
        Unreachable: there is none within the time, or it is too long, or it points elsewhere.
        ProjectError: the address is one that must not be asked.
    """
    parts = urlsplit(asked.url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and asked.private):
        hint = "use https://, or say private = true for an address of your own network"
        raise ProjectError(f"{host or asked.url} would be asked in clear", hint=hint)
    connection = _connected(parts, asked)
    # However slowly it drips: when the time is over, reading ends.
    watch = threading.Timer(asked.timeout_s, _shut, [connection])
    watch.daemon = True
    watch.start()
    with closing(connection):
        try:
            return _answered(connection, parts, asked)
        except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
            # Shut in the middle, the library finds nothing where its connection was.
            raise Unreachable(f"{host} did not answer in {asked.timeout_s:g} s: {error}", hint=_AGAIN) from None
        finally:
            watch.cancel()


_AGAIN = "it is asked again later"


def _answered(connection: http.client.HTTPConnection, parts: SplitResult, asked: Post) -> Answer:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("POST", path, body=asked.body, headers={"Host": parts.netloc, **asked.headers})
    response = connection.getresponse()
    host = str(parts.hostname)
    if response.status in _REDIRECT:
        where = urlsplit(response.headers.get("Location", "")).hostname or "another page"
        hint = f"write the address that it points to into the project, if you trust {where}"
        raise Unreachable(f"{host} points to {where}, which is not followed", hint=hint)
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Unreachable(f"{host} answered with more than {MOST_BYTES:,} bytes", hint="ask it for less")
    if response.length:
        raise Unreachable(f"{host} stopped in the middle of its answer", hint=_AGAIN)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status, headers=headers, body=body)


def _connected(parts: SplitResult, asked: Post) -> http.client.HTTPConnection:
    """A connection to the first address of the host that may be asked and answers."""
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"nobody knows the address of {host}: {error.strerror}", hint=_AGAIN) from None
    _check(host, [str(address[0]) for *_, address in found], private=asked.private)
    why: OSError | None = None
    for family, kind, protocol, _, address in found:
        connection = http.client.HTTPConnection(host, port)
        raw = socket.socket(family, kind, protocol)
        try:
            raw.settimeout(asked.timeout_s)
            raw.connect(address)
            connection.sock = _secured(raw, host) if parts.scheme == "https" else raw
        except OSError as error:
            raw.close()
            why = error
        else:
            return connection
    raise Unreachable(f"{host}:{port} cannot be reached: {why}", hint=_AGAIN)


def _check(host: str, addresses: list[str], *, private: bool) -> None:
    """Refuses a host one of whose addresses is not of the world outside, unless that is meant."""
    own = [each for each in addresses if not ip_address(each.partition("%")[0]).is_global]
    if own and not private:
        hint = "say private = true if it is meant to be a machine of your own"
        raise ProjectError(f"{host} is {own[0]}, an address of this machine or its network", hint=hint)


def _secured(raw: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(raw, server_hostname=host)


def _shut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
