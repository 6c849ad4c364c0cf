"""A small shop that takes events in, and the server that does it, in a thread or as a process of its own."""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from httpx2 import Client, TransportError

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.segments.sqlite import SqliteMemberships
from envoi.clock import Clock
from envoi.events.event import PersonId, Rejected, Stored
from envoi.hosts.folder import state_folder
from envoi.hosts.live.api import Message, Receive, Send
from envoi.hosts.live.host import LiveHost
from envoi.hosts.live.serve import server
from envoi.segments.live import LiveJudge

KEY = "WRITE_KEY_TEST"

FILES = {
    "envoi.toml": """
name = "Corner shop"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street, Lisbon"
""",
    "events/plan.toml": """
unplanned = "accept"
[events."Order Completed".properties]
total = "number"
[events."Product Viewed".properties]
product_id = "text"
[traits]
email = "text"
plan = "text"
""",
    "segments/buyers.toml": """
name = "Buyers"
condition = 'did "Order Completed" where total >= 10 in the last 30 days'
""",
    "segments/browsing.toml": """
name = "Browsing"
condition = 'did "Product Viewed" in the last 2 seconds'
""",
    "segments/not-yet.toml": """
name = "Not yet"
condition = 'did "Product Viewed" and did not "Order Completed"'
""",
}


def make(root: Path) -> Path:
    """Writes the project's files."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    os.environ.setdefault("ENVOI_WRITE_KEY", KEY)
    return root


def host(root: Path, clock: Clock | None = None) -> LiveHost:
    """The live host, without pages."""
    return LiveHost(root, no_pages, judge=LiveJudge, clock=clock)


async def no_pages(scope: Message, receive: Receive, send: Send) -> None:
    """What a page-less project answers: to the server's start and end, and nothing else."""
    if scope["type"] == "lifespan":
        for _ in range(2):
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
        return
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


@contextmanager
def served(root: Path, *, clock: Clock | None = None) -> Iterator[str]:
    """Serves the project in a thread, and gives the address when it takes events."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = server(host(root, clock))
        thread = threading.Thread(target=made.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            wait_until_open(address)
            yield address
        finally:
            made.should_exit = True
            thread.join()


def wait_until_open(address: str, *, within_s: float = 30) -> None:
    """Returns when events are taken; an empty batch asks."""
    end = time.monotonic() + within_s
    while True:
        try:
            with Client(base_url=address, auth=(KEY, "")) as client:
                if client.post("/v1/batch", json={"batch": []}).status_code == 200:
                    return
        except TransportError:
            pass
        if time.monotonic() > end:
            raise TimeoutError("the live host does not open")
        time.sleep(0.02)


def logged(root: Path) -> list[Stored]:
    """All that another process finds in the log."""
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        return list(SqliteEventLog(connection).read())


def set_aside(root: Path) -> list[Rejected]:
    """All that another process finds set aside."""
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        return list(SqliteEventLog(connection).set_aside())


def segments_of(root: Path, person: str) -> set[str]:
    """The segments in which another process finds the person."""
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        return set(SqliteMemberships(connection).of(PersonId(person)))


def encoded(content: object) -> bytes:
    """JSON."""
    return msgspec.json.encode(content)


def main(root: Path, port: int) -> None:
    """Serves the project at the port until it is told to stop, or killed."""
    logging.basicConfig(level=logging.INFO)
    with socket.create_server(("127.0.0.1", port)) as listening:
        server(host(root)).run(sockets=[listening])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))


def until(true: Callable[[], bool], *, within_s: float = 30) -> None:
    """Returns when it is true."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
