"""Which mail server, how it is encrypted, and as whom mail is handed in there."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from envoi.errors import ProjectError, did_you_mean

_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
_CONNECTIONS = 20
_MOST_CONNECTIONS = 500


class Tls(StrEnum):
    """When a connection is encrypted; a server elsewhere must always prove its name."""

    #: From the first byte.
    IMPLICIT = "implicit"
    #: By STARTTLS, or there is no mail: a server that does not offer it may have been made to look so on the way.
    REQUIRE = "require"
    #: By STARTTLS where it is offered.
    OPPORTUNISTIC = "opportunistic"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    tls: Tls = Tls.OPPORTUNISTIC
    user: str = ""
    password: str = field(default="", repr=False)
    #: The most connections at a time.
    connections: int = _CONNECTIONS

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine.

        >>> Server(host="127.0.0.1", port=25).is_here, Server(host="mail.example.org", port=25).is_here
        (True, False)
        """
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        """As an error names it, without the password."""
        return f"{self.host}:{self.port}"


def parse_server(url: str) -> Server:
    """The server that `smtp://[user:password@]host[:port][?tls=require&connections=20]` or `smtps://...` names.

    >>> parse_server("smtp://anna:p%40ss@mail.example.org?tls=require").tls
    <Tls.REQUIRE: 'require'>

    Raises:
        ProjectError: it is no such URL.
    """
    hint = "write it as smtp://host:port, smtps://user:password@host or folder:DIR"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ProjectError("the mail URL has no valid host, port or options", hint=hint) from None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.path.strip("/"):
        raise ProjectError("the mail URL names no mail server", hint=hint)
    return Server(
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        tls=_tls(parts.scheme, options.pop("tls", "")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        connections=_connections(options),
    )


def tls_context(server: Server) -> ssl.SSLContext:
    """How encryption is set up: a server elsewhere must prove its name, one on this machine need not.

    >>> tls_context(Server(host="mail.example.org", port=25)).check_hostname
    True
    """
    context = ssl.create_default_context()
    if server.is_here:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _tls(scheme: str, said: str) -> Tls:
    known = [Tls.IMPLICIT] if scheme == "smtps" else [Tls.OPPORTUNISTIC, Tls.REQUIRE, Tls.OFF]
    if said and said not in known:
        raise ProjectError(f"the mail URL says tls={said}", hint=did_you_mean(said, map(str, known)))
    return Tls(said or known[0])


def _connections(options: dict[str, str]) -> int:
    said = options.pop("connections", str(_CONNECTIONS))
    if options:
        raise ProjectError(
            f"the mail URL has no option {next(iter(options))!r}",
            hint=did_you_mean(next(iter(options)), ["tls", "connections"]),
        )
    if not said.isdecimal() or not 0 < int(said) <= _MOST_CONNECTIONS:
        raise ProjectError(f"the mail URL says connections={said}", hint=f"write a number up to {_MOST_CONNECTIONS}")
    return int(said)
