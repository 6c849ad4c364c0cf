"""Connects to a mail server: where it is, encryption, and who we are."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import ExitStack
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from envoi.errors import MailerBusy, ProjectError, Unreachable

if TYPE_CHECKING:
    from envoi.errors import EnvoiError

_DEFAULT_PORTS = {"smtp": 25, "smtps": 465}
#: First digits of a reply.
DONE, LATER, NEVER = 2, 4, 5
#: "Service not available, closing transmission channel" (RFC 5321 3.8): the server wants to be left alone for now.
BUSY = 421


class Reply(NamedTuple):
    """What a server answered."""

    code: int
    words: bytes | str

    @property
    def kind(self) -> int:
        """The first digit."""
        return self.code // 100

    def __str__(self) -> str:
        r"""As reasons and errors quote it: one line, not too long.

        >>> str(Reply(550, b"5.1.1 No such\nuser here"))
        '550 5.1.1 No such user here'
        """
        words = self.words if isinstance(self.words, str) else self.words.decode("utf-8", "replace")
        return " ".join([str(self.code), *words.split()] if self.code else words.split())[:500]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in, and as whom."""

    host: str
    port: int
    #: Encrypted from the first byte; otherwise as soon as the server offers it (STARTTLS).
    tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

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
    """The server that `smtp://[user:password@]host[:port]` or `smtps://...` names; %-escapes as in any URL.

    >>> parse_server("smtp://anna:p%40ss@mail.example.org")
    Server(host='mail.example.org', port=25, tls=False, user='anna')

    Raises:
        ProjectError: it is no such URL.
    """
    hint = "write it as smtp://host:port, smtps://user:password@host or folder:DIR"
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        raise ProjectError("the mail URL has no valid host or port", hint=hint) from None
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.path.strip("/") or parts.query:
        raise ProjectError("the mail URL names no mail server", hint=hint)
    return Server(
        host=host,
        port=port or _DEFAULT_PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def connect(server: Server, *, reply_s: float) -> smtplib.SMTP:
    """A connection on which mail can be sent; each answer may take `reply_s` seconds.

    Raises:
        Unreachable: nobody answered, or not as a mail server that we trust does.
        MailerBusy: the server is busy.
        ProjectError: the server does not let this user in.
    """
    try:
        with ExitStack() as hang_up:
            client = _dial(server, reply_s)
            hang_up.callback(client.close)
            # Where addresses are ASCII it is the same, and others are sent only to servers that offer SMTPUTF8.
            client.command_encoding = "utf-8"
            client.ehlo_or_helo_if_needed()
            is_private = server.tls or _encrypt(client, server)
            if server.user:
                _log_in(client, server, is_private=is_private)
            hang_up.pop_all()
    except OSError as error:
        raise _refusal(error, server) from error
    return client


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


def _dial(server: Server, reply_s: float) -> smtplib.SMTP:
    if server.tls:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=reply_s, context=tls_context(server))
    return smtplib.SMTP(server.host, server.port, timeout=reply_s)


def _encrypt(client: smtplib.SMTP, server: Server) -> bool:
    """Turns encryption on if the server offers it."""
    if not client.has_extn("starttls"):
        return False
    client.starttls(context=tls_context(server))
    client.ehlo_or_helo_if_needed()
    return True


def _log_in(client: smtplib.SMTP, server: Server, *, is_private: bool) -> None:
    if not is_private and not server.is_here:
        hint = "use smtps://, or a server that offers STARTTLS"
        raise ProjectError(f"{server} offers no encryption, and the password could be read on its way", hint=hint)
    if not (server.user + server.password).isascii():
        raise ProjectError(f"user and password for {server} are not ASCII", hint="smtplib sends no others")
    client.login(server.user, server.password)


def _refusal(error: OSError, server: Server) -> EnvoiError:
    """What a failed connection means."""
    reply = Reply(0, str(error))
    if isinstance(error, smtplib.SMTPResponseException):
        reply = Reply(error.smtp_code, error.smtp_error)
    if reply.code == BUSY:
        return MailerBusy(f"{server} is busy: {reply}", hint="send again later")
    if isinstance(error, smtplib.SMTPAuthenticationError) and reply.kind == NEVER:
        return ProjectError(f"{server} does not let user {server.user!r} in: {reply}", hint="check user and password")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return ProjectError(f"{server} has no log-in", hint="take user and password out of the mail URL")
    return Unreachable(f"{server} does not answer as a mail server: {reply}", hint="check host, port and network")
