"""Same data, project and clock: byte-identical decisions and mails, in two processes, with one thread and with two.

Each run is a process with a hash seed of its own; digests are of the decisions in the log and of the files with mails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
from _measure import machine

from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.events.event import Name
from envoi.hosts import local
from envoi.hosts.demo.steps import Demo
from envoi.hosts.local import open_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RUNS = (("1", "1"), ("2", "7"))


def main() -> None:
    """Prints the digests of each run, and fails if they differ."""
    print(machine())
    digests = set()
    with TemporaryDirectory() as folder:
        for threads, seed in RUNS:
            line = [sys.executable, __file__, str(Path(folder) / threads), threads]
            told = heard(line, seed=seed)
            print(f"DuckDB threads {threads}, hash seed {seed}: {told}")
            digests.add(told)
    assert len(digests) == 1, "the runs differ"
    print("identical")


def heard(line: list[str], *, seed: str) -> str:
    """What the command says."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    ran = subprocess.run(line, check=True, capture_output=True, text=True, env=environment)  # noqa: S603
    return ran.stdout.strip()


def run(root: Path, threads: int) -> str:
    """Makes a demo with so many threads, and says what came of it."""
    local.DuckTables = partial(DuckTables, resources=Resources(threads=threads))  # type: ignore[assignment,misc]
    Demo(root=root, progress=quietly).run()
    decisions, mails = blake2b(digest_size=8), blake2b(digest_size=8)
    made = 0
    with open_project(root) as envoi:
        for stored in envoi.stores.log.read():
            if stored.event.name == Name.DECISION_MADE:
                decisions.update(msgspec.json.encode(stored))
                made += 1
    files = sorted((root / "mail").glob("*.eml"))
    for file in files:
        mails.update(file.name.encode() + file.read_bytes())
    return f"{made:,} decisions {decisions.hexdigest()}, {len(files):,} mails {mails.hexdigest()}"


@contextmanager
def quietly(_what: str, _unit: str) -> Iterator[Callable[[int, int], None]]:
    """No progress bar."""
    yield lambda _done, _total: None


if __name__ == "__main__":
    print(run(Path(sys.argv[1]), int(sys.argv[2]))) if sys.argv[1:] else main()
