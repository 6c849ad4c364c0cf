"""A web server of this machine that answers as a test wants, and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes


#: Writes the whole answer: the handler has been asked that.
Say = Callable[[BaseHTTPRequestHandler, Asked], None]


@dataclass(slots=True, kw_only=True)
class Server:
    """Where it is, what it was asked, and what it says."""

    url: str
    say: Say
    asked: list[Asked] = field(default_factory=list)
    #: Set when it is to end: who waits for it ends too.
    over: threading.Event = field(default_factory=threading.Event)


def saying(status: int, body: bytes, **headers: str) -> Say:
    """Always the same."""

    def say(handler: BaseHTTPRequestHandler, _: Asked) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return say


@contextmanager
def answering(say: Say) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            one = Asked(path=self.path, headers={k.lower(): v for k, v in self.headers.items()}, body=body)
            served.asked.append(one)
            served.say(self, one)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        served = Server(url=f"http://127.0.0.1:{server.server_port}/ask", say=say)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            served.over.set()
            server.shutdown()
            thread.join()
