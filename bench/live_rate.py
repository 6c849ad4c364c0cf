"""How long a single event takes to be kept, judged and visible at a rate that is held: 5 ms at most, p99, up to 10 k/s.

Latency is counted from the instant at which an event was due to be sent, so whatever makes others wait is seen. The
rival is the same as in live_http.py, in the same run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from _measure import machine, report
from _shop import singles
from live_http import AUTHORIZATION, CONDITIONS, HERE, fsync_ms, servers

if TYPE_CHECKING:
    from live_http import Server

RATES = (1_000, 5_000, 10_000)
ROUNDS = 3
SECONDS = 6


def under(server: Server, rate: int, bodies: Path) -> dict[str, float]:
    """What one run at this rate measured."""
    command = [sys.executable, str(HERE / "_rate.py"), str(server.port), str(bodies), str(rate), str(SECONDS)]
    environment = {**os.environ, "LOAD_AUTHORIZATION": AUTHORIZATION}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603
    found: dict[str, float] = json.loads(said)
    return found


def main() -> None:
    """Measures both in turns."""
    print(machine(), f"{CONDITIONS} conditions, 100,000 people, {SECONDS} s a run", sep=", ")
    with TemporaryDirectory(dir=os.environ.get("ENVOI_BENCH_DIR")) as name:
        folder = Path(name)
        bodies = folder / "singles"
        bodies.write_text("\n".join(singles(20_000)), encoding="utf-8")
        report("fdatasync of 20 KB", fsync_ms(folder), "ms")
        with servers(folder) as found:
            results: dict[tuple[str, int], list[dict[str, float]]] = {}
            for _ in range(ROUNDS):
                for rate in RATES:
                    for server in found:
                        results.setdefault((server.what, rate), []).append(under(server, rate, bodies))
        report("fdatasync of 20 KB, after", fsync_ms(folder), "ms")
    for (server_name, rate), runs in results.items():
        report(f"{server_name}, {rate:,} events/s asked for", [one["rate"] / 1e3 for one in runs], "k events/s")
        for what in ("p50", "p99", "p999"):
            report(f"  {what}", [one[f"{what}_ms"] for one in runs], "ms")
        report("  sent later than due, p99", [one["sent_late_p99_ms"] for one in runs], "ms")
        print(f"  refused or failed: {sum(one['failed'] for one in runs):.0f}")


if __name__ == "__main__":
    main()
