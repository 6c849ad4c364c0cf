"""Events over HTTP: kept on the disk, judged by fifty conditions, and visible to every process when answered.

The rival is the prototype that the design was measured with, in the same run: the variable ENVOI_PROTOTYPES names its
folder; it needs the package xxhash. It does less: it knows the last 32 ids of a person where Envoi knows all, tells of
five segments where Envoi tells of fifty, and neither cleans what comes in nor asks for a key.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import Request, urlopen

from _measure import machine, report
from _shop import KEY, batches, make, singles

if TYPE_CHECKING:
    from collections.abc import Iterator

CONDITIONS = 50
ROUNDS = 5
SECONDS = 4
BATCH = 100
HERE = Path(__file__).parent
AUTHORIZATION = "Basic " + b64encode(f"{KEY}:".encode()).decode()
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Load:
    """One way to send."""

    what: str
    path: str
    connections: int
    events_a_request: int
    bodies: Path


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of the load generator measured."""

    events_per_s: float
    p50_ms: float
    p99_ms: float
    errors: int
    cpu_us_an_event: float


@dataclass(frozen=True, slots=True)
class Server:
    """A server under load."""

    what: str
    port: int
    process: subprocess.Popen[bytes]

    def cpu_s(self) -> float:
        """The processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def under(self, load: Load) -> Result:
        """Puts it under load."""
        before = self.cpu_s()
        environment = {
            **os.environ,
            "LOAD_PATH": load.path,
            "LOAD_BODIES": str(load.bodies),
            "LOAD_AUTHORIZATION": AUTHORIZATION,
        }
        address = f"http://127.0.0.1:{self.port}"
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{SECONDS}s", "-s", HERE / "_load.lua", address]
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603
        found = re.search(r"RESULT (\S+) (\S+) (\S+) (\d+)", said)
        assert found, said
        rate = float(found[1]) * load.events_a_request
        cpu = (self.cpu_s() - before) / max(rate * SECONDS, 1) * 1e6
        return Result(rate, float(found[2]), float(found[3]), int(found[4]), cpu)


@contextmanager
def running(what: str, command: list[str], environment: dict[str, str], folder: Path | None = None) -> Iterator[Server]:
    """A server, when it answers."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    full = [each.replace("PORT", str(port)) for each in command]
    with subprocess.Popen(full, env={**os.environ, **environment}, cwd=folder, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            wait_for(port)
            yield Server(what, port, process)
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    """Returns when an event is taken."""
    body = b'{"event": "Warm", "userId": "warm", "messageId": "warm", "type": "track", "properties": {}}'
    request = Request(f"http://127.0.0.1:{port}/v1/track", body, {"Authorization": AUTHORIZATION})
    for _ in range(300):
        with suppress(URLError, OSError):
            urlopen(request, timeout=1).read()  # noqa: S310
            return
        time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def fsync_ms(folder: Path) -> list[float]:
    """How long the disk takes to keep 20 KB."""
    samples = []
    file = os.open(folder / "fsync", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for _ in range(200):
        os.write(file, bytes(20_000))
        begun = time.perf_counter()
        os.fdatasync(file)
        samples.append((time.perf_counter() - begun) * 1e3)
    os.close(file)
    return samples


@contextmanager
def servers(folder: Path) -> Iterator[list[Server]]:
    """Envoi, and beside it the prototype if its folder is known."""
    make(folder / "shop", CONDITIONS)
    envoi = [sys.executable, str(HERE / "_live_server.py"), str(folder / "shop"), "PORT"]
    with running("envoi", envoi, {"ENVOI_WRITE_KEY": KEY}) as ours:
        prototypes = os.environ.get("ENVOI_PROTOTYPES")
        if not prototypes:
            print("no rival: ENVOI_PROTOTYPES names no folder of prototypes")
            yield [ours]
            return
        online = Path(prototypes) / "online"
        options = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error"]
        command = [sys.executable, "-m", "uvicorn", "app:app", "--port", "PORT", *options]
        environment = {
            "DB": str(folder / "prototype.db"),
            "RULES": str(CONDITIONS),
            "INC": "0.5",
            "RESTART": "1",
            "PYTHONPATH": os.pathsep.join([str(online), os.environ.get("PYTHONPATH", "")]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with running("prototype", command, environment, online / "e2e") as theirs:
            yield [ours, theirs]


def main() -> None:
    """Measures both in turns."""
    if not shutil.which("wrk"):
        print("not measured: wrk is missing (apt-get install wrk)")
        return
    print(machine(), f"{CONDITIONS} conditions, 100,000 people, {SECONDS} s a run", sep=", ")
    with TemporaryDirectory(dir=os.environ.get("ENVOI_BENCH_DIR")) as name:
        folder = Path(name)
        (folder / "singles").write_text("\n".join(singles(20_000)), encoding="utf-8")
        (folder / "batches").write_text("\n".join(batches(400, BATCH)), encoding="utf-8")
        loads = [
            Load("single, 64 connections", "/v1/track", 64, 1, folder / "singles"),
            Load("batches of 100, 4 connections", "/v1/batch", 4, BATCH, folder / "batches"),
        ]
        report("fdatasync of 20 KB", fsync_ms(folder), "ms")
        with servers(folder) as found:
            results = {(server.what, load.what): [] for server in found for load in loads}
            for _ in range(ROUNDS):
                for load in loads:
                    for server in found:
                        results[server.what, load.what].append(server.under(load))
        report("fdatasync of 20 KB, after", fsync_ms(folder), "ms")
    tell(results)


def tell(results: dict[tuple[str, str], list[Result]]) -> None:
    """Prints the medians, and the ratio to the rival."""
    for (server, load), found in results.items():
        report(f"{server}, {load}", [one.events_per_s / 1e3 for one in found], "k events/s")
        report("  p50", [one.p50_ms for one in found], "ms")
        report("  p99", [one.p99_ms for one in found], "ms")
        report("  processor", [one.cpu_us_an_event for one in found], "us an event")
        print(f"  refused or failed: {sum(one.errors for one in found)}")
    for server, load in results:
        if server == "envoi" and ("prototype", load) in results:
            ours, theirs = (median(one.events_per_s for one in results[who, load]) for who in ("envoi", "prototype"))
            print(f"{load}: {ours / theirs:.2f} of the prototype")


if __name__ == "__main__":
    main()
