"""How the live host is doing can be read by every process while it runs, and by none when it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from envoi.hosts.live.status import FILE, Status, Task, read_status, remove_status, write_status

STATUS = Status(pid=os.getpid(), position=7, task=Task(what="learning", done=3, of=7, segments=("Tea",)))


def test_it_is_there_while_the_process_is(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    write_status(tmp_path, STATUS)
    assert read_status(tmp_path) == STATUS
    remove_status(tmp_path)
    remove_status(tmp_path)
    assert read_status(tmp_path) is None


def test_a_process_that_was_killed_is_not_taken_for_a_live_one(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    write_status(tmp_path, Status(pid=gone.pid))
    assert read_status(tmp_path) is None


def test_half_a_file_is_none(tmp_path: Path) -> None:
    write_status(tmp_path, STATUS)
    (tmp_path / ".envoi" / FILE).write_bytes(b'{"pid": ')
    assert read_status(tmp_path) is None
