"""One connection to a mail server: greeted once, then message after message, one round trip each where that is offered.

    we say     MAIL RCPT DATA            message 1 . MAIL RCPT DATA            message 2 . MAIL RCPT DATA
    it says                   250 250 354                           250 250 250 354
    and so                    1 is ready                            1 was taken; 2 is ready

The envelope of the next message goes out with the message before it (PIPELINING, RFC 2920); without that extension
each command waits for the answer to the one before.
"""

from __future__ import annotations

from collections import deque
from enum import Enum, auto
from math import inf
from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp_connect import tls_context
from envoi.adapters.messages.smtp_envelope import dotted, mail_command, rcpt_command
from envoi.adapters.messages.smtp_greeting import Ask, Encrypt, greet
from envoi.adapters.messages.smtp_reply import BUSY, DONE, NEVER, START_MAIL_INPUT, Garbled, Replies, Reply
from envoi.adapters.messages.smtp_wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.adapters.messages.smtp_connect import Server
    from envoi.adapters.messages.smtp_patience import Patience
    from envoi.adapters.messages.smtp_wire import Address
    from envoi.messages.port import Outgoing

#: "Requested mail action aborted: exceeded storage allocation": said to MAIL, but of this message (RFC 1870).
_TOO_LARGE = 552


class Heard(Enum):
    """What a server's answer makes of a message."""

    #: It waits for it.
    READY = auto()
    #: It does not want it, and has not seen it.
    REFUSED = auto()
    #: Nor any other of its sender.
    BANNED = auto()
    #: It has seen it, and this is its verdict.
    JUDGED = auto()


class _Of(Enum):
    """What an answer is to."""

    GREETING = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    #: To a dot without a message, after DATA was answered though nobody was to get it.
    NOTHING = auto()
    RSET = auto()


class Lost(ConnectionError):
    """The connection is of no more use; says why."""

    def __init__(self, what: str, *, is_silence: bool = False, is_busy: bool = False) -> None:
        super().__init__(what)
        #: The server did not answer in time.
        self.is_silence = is_silence
        #: It wants to be left alone, rather than to take the message it was offered.
        self.is_busy = is_busy


class Connection:
    """Says what is to be said next; `events` holds what the answers mean until somebody takes them away."""

    def __init__(self, server: Server, address: Address, name: str, *, patience: Patience, now: float) -> None:
        self._server = server
        self._patience = patience
        self._dialogue = greet(server, name)
        self._replies = Replies()
        #: What the next answers will be to, and about which message.
        self._awaited: deque[tuple[_Of, Outgoing | None]] = deque()
        #: The first refusal of the envelope that is being answered.
        self._refusal: tuple[_Of, Reply] | None = None
        #: Octets to be sent after the dot that is awaited.
        self._after_dot = 0
        self.offers: Mapping[str, str] = {}
        self.is_greeted = False
        #: The first words of the server.
        self.banner = ""
        #: How many messages it has judged; a connection that has may be ended by the server at any time.
        self.judged = 0
        #: The message whose dot was sent or is being sent, and the one whose envelope was.
        self.leaving: Outgoing | None = None
        self.offered: Outgoing | None = None
        #: Whether the server waits for the offered one.
        self.is_ready = False
        self.events: list[tuple[Heard, Outgoing, Reply]] = []
        self.deadline = now + patience.connect
        self.address = address
        self.wire = Wire(address)
        self._has_begun = False
        #: Answers that have come and were not looked at yet.
        self._more = 0

    @property
    def takes_envelope(self) -> bool:
        """Whether another message may be offered."""
        return self.is_greeted and self.offered is None and (self.leaving is None or self.is_pipelining)

    def waits_for(self, message_id: str) -> bool:
        """Whether its server waits for this message."""
        return self.is_ready and self.offered is not None and self.offered.message_id == message_id

    @property
    def is_dot_sent(self) -> bool:
        """Whether the server may have the message that is leaving."""
        return self.leaving is not None and self.wire.unsent <= self._after_dot

    @property
    def is_pipelining(self) -> bool:
        """Whether an envelope may go out with the message before it."""
        return "PIPELINING" in self.offers

    @property
    def due(self) -> float:
        """When the server has been silent for too long; infinite while nothing is asked of it."""
        return self.deadline if self._awaited or not self._has_begun else inf

    def offer(self, outgoing: Outgoing, now: float) -> None:
        """Says the envelope of a message, or as much of it as the server takes at a time."""
        envelope = self._envelope(outgoing)
        self._after_dot += len(envelope)
        self._say(envelope, now)

    def release(self, now: float, *, then: Outgoing | None = None) -> None:
        """Sends the message that the server waits for, and the envelope of the next with it."""
        outgoing, self.offered, self.is_ready = self.offered, None, False
        assert outgoing  # noqa: S101 - the caller saw that it is ready
        self.leaving = outgoing
        self._awaited.append((_Of.DOT, outgoing))
        envelope = self._envelope(then) if then else b""
        self._after_dot = len(envelope)
        self.deadline = now + self._patience.message
        self.wire.send(dotted(outgoing.data, then=envelope))
        if self.is_dot_sent:
            self.deadline = now + self._patience.verdict

    def advance(self, mask: int, now: float) -> None:
        """Goes on after something happened to its socket.

        Raises:
            OSError: the connection is lost.
            MailerBusy, ProjectError, Unreachable: see `greet`.
        """
        was_unsent = self.wire.unsent
        data = self.wire.advance(mask)
        if self.wire.is_open and not self._has_begun:
            self._has_begun = True
            self._greet(None, now)
        if was_unsent > self._after_dot >= self.wire.unsent and self.leaving:
            self.deadline = now + self._patience.verdict
        if data:
            self._hear(data, now)

    def check(self, now: float) -> None:
        """Ends a silence that was too long.

        Raises:
            Lost: it was.
        """
        if now > self.due:
            raise Lost(f"timed out: {self._server} did not answer in time", is_silence=True)

    def close(self) -> None:
        """Says good-bye where that can be understood, and does not wait for the answer."""
        try:
            if self.is_greeted and not self._awaited and not self.offered and not self.wire.unsent:
                self.wire.send(b"QUIT\r\n")
        except OSError:
            pass
        finally:
            self.wire.close()

    def _envelope(self, outgoing: Outgoing) -> bytes:
        self.offered, self._refusal = outgoing, None
        self._awaited.append((_Of.MAIL, outgoing))
        text = mail_command(outgoing, self.offers)
        if self.is_pipelining:
            self._awaited += [(_Of.RCPT, outgoing), (_Of.DATA, outgoing)]
            text += rcpt_command(outgoing) + "DATA\r\n"
        return text.encode()

    def _say(self, data: bytes, now: float) -> None:
        if self._more:
            raise Garbled("the server answered what it had not been asked yet")
        self.wire.send(data)
        if self._awaited[0][0] is not _Of.DOT:
            self.deadline = now + self._allowed(self._awaited[0][0])

    def _hear(self, data: bytes, now: float) -> None:
        replies = self._replies.feed(data)
        self._more = len(replies)
        for reply in replies:
            self._more -= 1
            if not self._awaited:
                raise Lost(f"the server said {reply}, which answers nothing")
            of, outgoing = self._awaited.popleft()
            self._answered(of, outgoing, reply, now)
        if replies and self._awaited:
            self.deadline = now + self._allowed(self._awaited[0][0])
        if not self._awaited and not self._replies.is_between:
            raise Garbled("the server went on talking when nobody had asked")

    def _allowed(self, of: _Of) -> float:
        if of is _Of.DOT:
            return self._patience.verdict
        return self._patience.data if of is _Of.DATA else self._patience.command

    def _answered(self, of: _Of, outgoing: Outgoing | None, reply: Reply, now: float) -> None:
        if of is _Of.GREETING:
            self._greet(reply, now)
            return
        if of is _Of.DOT:
            self._judged(reply)
        if reply.code == BUSY:
            raise Lost(f"the server said {reply}", is_busy=of is not _Of.DOT)
        if outgoing and of is not _Of.DOT:
            self._envelope_answered(of, outgoing, reply, now)

    def _judged(self, reply: Reply) -> None:
        outgoing = self.leaving
        assert outgoing  # noqa: S101 - a dot is awaited
        if not self.is_dot_sent:
            raise Lost(f"the server did not wait for the end of the message: {reply}")
        if reply.kind == 3:  # noqa: PLR2004 - "go on" is no answer to a dot (RFC 5321 4.2.1)
            raise Garbled(f"the server answered the message with {reply}")
        self.leaving = None
        self.judged += 1
        self.events.append((Heard.JUDGED, outgoing, reply))

    def _envelope_answered(self, of: _Of, outgoing: Outgoing, reply: Reply, now: float) -> None:
        expected = reply.code == START_MAIL_INPUT if of is _Of.DATA else reply.kind == DONE
        if not expected and self._refusal is None:
            self._refusal = (of, reply)
        if of is _Of.DATA and not self._refusal:
            self.is_ready = True
            self.events.append((Heard.READY, outgoing, reply))
        elif self.is_pipelining:
            if of is _Of.DATA:
                self._refused(outgoing, now, must_end=reply.code == START_MAIL_INPUT)
        elif self._refusal:
            self._refused(outgoing, now, must_end=False)
        else:
            following = _Of.RCPT if of is _Of.MAIL else _Of.DATA
            self._awaited.append((following, outgoing))
            self._say((rcpt_command(outgoing) if following is _Of.RCPT else "DATA\r\n").encode(), now)

    def _refused(self, outgoing: Outgoing, now: float, *, must_end: bool) -> None:
        """Ends a transaction that came to nothing, so that the next can begin."""
        assert self._refusal  # noqa: S101 - that is why
        of, reply = self._refusal
        is_banned = of is _Of.MAIL and reply.kind == NEVER and reply.code != _TOO_LARGE
        self.offered = None
        self.events.append((Heard.BANNED if is_banned else Heard.REFUSED, outgoing, reply))
        # With nobody to get it a server may wait for a message all the same (RFC 2920 3.1); nothing is in it.
        self._awaited.append((_Of.NOTHING if must_end else _Of.RSET, None))
        self._say(b".\r\n" if must_end else b"RSET\r\n", now)

    def _greet(self, reply: Reply | None, now: float) -> None:
        """The next step of the greeting."""
        self.banner = self.banner or (str(reply) if reply else "")
        try:
            step = self._dialogue.send(reply) if reply else next(self._dialogue)
            while isinstance(step, Encrypt):
                if self._more or not self._replies.is_between:
                    raise Garbled("the server said something in clear after it agreed to encrypt")
                self.deadline = now + self._patience.connect
                self.wire.encrypt(tls_context(self._server), self._server.host)
                step = self._dialogue.send(Reply(0, b""))
        except StopIteration as greeted:
            self.offers = greeted.value
            self.is_greeted = True
            return
        assert isinstance(step, Ask)  # noqa: S101 - there is nothing else
        self._awaited.append((_Of.GREETING, None))
        self._say(f"{step.line}\r\n".encode() if step.line else b"", now)
