"""`make demo`: its own work in under 30 s and 1.5 GB on two cores; seconds a step, each run from the shell and back.

Its step `prepare` is Arrow's work alone, reading the package's files and writing them as orders: the rival of the rest.
Memory is that of all its processes together, looked at fifty times a second (where there is a /proc).
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from contextlib import suppress
from itertools import chain
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, TemporaryFile
from time import perf_counter
from typing import Any

from _measure import machine, report

RUNS = 3
#: What the issue allows.
MOST_S, MOST_MB = 30, 1_500
#: The content rules of the campaign, and its fallback.
CONTENTS = 7
EACH_S = 0.02
ENVOI = Path(sys.executable).with_name("envoi")


def main() -> None:
    """Prints seconds of wall clock and megabytes of memory."""
    print(machine())
    samples: dict[str, list[float]] = defaultdict(list)
    for _ in range(RUNS):
        with TemporaryDirectory() as folder:
            shown, took_s, held_mb = run([str(ENVOI), "demo", "--dir", str(Path(folder) / "demo"), "--json"])
        samples["from the shell and back"].append(took_s)
        samples["memory"].append(held_mb)
        assert shown["verified"]
        assert len(shown["content"]) == CONTENTS, "each content rule and the fallback fire"
        for step, took in shown["seconds"].items():
            samples["rival: prepare" if step == "prepare" else step].append(took)
        samples["all steps"].append(sum(shown["seconds"].values()))
    print(
        f"{shown['people']:,} people, {shown['events']:,} events, {shown['products']:,} lines, {shown['sent']:,} mails"
    )
    for step, taken in samples.items():
        report(step, taken, "MB" if step == "memory" else "s")
    assert median(samples["all steps"]) < MOST_S
    assert max(samples["memory"]) < MOST_MB


def run(line: list[str]) -> tuple[dict[str, Any], float, float]:
    """Runs the command: what it answers, after how many seconds, and how many megabytes its processes held at most."""
    most, start = 0, perf_counter()
    with TemporaryFile() as answer, subprocess.Popen(line, stdout=answer, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        while process.poll() is None:
            most = max(most, sum(map(resident_kb, family(process.pid))))
            with suppress(subprocess.TimeoutExpired):
                process.wait(EACH_S)
        took_s = perf_counter() - start
        answer.seek(0)
        return json.loads(answer.read()), took_s, most / 1024


def family(pid: int) -> list[int]:
    """The process and those it started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [pid, *map(int, chain.from_iterable(told(each).split() for each in lists))]


def resident_kb(pid: int) -> int:
    """How much memory a process holds; none if it is gone."""
    lines = told(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def told(path: Path) -> str:
    """What a file of the system says; nothing if its process is gone."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


if __name__ == "__main__":
    main()
