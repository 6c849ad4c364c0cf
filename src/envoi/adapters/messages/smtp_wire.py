"""A socket that never waits, plain or encrypted: what cannot be sent yet is sent when it can."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
from contextlib import suppress
from typing import Any

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
_AT_ONCE = 1 << 16
#: As `socket.getaddrinfo` gives it.
Address = tuple[int, int, int, str, Any]


class Wire:
    """One connection; every method may raise OSError, which means that it is lost."""

    def __init__(self, address: Address) -> None:
        family, kind, protocol, _, where = address
        self.socket = socket.socket(family, kind, protocol)
        self.socket.settimeout(0)
        #: Stays the same when the socket is encrypted, and after it is closed.
        self.fileno = self.socket.fileno()
        self._is_connected = self._shakes_hands = False
        self._out = memoryview(b"")
        #: What it waits for.
        self.wants = WRITE
        code = self.socket.connect_ex(where)
        if code not in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
            self.socket.close()
            raise OSError(code, os.strerror(code))

    @property
    def unsent(self) -> int:
        """How many octets are not with the system yet."""
        return len(self._out)

    @property
    def is_open(self) -> bool:
        """Whether one can talk: it is connected, and encrypted if that was asked for."""
        return self._is_connected and not self._shakes_hands

    @property
    def tls(self) -> ssl.SSLSocket | None:
        """The encrypted socket, if it is one."""
        return self.socket if isinstance(self.socket, ssl.SSLSocket) else None

    def advance(self, mask: int) -> bytes:
        """Goes on where `wants` said; what came, if anything did."""
        if not self._is_connected:
            self._connect()
        if self._shakes_hands:
            self._shake_hands()
        if self._out:
            self._flush()
        return self._receive() if mask & READ and self.is_open else b""

    def send(self, data: bytes) -> None:
        """Sends what the system takes at once, and keeps the rest."""
        self._out = memoryview(b"".join((self._out, data)) if self._out else data)
        if self.is_open:
            self._flush()

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Encrypts from here on."""
        self.socket = context.wrap_socket(self.socket, server_hostname=host, do_handshake_on_connect=False)
        self._shakes_hands = True
        if self._is_connected:
            self._shake_hands()

    def close(self) -> None:
        """Ends it."""
        self.socket.close()

    def _connect(self) -> None:
        if code := self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code))
        self.socket.getpeername()
        with suppress(OSError):
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._is_connected = True
        self.wants = READ

    def _shake_hands(self) -> None:
        assert isinstance(self.socket, ssl.SSLSocket)  # noqa: S101 - only `encrypt` asks for it
        self.wants = READ
        try:
            self.socket.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLWantWriteError:
            self.wants = WRITE
            return
        self._shakes_hands = False

    def _flush(self) -> None:
        self.wants = READ
        try:
            while self._out:
                self._out = self._out[self.socket.send(self._out) :]
        except (BlockingIOError, ssl.SSLWantWriteError):
            self.wants = READ | WRITE
        except ssl.SSLWantReadError:
            pass

    def _receive(self) -> bytes:
        parts: list[bytes] = []
        try:
            while True:
                part = self.socket.recv(_AT_ONCE)
                if not part:
                    if parts:
                        break
                    raise ConnectionAbortedError("the server hung up")
                parts.append(part)
                # What is encrypted may be here already without the system knowing of it.
                if not self.tls:
                    break
        except (BlockingIOError, ssl.SSLWantReadError):
            pass
        except ssl.SSLWantWriteError:
            self.wants = READ | WRITE
        return b"".join(parts)


def own_name() -> str:
    """Who we say we are (RFC 5321 4.1.1.1): this machine's name, or that it has none."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() and not name.startswith("localhost.") else "[127.0.0.1]"
