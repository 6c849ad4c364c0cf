"""A PostgreSQL server of the tests' own, on a socket in a folder of its own; it ends with them."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from envoi.adapters.postgres import Postgres

#: A folder that other users may enter too, whatever TMPDIR says, and whose name is short.
TEMP = "/tmp"  # noqa: S108
#: PostgreSQL refuses to run as root; Debian's package makes a user for it.
_USER = "postgres"
#: Durability is the server's own promise, and tests that pull its plug start it as it comes.
_QUICK = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")


@contextmanager
def fresh() -> Iterator[Postgres]:
    """A connection to an empty database."""
    with closing(Postgres(empty())) as database:
        yield database


def empty() -> str:
    """The address of a database with nothing in it; what an earlier test kept in it is gone."""
    url = server()
    with closing(Postgres(url)) as database:
        database.rows("DROP SCHEMA public CASCADE")
        database.rows("CREATE SCHEMA public")
    return url


@cache
def server() -> str:
    """The address of the server for all tests, started when it is first asked for."""
    folder = Path(mkdtemp(prefix="pg", dir=TEMP))
    started = Server(folder)
    started.make()
    started.start(*_QUICK)

    def end() -> None:
        started.crash()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return started.url


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a folder, whose name is short: a socket's path may not be longer than 107 bytes."""

    folder: Path

    @property
    def url(self) -> str:
        """What it is reached by."""
        return f"postgresql:///postgres?host={self.folder}&user={_USER}"

    def make(self) -> None:
        """Makes the files it works on."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, _USER)
        self._run("initdb", "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")

    def start(self, *options: str) -> None:
        """Starts it, and waits until it answers."""
        said = " ".join(["-k", str(self.folder), "-h", "''", *options])
        self._run("pg_ctl", "-l", self.folder / "log", "-o", said, "-w", "start")

    def crash(self) -> None:
        """Ends it as a power cut would: no connection is told, nothing is written any more."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: object) -> None:
        binaries = _binaries()
        if binaries is None:
            pytest.skip("needs PostgreSQL: `make test` installs Debian's when run as root")
        subprocess.run(
            [str(binaries / program), "-D", str(self.folder / "data"), *map(str, arguments)],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            user=_USER if os.geteuid() == 0 else None,
        )


def _binaries() -> Path | None:
    """The folder of Debian's newest server, or of the one on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("pg_ctl")
    program = found[-1] if found else Path(on_path).resolve() if on_path else None
    return program.parent if program else None
