"""Names of senders: each living process has its own, and those of the dead are free again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from envoi.hosts.workers import named

HOLDER = """
import sys, time
from pathlib import Path
from envoi.hosts.workers import named
with named(Path(sys.argv[1])) as worker:
    print(worker.name, flush=True)
    time.sleep(60)
"""


def test_two_at_once_have_two_names_and_one_after_the_other_the_same(tmp_path: Path) -> None:
    with named(tmp_path) as first:
        with named(tmp_path) as second:
            assert first.name != second.name
            assert (first.gone, second.gone) == ([], [])
        with named(tmp_path) as third:
            assert third.name == second.name


def test_a_process_that_was_killed_leaves_its_name_to_the_next(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout
        name = victim.stdout.readline().strip()
        with named(tmp_path) as other:
            assert other.name != name
        victim.send_signal(signal.SIGKILL)
    with named(tmp_path) as next_one:
        assert name in {next_one.name, *next_one.gone}
        assert other.name in {next_one.name, *next_one.gone}
