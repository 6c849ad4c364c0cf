"""Pages hold the project for a moment only, and give way to commands."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from envoi.events.event import PersonId
from envoi.events.port import Batch
from envoi.hosts.live.status import Status, write_status
from envoi.hosts.local import open_project
from envoi.hosts.web import hold
from envoi.hosts.web.hold import Hold
from tests.hosts.web.shop import NOW, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from starlette.testclient import TestClient

#: Another process that opens the project, says so, and holds it until its input ends.
HOLDER = """
import sys
from pathlib import Path
from envoi.hosts.local import open_project
with open_project(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def command(copy: Path) -> Iterator[subprocess.Popen[str]]:
    """A command that writes to the project, while the test runs."""
    started = [sys.executable, "-c", HOLDER, str(copy)]
    with subprocess.Popen(started, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


def test_it_is_lent_and_taken_back(copy: Path) -> None:
    held = Hold(copy, idle_s=0.0)
    with held.reading() as envoi:
        assert envoi.stores.tables.head() > 0
    # A command gets its turn: its own process waits up to seconds for this one to let go.
    run = subprocess.run(
        [sys.executable, "-c", HOLDER, str(copy)], input="", capture_output=True, text=True, check=True
    )
    assert run.stdout == "open\n"


def test_pages_in_a_row_share_one_opening(copy: Path) -> None:
    held = Hold(copy, idle_s=60.0)
    with held.reading() as first:
        pass
    with held.reading() as second:
        assert second is first
    held.close()
    with held.reading() as third:
        assert third is not first
    held.close()


def test_threads_take_turns(copy: Path) -> None:
    held, inside = Hold(copy, idle_s=60.0), []

    def visit() -> None:
        with held.reading() as envoi:
            inside.append(1)
            assert sum(inside) == 1
            assert envoi.stores.people.get([PersonId("2")])
            inside.append(-1)

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held.close()
    assert len(inside) == 16


def test_history_that_is_behind_the_log_is_caught_up(copy: Path) -> None:
    with open_project(copy) as envoi:
        # As after a crash between the log and what is folded from it.
        envoi.stores.log.append(Batch(events=[event("2", "Store Visited", NOW, door="south")]))
        position = envoi.stores.log.position()
    held = Hold(copy, idle_s=0.0)
    with held.reading() as envoi:
        assert envoi.stores.tables.head() == position


@pytest.mark.parametrize(("behind", "is_caught_up"), [(1, True), (5, False)])
def test_beside_a_live_host_little_is_caught_up_and_much_is_left_to_it(
    copy: Path, monkeypatch: pytest.MonkeyPatch, behind: int, *, is_caught_up: bool
) -> None:
    monkeypatch.setattr(hold, "MUCH", 3)
    with open_project(copy) as envoi:
        made = [event("2", "Store Visited", NOW + n, door="south") for n in range(behind)]
        envoi.stores.log.append(Batch(events=made))
        position = envoi.stores.log.position()
    write_status(copy, Status(pid=os.getpid()))
    held = Hold(copy, idle_s=0.0)
    with held.reading() as envoi:
        assert (envoi.stores.tables.head() == position) is is_caught_up


def test_a_project_without_history_gets_one(copy: Path) -> None:
    (copy / ".envoi" / "history.duckdb").unlink()
    (copy / ".envoi" / "envoi.sqlite").unlink()
    held = Hold(copy, idle_s=0.0)
    with held.reading() as envoi:
        assert envoi.report().people == 0


def test_while_a_command_writes_pages_say_so(
    copy: Path, command: subprocess.Popen[str], client_of: Callable[..., TestClient]
) -> None:
    with client_of(copy) as client:
        busy = client.get("/people/2")
        assert busy.status_code == 503
        assert busy.headers["retry-after"] == "2"
        assert "A command is writing" in busy.text
        # The ledger can be read meanwhile: 12 of 30 are done, as in `shop.half_send`.
        assert "12 of 30 are done" in busy.text
        # The next one need not wait for the lock in vain.
        assert client.get("/people").status_code == 503
        command.kill()
        command.wait()
    # A fresh start, since a refusal holds for a second.
    with client_of(copy) as client:
        assert client.get("/people/2").status_code == 200
