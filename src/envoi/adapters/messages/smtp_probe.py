"""One call to a mail server that hands nothing in: whether it greets us, lets us in, and how it is encrypted."""

from __future__ import annotations

import selectors
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp_connection import Connection
from envoi.adapters.messages.smtp_wire import own_name
from envoi.clock import steady_s
from envoi.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.adapters.messages.smtp_connect import Server
    from envoi.adapters.messages.smtp_patience import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """What the server showed of itself."""

    banner: str
    offers: Mapping[str, str]
    #: As in `TLSv1.3`; empty if the connection is not encrypted.
    tls: str
    #: When its certificate ends, in seconds since 1970; None if it has none that counts.
    certificate_ends: float | None


def probe(server: Server, *, patience: Patience) -> Greeted:
    """Comes as far as the server takes mail, and hangs up.

    Raises:
        Unreachable: nobody answered, or not as a mail server that we trust does.
        MailerBusy, ProjectError: see `greet`.
    """
    try:
        address, *_ = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        connection = Connection(server, address, own_name(), patience=patience, now=steady_s())
        try:
            _wait_until_greeted(connection)
            return _shown(connection)
        finally:
            connection.close()
    except OSError as error:
        what = f"{server} does not answer as a mail server: {error}"
        raise Unreachable(what, hint="check host, port and network") from error


def _wait_until_greeted(connection: Connection) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(connection.wire.fileno, connection.wire.wants)
        while not connection.is_greeted:
            for _, mask in selector.select(max(connection.due - steady_s(), 0)):
                connection.advance(mask, steady_s())
            connection.check(steady_s())
            selector.modify(connection.wire.fileno, connection.wire.wants)


def _shown(connection: Connection) -> Greeted:
    tls = connection.wire.tls
    ends = (tls.getpeercert() or {}).get("notAfter") if tls else None
    return Greeted(
        banner=connection.banner,
        offers=connection.offers,
        tls=(tls.version() or "") if tls else "",
        certificate_ends=ssl.cert_time_to_seconds(str(ends)) if ends else None,
    )
