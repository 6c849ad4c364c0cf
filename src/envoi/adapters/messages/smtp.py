"""A mailer that hands messages to a server by SMTP (RFC 5321), and knows on which side of the final dot it stopped.

`smtplib` raises the same error for a connection lost before the dot, when the server cannot have taken the message, and
after it, when it may have. So MAIL, RCPT and DATA are spoken here.
"""

from __future__ import annotations

import re
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp_connect import BUSY, DONE, LATER, NEVER, Reply, Server, connect
from envoi.errors import MailerBusy, ProjectError
from envoi.messages.ledger import Receipt, State

if TYPE_CHECKING:
    import smtplib
    from collections.abc import Callable

    from envoi.messages.port import Outgoing

_START_MAIL_INPUT = 354
_VERDICTS = {DONE: State.ACCEPTED, LATER: State.DEFERRED, NEVER: State.REJECTED}
#: Extensions a message may need, and how MAIL asks for them.
_OPTIONS = {"smtputf8": " SMTPUTF8", "8bitmime": " BODY=8BITMIME"}
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)
#: What would end the command or the address, and so let an address speak to the server.
_UNSPEAKABLE = re.compile("[\x00-\x20\x7f-\x9f<>\ud800-\udfff]")


class SmtpMailer:
    """Keeps one connection; one that the server dropped between two messages is opened again."""

    def __init__(self, server: Server, *, reply_s: float = 60.0, verdict_s: float = 600.0) -> None:
        """Waits up to `reply_s` seconds for an answer, and `verdict_s` for the one after the dot (RFC 5321 4.5.3.2)."""
        self._server = server
        self._reply_s = reply_s
        self._verdict_s = verdict_s
        self._client: smtplib.SMTP | None = None

    def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
        """See `Mailer.send`: 4xx is deferred and 5xx rejected, with the server's words.

        A connection lost before the dot is deferred too; lost after it, it is unknown. A 421 before the dot is
        `MailerBusy`; after it, it is a 4xx like others, and the next message meets a closed connection.
        """
        if _UNSPEAKABLE.search(outgoing.sender + outgoing.recipient):
            return Receipt(state=State.REJECTED, reason="the address holds a character that no server may be told")
        try:
            client = self._offer(outgoing)
        except OSError as error:
            self._hang_up()
            return Receipt(state=State.DEFERRED, reason=f"the connection was lost before the message was sent: {error}")
        if isinstance(client, Receipt):
            return client
        with ExitStack() as undo:
            # A server that waits for a message takes whatever comes next for one.
            undo.callback(self._hang_up)
            before_dot()
            undo.pop_all()
        return self._hand_over(client, outgoing.data)

    def close(self) -> None:
        """See `Mailer.close`."""
        if self._client:
            with suppress(OSError):
                self._client.quit()
        self._hang_up()

    def _offer(self, outgoing: Outgoing) -> smtplib.SMTP | Receipt:
        """The connection on which the server waits for the message, or why it does not."""
        if self._client:
            try:
                return self._ask_for(outgoing, self._client)
            except (OSError, MailerBusy):
                # Idle for too long, or enough messages on one connection; a new one shows if there is more to it.
                self._hang_up()
        self._client = connect(self._server, reply_s=self._reply_s)
        return self._ask_for(outgoing, self._client)

    def _ask_for(self, outgoing: Outgoing, client: smtplib.SMTP) -> smtplib.SMTP | Receipt:
        """MAIL, RCPT and DATA."""
        needed = _needed(outgoing)
        if lacking := [name for name in needed if not client.has_extn(name)]:
            reason = f"the mail server has no {lacking[0].upper()}, which this mail needs"
            return Receipt(state=State.REJECTED, reason=reason)
        reply = _ask(client, f"MAIL FROM:<{outgoing.sender}>" + "".join(needed.values()))
        if reply.kind == NEVER:
            self._hang_up()
            # It would be said to everyone alike, so it is not what becomes of this one.
            what = f"the mail server takes nothing from {outgoing.sender}: {reply}"
            raise ProjectError(what, hint="check the sender's address, user and password")
        for command in (f"RCPT TO:<{outgoing.recipient}>", "DATA"):
            if reply.kind == DONE:
                reply = _ask(client, command)
        return client if reply.code == _START_MAIL_INPUT else self._refused(reply, client)

    def _refused(self, reply: Reply, client: smtplib.SMTP) -> Receipt:
        """What it means that the server does not want the message, which it has not seen.

        Raises:
            MailerBusy: it wants to be left alone for now.
        """
        if reply.code == BUSY:
            self._hang_up()
            raise MailerBusy(f"{self._server} is busy: {reply}", hint="send again later")
        # A connection that is lost now is opened again for the next message.
        with suppress(OSError):
            _ask(client, "RSET")
        return Receipt(state=State.REJECTED if reply.kind == NEVER else State.DEFERRED, reason=str(reply))

    def _hand_over(self, client: smtplib.SMTP, data: bytes) -> Receipt:
        """Sends the message with its dot, and hears the verdict."""
        is_dot_sent = False
        try:
            # If this raises, the end of the data never left, and the dot is in it.
            client.send(dotted(data))
            is_dot_sent = True
            reply = self._verdict(client)
        except OSError as error:
            self._hang_up()
            what = "after the message was sent" if is_dot_sent else "while the message was sent"
            state = State.UNKNOWN if is_dot_sent else State.DEFERRED
            return Receipt(state=state, reason=f"the connection was lost {what}: {error}")
        state = _VERDICTS.get(reply.kind, State.UNKNOWN)
        if state is State.UNKNOWN:
            # Whatever it meant, the next answer may be one to an earlier question.
            self._hang_up()
        return Receipt(state=state, reason="" if state is State.ACCEPTED else str(reply))

    def _verdict(self, client: smtplib.SMTP) -> Reply:
        if client.sock:
            client.sock.settimeout(self._verdict_s)
        reply = Reply(*client.getreply())
        if client.sock:
            client.sock.settimeout(self._reply_s)
        return reply

    def _hang_up(self) -> None:
        if self._client:
            self._client.close()
            self._client = None


def dotted(data: bytes) -> bytes:
    r"""A message as DATA carries it (RFC 5321 4.5.2): a line's first dot is doubled, a line of one is the end.

    A bare CR or LF becomes a CRLF, since servers differ in what they take a dot after one for (SMTP smuggling).

    >>> dotted(b"a\r\n.b\n.\n")
    b'a\r\n..b\r\n..\r\n.\r\n'
    >>> dotted(b".")
    b'..\r\n.\r\n'
    """
    lines = _LINE_END.sub(b"\r\n", data)
    ending = b".\r\n" if lines.endswith(b"\r\n") else b"\r\n.\r\n"
    return _DOT_FIRST.sub(b"..", lines) + ending


def _needed(outgoing: Outgoing) -> dict[str, str]:
    """The extensions this message needs, and how MAIL asks for each."""
    is_needed = {
        "smtputf8": not (outgoing.sender + outgoing.recipient).isascii(),
        "8bitmime": not outgoing.data.isascii(),
    }
    return {name: option for name, option in _OPTIONS.items() if is_needed[name]}


def _ask(client: smtplib.SMTP, command: str) -> Reply:
    return Reply(*client.docmd(command))
