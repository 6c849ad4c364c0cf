"""Sends single events at a rate that does not give way, and tells how long each took, from when it was due to be sent.

A load that waits for an answer before it sends again asks less of a server that is slow, and does not see how many
would have waited. Here the instants are drawn beforehand, at random as visitors come; if no connection is free the
event waits for one, and that counts too.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from _shop import UNIQUE

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 64
#: What comes in the first so many seconds is not counted.
WARM_S = 1.0

_head = re.compile(
    rb"HTTP/1\.1 (?P<status>\d+).*?\r\ncontent-length: (?P<length>\d+)\r\n(.*?\r\n)?\r\n", re.DOTALL
).match


@dataclass(slots=True)
class Took:
    """What became of the events that were sent."""

    #: From when each was due to when its answer was there, in seconds.
    answered: list[float] = field(default_factory=list)
    #: How much later than due each was sent: because no connection was free, or because this program was late itself.
    sent: list[float] = field(default_factory=list)
    failed: int = 0


def requests(path: Path, authorization: str) -> Iterator[bytes]:
    """Requests without end, each with an id of its own."""
    salt = os.urandom(3).hex()
    halves = [line.encode().split(UNIQUE.encode()) for line in path.read_text(encoding="utf-8").splitlines()]
    head = "POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: {}\r\n"
    length = b"Content-Length: %d\r\n\r\n"
    number = 0
    while True:
        before, after = halves[number % len(halves)]
        size = len(before) + len(UNIQUE) + len(after)
        yield b"".join(
            [head.format(authorization).encode(), length % size, before, f"{salt}{number:06x}".encode(), after]
        )
        number += 1


def instants(rate: float, seconds: float) -> Iterator[float]:
    """When events are due, in seconds from the start: at random, so many a second."""
    chance = random.Random(7)
    at = 0.0
    while (at := at + chance.expovariate(rate)) < seconds:
        yield at


def answer(connection: socket.socket) -> bytes:
    """The status of an answer of which something is there; returns when all of it is."""
    content = b""
    while not (head := _head(content)) or len(content) < head.end() + int(head["length"]):
        part = connection.recv(4_096)
        if not part:
            raise ConnectionError("the server ended the connection")
        content += part
    return head["status"]


def run(port: int, bodies: Iterator[bytes], due: Iterator[float]) -> Took:
    """Sends them all, and returns when the last is answered."""
    free = deque(socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS))
    for one in free:
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    busy: dict[socket.socket, float] = {}
    took = Took()
    start = time.perf_counter()
    following = next(due, None)
    while following is not None or busy:
        now = time.perf_counter() - start
        while following is not None and following <= now and free:
            connection = free.popleft()
            connection.sendall(next(bodies))
            busy[connection] = following
            if following > WARM_S:
                took.sent.append(now - following)
            following = next(due, None)
            now = time.perf_counter() - start
        wait = None if following is None or not free else max(following - now, 0)
        ready, _, _ = select.select(list(busy), [], [], wait)
        now = time.perf_counter() - start
        for connection in ready:
            at = busy.pop(connection)
            took.failed += answer(connection) != b"200"
            if at > WARM_S:
                took.answered.append(now - at)
            free.append(connection)
    return took


def main(port: int, path: Path, rate: float, seconds: float) -> None:
    """Prints what `live_rate.py` reads."""
    took = run(port, requests(path, os.environ["LOAD_AUTHORIZATION"]), instants(rate, seconds))
    answered, sent = (quantiles(each, n=1_000) for each in (took.answered, took.sent))
    found = {
        "rate": len(took.answered) / (seconds - WARM_S),
        "p50_ms": answered[499] * 1e3,
        "p99_ms": answered[989] * 1e3,
        "p999_ms": answered[998] * 1e3,
        "sent_late_p99_ms": sent[989] * 1e3,
        "failed": took.failed,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]))
