"""`make demo`: its own work in under 30 s and 1.5 GB on two cores; seconds a step, each run in a process of its own.

Its step `prepare` is Arrow's work alone, reading the package's files and writing them as orders: the rival of the rest.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from _measure import machine, report

RUNS = 3
#: What the issue allows.
MOST_S, MOST_MB = 30, 1_500
ENVOI = Path(sys.executable).with_name("envoi")


def main() -> None:
    """Prints seconds of wall clock and megabytes of memory."""
    print(machine())
    samples: dict[str, list[float]] = defaultdict(list)
    for _ in range(RUNS):
        with TemporaryDirectory() as folder:
            shown = json.loads(heard([str(ENVOI), "demo", "--dir", str(Path(folder) / "demo"), "--json"]))
        assert shown["verified"]
        assert len(shown["content"]) == 7, "each content rule and the fallback fire"
        for step, took in shown["seconds"].items():
            samples[step].append(took)
        samples["all of it"].append(sum(shown["seconds"].values()))
        samples["memory"].append(shown["peak_memory_mb"])
    print(
        f"{shown['people']:,} people, {shown['events']:,} events, {shown['products']:,} lines, {shown['sent']:,} mails"
    )
    for step, taken in samples.items():
        report(
            f"rival: {step} (no Envoi in it)" if step == "prepare" else step, taken, "MB" if step == "memory" else "s"
        )
    assert median(samples["all of it"]) < MOST_S
    assert max(samples["memory"]) < MOST_MB


def heard(line: list[str]) -> bytes:
    """What the command answers."""
    return subprocess.run(line, check=True, capture_output=True).stdout  # noqa: S603


if __name__ == "__main__":
    main()
