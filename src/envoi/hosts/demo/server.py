"""The demo's mail server in a process of its own, as real ones are: it takes no time from the sender."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import IO, TYPE_CHECKING

from envoi.errors import Unreachable
from envoi.hosts.demo.sink import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def mail_server(folder: Path) -> Iterator[str]:
    """While the block runs, a server writes the mails it is sent into `folder`; gives its URL.

    Raises:
        Unreachable: the server did not start; what it says is on stderr.
    """
    # -P: what lies in the current folder is not imported.
    line = [sys.executable, "-P", "-m", __name__, str(folder)]
    # A session of its own: Ctrl-C is for the sender. When that is gone, the server's input ends, and then the server.
    with subprocess.Popen(line, stdin=PIPE, stdout=PIPE, text=True, start_new_session=True) as server:  # noqa: S603
        url = server.stdout.readline().strip() if server.stdout else ""
        if not url:
            raise Unreachable("the demo's mail server did not start", hint="see what it says above")
        yield url


def serve(folder: Path, *, until: IO[str], say: IO[str]) -> None:
    """Says where the server is, and runs it until the input ends."""
    with Sink(folder) as sink:
        say.write(f"{sink.url}\n")
        say.flush()
        until.read()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), until=sys.stdin, say=sys.stdout)
