"""`envoi --help`, from the shell and back: no more than Python's own start and a page of text.

The rivals are Python doing nothing, and Python that only loads the library our options are written with.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from _measure import machine, report, seconds

RUNS = 30
#: What the issue allows.
MOST_MS = 300
LINES = {
    "envoi --help": [str(Path(sys.executable).with_name("envoi")), "--help"],
    "envoi who --help": [str(Path(sys.executable).with_name("envoi")), "who", "--help"],
    "rival: python that loads typer": [sys.executable, "-c", "import typer"],
    "rival: python that does nothing": [sys.executable, "-c", "pass"],
}


def main() -> None:
    """Prints milliseconds of wall clock."""
    print(machine())
    for name, line in LINES.items():
        samples = [seconds(lambda line=line: run(line)) * 1000 for _ in range(RUNS)]
        report(name, samples, "ms")
        if name == "envoi --help":
            assert sorted(samples)[RUNS // 2] < MOST_MS


def run(line: list[str]) -> None:
    """Runs it to its end, with nobody watching."""
    # What runs is written above.
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    main()
