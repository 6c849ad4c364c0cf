"""A mail server that misbehaves as told, down to drops, resets and silence, and counts what it took."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType


HANGS_UP = ""
IS_SILENT = "..."
_LONGEST_SILENCE_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the server answers at each step; it may also hang up without a word, or fall silent."""

    banner: str = "220 ready"
    auth: str = "235 welcome"
    mail: str = "250 ok"
    rcpt: str = "250 ok"
    data: str = "354 go ahead"
    verdict: str = "250 2.0.0 taken"
    #: Whether it keeps the message, whatever it says about it.
    keeps: bool = True
    #: Hangs up with a reset instead of an end.
    resets: bool = False
    #: Says 421 to every message after these many on one connection.
    per_connection: int = 1_000_000
    #: Takes so many messages on all connections, and says 421 to those after.
    in_all: int = 1_000_000
    extensions: tuple[str, ...] = ("SIZE 10000000",)
    starttls: str = "220 go ahead"
    #: Instead of the extensions.
    ehlo: str | None = None
    #: Says one octet at a time, and so long after the one before.
    drips_s: float = 0.0
    #: Recipients that get an answer of their own.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Asks for the message even if nobody is to get it (RFC 2920 3.1).
    asks_anyway: bool = False
    #: Reads no message to its end.
    stops_reading: bool = False


#: What most servers offer.
PIPELINED = ("SIZE 10000000", "PIPELINING")
OK = Behaviour()
BUSY_BANNER = Behaviour(banner="421 4.3.2 too busy")
GREYLISTS = Behaviour(rcpt="450 4.2.1 come back later")
NO_SUCH_USER = Behaviour(rcpt="550 5.1.1 no such user")
SPAM = Behaviour(verdict="554 5.7.1 looks like spam", keeps=False)
LOCAL_ERROR = Behaviour(verdict="451 4.3.0 local error", keeps=False)
DROPS_BEFORE_DOT = Behaviour(data=HANGS_UP, keeps=False)
ACCEPTS_AND_DROPS = Behaviour(verdict=HANGS_UP)
ACCEPTS_AND_RESETS = Behaviour(verdict=HANGS_UP, resets=True)


@dataclass(slots=True)
class Record:
    """What happened on all connections."""

    connections: int = 0
    commands: list[str] = field(default_factory=list)
    #: Recipients whose message the server was ready to take.
    awaited: set[str] = field(default_factory=set)
    #: Messages kept, by Message-ID without host; more than one under an id is a double.
    kept: dict[str, list[bytes]] = field(default_factory=dict)
    #: What came of messages whose dot never did.
    fragments: list[bytes] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many messages were kept in all."""
        return sum(len(copies) for copies in self.kept.values())

    @property
    def accepted(self) -> Counter[str]:
        """How often each message was accepted."""
        return Counter({message_id: len(copies) for message_id, copies in self.kept.items()})


class FaultServer:
    """Serves on a free port of the loopback while the block runs, one thread per connection.

    With a certificate it speaks TLS: from the first byte (`tls`), or once it is asked to (`starttls`).
    """

    def __init__(
        self,
        behaviour: Behaviour = OK,
        *,
        listener: Callable[[], None] = lambda: None,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
    ) -> None:
        """`listener` is called twice for each step of the dialogue: before the answer, and after it."""
        self.behaviour = behaviour
        self.tls = tls
        self.starttls = starttls
        self.listener = listener
        self.record = Record()
        self.has_ended = threading.Event()
        self.connections: list[socket.socket] = []
        self._tcp = _Tcp(("127.0.0.1", 0), _Dialogue)
        self._tcp.owner = self
        self._thread = threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._tcp.server_address[1])

    @property
    def url(self) -> str:
        """Where mail for it goes."""
        return f"{'smtps' if self.tls else 'smtp'}://127.0.0.1:{self.port}"

    def hang_up(self) -> None:
        """Ends all connections."""
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def has_heard(self, command: str) -> bool:
        """Whether the client says the command, now or in a moment."""
        for _ in range(500):
            if command in self.record.commands:
                return True
            self.has_ended.wait(0.01)
        return False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.has_ended.set()
        self._tcp.shutdown()
        self._thread.join()
        self._tcp.server_close()


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    # As many as senders open at once: a connection beyond it would seem open, and be greeted much later or never.
    request_queue_size = 256
    # A client that a test left waiting must not keep the server from ending.
    block_on_close = False
    owner: FaultServer


class _Dialogue(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Tcp
    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answers until the client or the behaviour ends it; a client that was killed is no error here."""
        owner = self.server.owner
        owner.record.connections += 1
        owner.connections.append(self.connection)
        self.recipient = ""
        self.messages = 0
        self.is_begun = self.is_addressed = False
        with suppress(OSError):
            if owner.tls:
                self._encrypt(owner.tls)
            if self._say(owner.behaviour.banner):
                while (line := self.rfile.readline().decode().strip()) and self._obey(line):
                    pass

    def finish(self) -> None:
        """Closes the socket itself, so that one told to reset does."""
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def _encrypt(self, context: ssl.SSLContext) -> None:
        self.request = context.wrap_socket(self.connection, server_side=True)
        self.setup()

    def _obey(self, line: str) -> bool:
        """Does what a command asks for; False if that ends the connection."""
        owner = self.server.owner
        owner.record.commands.append(line)
        verb = line.upper().replace(":", " ").split(maxsplit=1)[0]
        if verb == "STARTTLS" and owner.starttls:
            if self._say(owner.behaviour.starttls) and owner.behaviour.starttls.startswith("220"):
                self._encrypt(owner.starttls)
            return True
        self.messages += verb == "MAIL"
        if line.upper() == "AUTH LOGIN":
            for prompt in ("334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"):
                self._say(prompt)
                owner.record.commands.append(self.rfile.readline().decode().strip())
        if verb == "RCPT":
            self.recipient = line.partition("<")[2].partition(">")[0]
        answer = self._answer(verb, owner.behaviour)
        if verb == "MAIL":
            self.is_begun, self.is_addressed = answer.startswith("25"), False
        elif verb == "RCPT":
            self.is_addressed = answer.startswith("25")
        goes_on = self._say(answer) and verb != "QUIT"
        if goes_on and verb == "DATA" and answer.startswith("354"):
            return self._message(owner.behaviour)
        return goes_on

    def _answer(self, verb: str, behaviour: Behaviour) -> str:
        if verb == "MAIL" and self.messages > behaviour.per_connection:
            return "421 4.7.0 enough on one connection"
        if verb == "MAIL" and self.server.owner.record.taken >= behaviour.in_all:
            return "421 4.7.0 enough for now"
        answers = {
            "EHLO": _offers(behaviour) if behaviour.ehlo is None else behaviour.ehlo,
            "HELO": "250 fault",
            "AUTH": behaviour.auth,
            "MAIL": behaviour.mail,
            "RCPT": behaviour.answers.get(self.recipient, behaviour.rcpt) if self.is_begun else "503 5.5.1 no MAIL",
            "DATA": behaviour.data if self.is_addressed or behaviour.asks_anyway else "503 5.5.1 no recipients",
            "RSET": "250 ok",
            "QUIT": "221 bye",
        }
        return answers.get(verb, "502 no")

    def _message(self, behaviour: Behaviour) -> bool:
        """Reads to the dot and says what becomes of it; False if either side hangs up."""
        record = self.server.owner.record
        record.awaited.add(self.recipient)
        if behaviour.stops_reading:
            return self._say(IS_SILENT)
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                record.fragments.append(b"".join(lines))
                return False
            lines.append(line.removeprefix(b"."))
        if behaviour.keeps:
            data = b"".join(lines)
            message_id = str(message_from_bytes(data)["Message-ID"]).strip("<>").partition("@")[0]
            record.kept.setdefault(message_id, []).append(data)
        return self._say(behaviour.verdict)

    def _say(self, answer: str) -> bool:
        """Sends an answer; False if it ends the connection."""
        owner = self.server.owner
        owner.listener()
        if answer == IS_SILENT:
            owner.has_ended.wait(_LONGEST_SILENCE_S)
            return False
        if answer == HANGS_UP:
            # A socket that lingers for no time resets the connection when it is closed.
            linger = struct.pack("ii", owner.behaviour.resets, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        self._write(answer.encode() + b"\r\n", owner.behaviour.drips_s)
        owner.listener()
        return not answer.startswith("421")

    def _write(self, octets: bytes, drips_s: float) -> None:
        if not drips_s:
            self.wfile.write(octets)
        for octet in octets if drips_s else b"":
            self.wfile.write(bytes([octet]))
            if self.server.owner.has_ended.wait(drips_s):
                return


def _offers(behaviour: Behaviour) -> str:
    return "\r\n".join(["250-fault", *(f"250-{each}" for each in behaviour.extensions), "250 HELP"])
