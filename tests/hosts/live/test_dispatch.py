"""The process that sends: it is begun anew when it dies, and ends when it is told to."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import Instant, SystemClock, duration
from envoi.hosts.folder import state_folder
from envoi.hosts.live import dispatch
from envoi.hosts.live.dispatch import Dispatch
from envoi.messages.ledger import State
from envoi.messages.wall_clock import shown
from tests.hosts.live.mailing import campaign, introduce, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A campaign that was due a minute ago."""
    at = shown(Instant(SystemClock().now() - duration(timedelta(minutes=1))), ZoneInfo("Europe/Berlin"))
    write(tmp_path, {"once": campaign(f'\nat = "{at.isoformat(timespec="minutes")}"\n')})
    introduce(tmp_path, at=SystemClock().now())
    return tmp_path


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.05)


def tally(root: Path) -> Counter[State]:
    with closing(open_database(state_folder(root) / "envoi.sqlite", read_only=True)) as connection:
        found = SqliteLedger(connection).tally("once")
    return Counter({state: count for (state, _), count in found.items()})


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_due_is_sent_though_the_process_that_sends_is_killed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "AGAIN_S", 0.1)
    monkeypatch.setattr(dispatch, "LOOK_S", 0.1)
    watched = Dispatch(root)
    watched.start()
    until(lambda: watched.pid != 0)
    first = watched.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: watched.pid not in {0, first})
    until(lambda: sum(tally(root).values()) > 0 and tally(root)[State.PLANNED] + tally(root)[State.CLAIMED] == 0)
    second = watched.pid
    watched.stop()
    assert not is_there(second)
    assert tally(root) == {State.ACCEPTED: 4}


def test_it_ends_with_the_process_that_began_it(root: Path) -> None:
    watched = Dispatch(root)
    process = watched.begun()
    assert process.stdin
    process.stdin.close()
    assert process.wait() == 0


def test_one_that_never_began_ends_at_once(tmp_path: Path) -> None:
    Dispatch(tmp_path).stop()
