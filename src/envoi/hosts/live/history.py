"""A process of its own that brings profiles and history level with the log, beside a live host and not in its way."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from envoi.errors import StoreBusy
from envoi.flow import catch_up_profiles
from envoi.hosts.local import open_letterbox, open_project

#: How much this gives way to the live host.
NICE = 10


def main(root: Path) -> None:
    """Does it, unless a command is at it: then that command did, or will."""
    try:
        # Not giving way yet: the live host waits for these commits.
        with open_letterbox(root) as box:
            catch_up_profiles(box.log, box.people)
        os.nice(NICE)
        with open_project(root):
            pass
    except StoreBusy:
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]))
