"""Erases a person in a copy of this process, which dies at a given step of it: kill -9, wherever that is.

Run as a program it reads lines of a project, a person and a step, and answers with the steps that were taken: a step is
a call of one of our functions that erases, or of what these call in the database, the file system or the machine.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from envoi.hosts.privacy.erasing import erase

#: Where the code lies whose steps count.
_OURS = ("/privacy/", "/adapters/tables/duckdb_erase", "/adapters/people/audit_file", "/hosts/audit")


def die_at(step: int) -> list[int]:
    """From now on steps are counted, and the given one is the last."""
    count = [0]

    def counted(frame: FrameType, what: str, _: object) -> None:
        if what in ("call", "c_call") and any(each in frame.f_code.co_filename for each in _OURS):
            count[0] += 1
            if count[0] == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(counted)
    return count


def main() -> None:
    for line in sys.stdin:
        root, person, step = line.rstrip("\n").split("\t")
        reading, writing = os.pipe()
        if not (pid := os.fork()):
            count = die_at(int(step))
            erase(Path(root), [person], because="", by="ann")
            sys.setprofile(None)
            os.write(writing, b"%d" % count[0])
            os._exit(0)
        os.close(writing)
        os.waitpid(pid, 0)
        sys.stdout.write(f"{os.read(reading, 20).decode() or 'dead'}\n")
        sys.stdout.flush()
        os.close(reading)


if __name__ == "__main__":
    main()
