"""The dialogue before the first mail: who is there, encryption, and who we are; it reads and writes nothing itself.

`greet` asks by yielding and is told the answer, so it is the same for any kind of connection.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp_connect import Tls
from envoi.adapters.messages.smtp_reply import BUSY, DONE, NEVER, Reply
from envoi.errors import MailerBusy, ProjectError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from envoi.adapters.messages.smtp_connect import Server

#: What a server can do, in capitals, each with its parameters (RFC 5321 4.1.1.1).
Offers = dict[str, str]

_GO_ON = 334


@dataclass(frozen=True, slots=True)
class Ask:
    """A line to say, without its end, and to wait for the answer; an empty one says nothing."""

    line: str


@dataclass(frozen=True, slots=True)
class Encrypt:
    """Encrypts the connection; the answer means nothing."""


def greet(server: Server, name: str) -> Generator[Ask | Encrypt, Reply, Offers]:
    """Comes as far as the server takes mail; `name` is who we say we are.

    Raises:
        MailerBusy: the server wants to be left alone.
        ProjectError: it does not let this user in, or not as safely as the project asks for.
        Unreachable: it does not answer as a mail server.
    """
    if server.tls is Tls.IMPLICIT:
        yield Encrypt()
    _require(server, (yield Ask("")))
    offers = yield from _hello(server, name)
    is_private = server.tls is Tls.IMPLICIT
    if not is_private and server.tls is not Tls.OFF:
        is_private = yield from _start_tls(server, offers)
        if is_private:
            # What was offered in clear may not have been said by the server (RFC 3207 4.2).
            offers = yield from _hello(server, name)
    if server.user:
        yield from _log_in(server, offers, is_private=is_private)
    return offers


def _hello(server: Server, name: str) -> Generator[Ask | Encrypt, Reply, Offers]:
    reply = yield Ask(f"EHLO {name}")
    if reply.kind == NEVER:
        # A server from before extensions.
        _require(server, (yield Ask(f"HELO {name}")))
        return {}
    _require(server, reply)
    words = reply.words if isinstance(reply.words, bytes) else reply.words.encode()
    _, *lines = words.decode("utf-8", "replace").split("\n")
    return {word.upper(): parameters for word, _, parameters in (line.strip().partition(" ") for line in lines)}


def _start_tls(server: Server, offers: Mapping[str, str]) -> Generator[Ask | Encrypt, Reply, bool]:
    """Whether the connection is encrypted now."""
    refusal = Reply(0, "")
    if "STARTTLS" in offers:
        refusal = yield Ask("STARTTLS")
        if refusal.kind == DONE:
            yield Encrypt()
            return True
    if server.tls is Tls.REQUIRE:
        said = f": {refusal}" if refusal.code else ""
        hint = "ask who runs it; or, where others may read the mail on its way, write tls=opportunistic in the mail URL"
        raise ProjectError(f"{server} offers no encryption, which this project requires{said}", hint=hint)
    return False


def _log_in(server: Server, offers: Mapping[str, str], *, is_private: bool) -> Generator[Ask | Encrypt, Reply, None]:
    if not is_private and not server.is_here:
        hint = "use smtps://, or a server that offers STARTTLS"
        raise ProjectError(f"{server} offers no encryption, and the password could be read on its way", hint=hint)
    ways = offers.get("AUTH", "").upper().split()
    if "PLAIN" in ways:
        reply = yield Ask(f"AUTH PLAIN {_base64(f'{chr(0)}{server.user}{chr(0)}{server.password}')}")
    elif "LOGIN" in ways:
        reply = yield Ask("AUTH LOGIN")
        for word in (server.user, server.password):
            if reply.code == _GO_ON:
                reply = yield Ask(_base64(word))
    else:
        hint = "take user and password out of the mail URL" if not ways else "use a server that knows PLAIN or LOGIN"
        raise ProjectError(f"{server} has no log-in that we know", hint=hint)
    if reply.kind == NEVER:
        raise ProjectError(f"{server} does not let user {server.user!r} in: {reply}", hint="check user and password")
    _require(server, reply)


def _require(server: Server, reply: Reply) -> None:
    if reply.code == BUSY:
        raise MailerBusy(f"{server} is busy: {reply}", hint="send again later")
    if reply.kind != DONE:
        raise Unreachable(f"{server} does not answer as a mail server: {reply}", hint="check host, port and network")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")
