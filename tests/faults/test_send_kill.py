"""G4, G5, G7: killed at any moment, a campaign goes on by itself, and no mail is accepted twice."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from envoi.messages.ledger import State
from tests.faults.checker import check, is_finished
from tests.faults.nursery import Nursery, nursery
from tests.faults.send_campaign import Job
from tests.faults.smtp_server import (
    ACCEPTS_AND_DROPS,
    ACCEPTS_AND_RESETS,
    DROPS_BEFORE_DOT,
    OK,
    PIPELINED,
    Behaviour,
    FaultServer,
)

#: How many kills at random moments; more for a night: ENVOI_KILL_ROUNDS=200.
KILLS = int(os.environ.get("ENVOI_KILL_ROUNDS", "20"))
PEOPLE = 60
#: Moments of a campaign that the server sees: before and after each answer to MAIL, RCPT, DATA and the dot.
MOMENTS = PEOPLE * 8
HOUR = 3_600_000_000
#: Each with and without envelopes that go out with the message before.
EVILS: list[Behaviour] = [
    dataclasses.replace(each, extensions=extensions)
    for each in (OK, OK, ACCEPTS_AND_DROPS, DROPS_BEFORE_DOT, ACCEPTS_AND_RESETS)
    for extensions in (OK.extensions, PIPELINED)
]


@pytest.fixture(scope="module")
def sender() -> Iterator[Nursery]:
    with nursery() as started:
        yield started


@dataclass
class Assassin:
    """Kills the process it was given when the server has counted down to a moment."""

    left: int = -1
    victim: int = 0

    def count_down(self) -> None:
        self.left -= 1
        if self.left == 0 and self.victim:
            kill(self.victim)


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_at_random(sender: Nursery, server: FaultServer, assassin: Assassin, job: Job, chance: random.Random) -> int:
    """Runs a sender that is killed by what the server sees, by the clock, or not at all; returns how it ended."""
    server.behaviour = chance.choice(EVILS)
    by_the_clock = chance.random() < 0.5
    assassin.left = -1 if by_the_clock else chance.randrange(1, MOMENTS // 2)
    assassin.victim = sender.start(job)
    timer = threading.Timer(chance.uniform(0.001, 0.15), kill, [assassin.victim])
    if by_the_clock:
        timer.start()
    status = sender.wait(assassin.victim)
    assassin.victim = 0
    timer.cancel()
    if by_the_clock:
        timer.join()
    assert status in {0, -signal.SIGKILL}
    return status


def test_no_mail_is_accepted_twice_however_often_the_sender_is_killed(sender: Nursery, tmp_path: Path) -> None:
    kills = round_ = 0
    while kills < KILLS:
        round_ += 1
        chance, folder, assassin = random.Random(round_), tmp_path / str(round_), Assassin()  # noqa: S311
        folder.mkdir()
        with FaultServer(listener=assassin.count_down) as server:
            for number in range(5):
                # A worker that comes back by its name, on a clock that stands, or another one after the lease.
                worker, now = ("w", 0) if round_ % 2 else (f"w{number}", number * HOUR)
                job = Job(folder=str(folder), url=server.url, worker=worker, now=now, people=PEOPLE)
                kills += kill_at_random(sender, server, assassin, job, chance) != 0
                if server.record.awaited:
                    # Half-way, too, all that is known adds up.
                    check(folder, server.record, people=PEOPLE)
            server.behaviour = OK
            last = Job(
                folder=str(folder), url=server.url, worker="w" if round_ % 2 else "x", now=5 * HOUR, people=PEOPLE
            )
            assert sender.run(last) == 0
            states = check(folder, server.record, people=PEOPLE)
        assert is_finished(states), (round_, states)
        assert set(states) <= {State.ACCEPTED, State.UNKNOWN}


@pytest.mark.parametrize("is_after", [False, True])
def test_killed_before_or_after_any_commit_it_goes_on(sender: Nursery, tmp_path: Path, *, is_after: bool) -> None:
    people = 7
    for commits in range(100):
        folder = tmp_path / str(commits)
        folder.mkdir()
        with FaultServer() as server:
            job = Job(folder=str(folder), url=server.url, now=0, people=people, batch=3)
            died = sender.run(replace(job, commits=commits, is_after=is_after))
            assert sender.run(job) == 0
            states = check(folder, server.record, people=people)
        assert is_finished(states)
        if died == 0:
            assert states == {State.ACCEPTED: people}
            assert commits > 5
            return
        assert died == -signal.SIGKILL
