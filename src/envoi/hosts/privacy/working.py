"""A process of its own that erases whom a request names: the pages, which have history open, must not wait for it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from envoi.clock import SystemClock
from envoi.errors import EnvoiError
from envoi.hosts.privacy.erasing import erase
from envoi.hosts.privacy.requests import Requests


def main(root: Path, number: int, by: str) -> None:
    """Does it, and says in the request how that ended."""
    requests = Requests(root)
    asked = next(each for each in requests.all() if each.number == number)
    try:
        receipt = erase(root, [asked.person], because=asked.because, by=by)
    except EnvoiError as error:
        requests.failed(number, str(error))
        raise
    requests.done(number, SystemClock().now(), receipt=receipt.erasure)


def begin(root: Path, number: int, by: str) -> threading.Thread:
    """Begins it, and returns at once."""
    # -P: what lies in the current folder is not imported.
    command = [sys.executable, "-P", "-m", "envoi.hosts.privacy.working", str(root), str(number), by]
    # Our own module, on our own folder; it goes on when this process ends.
    thread = threading.Thread(
        target=lambda: subprocess.run(command, check=False, start_new_session=True),  # noqa: S603
        name="erasing",
        daemon=True,
    )
    thread.start()
    return thread


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    except EnvoiError as error:
        sys.exit(f"not erased yet: {error}")
