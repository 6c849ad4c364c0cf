"""A file read in a process of its own gives the same batches, says what broke, and leaves no process behind."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envoi.clock import Instant
from envoi.errors import DataError, StoreFailed
from envoi.events.port import Batch, Mark
from envoi.hosts import apart
from envoi.hosts.apart import End, Job
from envoi.hosts.reading import FileToImport, Reading

ENVOI_TOML = """
name = "Corner"
[sender]
name = "Corner shop"
email = "shop@example.org"
[shop]
name = "Corner shop"
address = "1 Corner Street"
"""
ROWS = 2_000
SEEN_AT = Instant(1_800_000_000_000_000)
#: Reads one batch, says so, and waits to be killed.
CHILD = """
import sys
from pathlib import Path
from envoi.hosts.apart import Job, batches
from envoi.hosts.reading import FileToImport

file = FileToImport(path=Path(sys.argv[2]), kind="events")
reading = batches(Job(root=sys.argv[1], file=file, mark="m", start=0, seen_at=1, size=50))
next(reading)
print("one", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "envoi.toml").write_text(ENVOI_TOML)
    return tmp_path / "shop"


def web(tmp_path: Path, *, packed: bool = False) -> Path:
    rows = "".join(f"{n % 7},Left,{'2024-05-01' if n % 10 else 'soon'},é{n}\n" for n in range(ROWS))
    content = f"user_id,event,timestamp,page\n{rows}".encode()
    path = tmp_path / ("web.csv.gz" if packed else "web.csv")
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def job(root: Path, path: Path, *, start: int = 0) -> Job:
    file = FileToImport(path=path, kind="events")
    return Job(root=str(root), file=file, mark="m", start=start, seen_at=SEEN_AT, size=300)


@pytest.mark.parametrize("start", [0, 700, ROWS])
def test_it_reads_what_this_process_would(root: Path, tmp_path: Path, start: int) -> None:
    path = web(tmp_path)
    reading = Reading.of(root, FileToImport(path=path, kind="events"))
    here = list(reading.batches(Mark(name="m", position=start), seen_at=SEEN_AT, size=300))
    *there, end = apart.batches(job(root, path, start=start))
    assert there == here
    assert end == End(reading.source.position, 0)


def test_a_file_that_breaks_off_says_so_after_what_came_before(root: Path, tmp_path: Path) -> None:
    path = web(tmp_path, packed=True)
    reading = apart.batches(job(root, path))
    path.write_bytes(path.read_bytes()[:-2_000])
    found: list[Batch | End] = []
    with pytest.raises(DataError, match="is no whole gzip file; pack or copy it again"):
        found.extend(reading)
    assert len(found) > 0


def test_a_reader_that_dies_is_an_error(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = web(tmp_path)
    reading = apart.batches(job(root, path))
    next(reading)
    (reader,) = processes_in(tmp_path, saying="-m\0envoi.hosts.apart")
    os.kill(reader, signal.SIGKILL)
    with pytest.raises(StoreFailed, match="the process that reads the file died"):
        list(reading)


def test_whoever_stops_listening_leaves_no_reader(root: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-c", CHILD, str(root), str(web(tmp_path))]
    with subprocess.Popen(line, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as importer:
        assert importer.stdout
        assert importer.stdout.readline() == b"one\n"
        assert len(list(processes_in(tmp_path, saying="-m\0envoi.hosts.apart"))) == 1
        importer.kill()
    give_up_at = time.monotonic() + 30
    while list(processes_in(tmp_path, saying="-m\0envoi.hosts.apart")):
        assert time.monotonic() < give_up_at


def processes_in(folder: Path, *, saying: str) -> Iterator[int]:
    """Running processes whose current folder is this one, and whose command line holds these words."""
    if not Path("/proc/self/cwd").exists():
        pytest.skip("needs /proc, to see which processes there are")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("cwd").samefile(folder) and saying in process.joinpath("cmdline").read_text():
                yield int(process.name)
        except OSError:
            continue
