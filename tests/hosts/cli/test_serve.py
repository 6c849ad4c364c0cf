"""`envoi serve`: pages for this machine, until they are interrupted."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.hosts.cli.conftest import Run


def first_page(process: subprocess.Popen[str], url: str) -> bytes:
    """The page, as soon as there is one."""
    while process.poll() is None:
        with suppress(ConnectionRefusedError, URLError), urlopen(url) as page:  # noqa: S310 - it is ours
            found: bytes = page.read()
            return found
    raise AssertionError(process.stderr and process.stderr.read())


def test_pages_until_interrupted(imported: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["serve", "--port", str(port), "--json", "--project", str(imported)]
    with subprocess.Popen(
        [sys.executable, "-c", "from envoi.hosts.cli.main import main; main()", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        assert json.loads(process.stdout.readline()) == {"url": f"http://127.0.0.1:{port}"}
        assert b"Corner Shop" in first_page(process, f"http://127.0.0.1:{port}/")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == ""
    assert process.returncode in (0, 130)


def test_a_port_that_is_taken(envoi: Run, imported: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = envoi("serve", "--port", taken.getsockname()[1], "--json", "--project", imported)
    assert (ran.code, list(ran.answer)) == (5, ["error"])
    assert "fix: end what runs there, or name another port with --port" in ran.err
