"""Starts senders quickly: a process that has read all the code already makes copies of itself.

Run as a program it is that process: it reads jobs and answers with process ids, reads process ids and answers with how
they ended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from tests.faults.send_campaign import Job, main

if TYPE_CHECKING:
    from collections.abc import Iterator


class Nursery:
    """The other end of such a process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def start(self, job: Job) -> int:
        """The id of a process that does the job."""
        return self._ask(msgspec.json.encode(job))

    def wait(self, pid: int) -> int:
        """How it ended, as `subprocess` tells it: -9 if it was killed."""
        return self._ask(b"%d" % pid)

    def run(self, job: Job) -> int:
        """Does the job and says how that ended."""
        return self.wait(self.start(job))

    def _ask(self, line: bytes) -> int:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def nursery() -> Iterator[Nursery]:
    """One that ends with the block, and with it all that it started."""
    command = [sys.executable, "-m", "tests.faults.nursery"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Nursery(process)
        assert process.stdin
        process.stdin.close()


def _serve() -> None:
    for line in sys.stdin.buffer:
        answer = _end_of(int(line)) if line.strip().isdigit() else _start(line)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def _start(line: bytes) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        main(msgspec.json.decode(line, type=Job))
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(status)


def _end_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    _serve()
