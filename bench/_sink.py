"""A mail server that takes everything at once and keeps nothing but a count: the other end of `bench/send.py`."""

from __future__ import annotations

import selectors
import socket
import sys
from dataclasses import dataclass

_OFFERS = b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
_AT_ONCE = 1 << 18


@dataclass(slots=True)
class Client:
    """One connection: what came and was not understood yet, and whether it is a message."""

    rest: bytes = b""
    in_message: bool = False


class Sink:
    """Answers all connections in one thread."""

    def __init__(self) -> None:
        self.accepted = 0
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._selector.register(self._listener, selectors.EVENT_READ)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def serve(self) -> None:
        """Until it is killed."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    connection, _ = self._listener.accept()
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    connection.sendall(b"220 sink\r\n")
                    self._selector.register(connection, selectors.EVENT_READ, Client())
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj, key.data)

    def _hear(self, connection: socket.socket, client: Client) -> None:
        try:
            data = connection.recv(_AT_ONCE)
            if data:
                connection.sendall(self._answers(client, client.rest + data))
                return
        except OSError:
            pass
        self._selector.unregister(connection)
        connection.close()

    def _answers(self, client: Client, data: bytes) -> bytes:
        answers = []
        while data:
            if client.in_message:
                end = data.find(b"\r\n.\r\n")
                if end < 0:
                    break
                data, client.in_message = data[end + 5 :], False
                self.accepted += 1
                answers.append(b"250 2.0.0 taken\r\n")
                continue
            line, ended, rest = data.partition(b"\r\n")
            if not ended:
                break
            data, verb = rest, line[:4].upper()
            client.in_message = verb == b"DATA"
            answers.append(_OFFERS if verb == b"EHLO" else b"354 go\r\n" if client.in_message else b"250 ok\r\n")
        client.rest = data
        return b"".join(answers)


if __name__ == "__main__":
    sink = Sink()
    sys.stdout.write(f"{sink.port}\n")
    sys.stdout.flush()
    sink.serve()
