"""G4, G5, G8: however many processes send a campaign, are stopped, woken, paused and resumed, it is sent as by one."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import SystemClock
from envoi.messages.ledger import State
from envoi.messages.order import Command, Order
from tests.faults.checker import check, is_finished
from tests.faults.nursery import Nursery, nursery
from tests.faults.send_campaign import CAMPAIGN, Job
from tests.faults.smtp_server import IS_SILENT, OK, Behaviour, FaultServer

PEOPLE = 400


@pytest.fixture(scope="module")
def sender() -> Iterator[Nursery]:
    with nursery() as started:
        yield started


@contextmanager
def ledger_in(folder: Path) -> Iterator[SqliteLedger]:
    with closing(open_database(folder / "envoi.sqlite")) as connection:
        yield SqliteLedger(connection)


def give(folder: Path, command: Command, *, rate: int | None = None) -> int:
    """Orders as a person does, from a process of its own."""
    with ledger_in(folder) as ledger:
        return ledger.order(CAMPAIGN, Order(command=command, by="anna", rate_per_h=rate), at=SystemClock().now())


def wait_for(server: FaultServer, mails: int) -> None:
    """Until the server has taken so many."""
    for _ in range(2_000):
        if len(server.record.kept) >= mails:
            return
        time.sleep(0.005)
    raise TimeoutError


def stop_between_turns(pid: int, folder: Path) -> None:
    """Stops a process; within a transaction it would keep everyone from writing for as long as it sleeps."""
    with closing(sqlite3.connect(folder / "envoi.sqlite", isolation_level=None, timeout=0)) as probe:
        while True:
            os.kill(pid, signal.SIGSTOP)
            try:
                probe.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.003)
            else:
                probe.execute("ROLLBACK")
                return


def workers(folder: Path) -> int:
    """How many have, or had, an entry in hand."""
    with closing(sqlite3.connect(folder / "envoi.sqlite")) as connection:
        try:
            return int(connection.execute("SELECT count(DISTINCT worker) FROM ledger WHERE worker <> ''").fetchone()[0])
        except sqlite3.OperationalError:
            # No process has come so far as to make the tables.
            return 0


@pytest.mark.parametrize("number", [2, 5])
def test_many_processes_send_what_one_would(sender: Nursery, tmp_path: Path, number: int) -> None:
    all_are_at_it = threading.Event()

    def hold() -> None:
        # The server says nothing before each of them has entries in hand.
        all_are_at_it.wait(30)

    with FaultServer(listener=hold) as server:
        pids = [
            sender.start(Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker=f"w{n}"))
            for n in range(number)
        ]
        for _ in range(2_000):
            if workers(tmp_path) == number:
                break
            time.sleep(0.01)
        all_are_at_it.set()
        assert [sender.wait(pid) for pid in pids] == [0] * number
        assert check(tmp_path, server.record, people=PEOPLE) == {State.ACCEPTED: PEOPLE}


def test_a_process_that_was_stopped_for_longer_than_its_lease_does_no_harm_when_it_wakes(
    sender: Nursery, tmp_path: Path
) -> None:
    with FaultServer(Behaviour(drips_s=0.002)) as server:
        # A worker with entries in hand, some of which it has let go.
        sleeper = sender.start(Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker="sleeper", lease_s=0.3))
        wait_for(server, 5)
        stop_between_turns(sleeper, tmp_path)
        try:
            time.sleep(0.4)
            server.behaviour = OK
            other = Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker="other")
            assert sender.run(other) == 0
            asleep = check(tmp_path, server.record, people=PEOPLE)
            assert is_finished(asleep)
        finally:
            os.kill(sleeper, signal.SIGCONT)
        assert sender.wait(sleeper) == 0
        awake = check(tmp_path, server.record, people=PEOPLE)
    # What it heard after its time is refused: nothing that was settled changes.
    assert awake == asleep
    assert awake[State.ACCEPTED] > PEOPLE // 2


def test_processes_that_die_among_others_leave_nothing_behind(sender: Nursery, tmp_path: Path) -> None:
    chance = random.Random(12)  # noqa: S311
    with FaultServer() as server:
        for round_ in range(4):
            pids = [
                sender.start(
                    Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker=f"{round_}/{n}", lease_s=0.5)
                )
                for n in range(5)
            ]
            time.sleep(chance.uniform(0.02, 0.15))
            for pid in chance.sample(pids, 3):
                os.kill(pid, signal.SIGKILL)
            for pid in pids:
                assert sender.wait(pid) in {0, -signal.SIGKILL}
            check(tmp_path, server.record, people=PEOPLE)
        time.sleep(0.5)
        assert sender.run(Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker="last")) == 0
        states = check(tmp_path, server.record, people=PEOPLE)
    assert is_finished(states)
    assert set(states) <= {State.ACCEPTED, State.UNKNOWN}


def test_a_process_that_is_asked_to_end_leaves_nothing_unknown(sender: Nursery, tmp_path: Path) -> None:
    with FaultServer() as server:
        for number in range(4):
            pid = sender.start(Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker=f"w{number}"))
            wait_for(server, 30 * (number + 1))
            os.kill(pid, signal.SIGTERM)
            assert sender.wait(pid) == 0
            # Handed back: nobody has to wait for a lease.
            assert set(check(tmp_path, server.record, people=PEOPLE)) <= {State.ACCEPTED, State.PLANNED}
        assert sender.run(Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker="last")) == 0
        assert check(tmp_path, server.record, people=PEOPLE) == {State.ACCEPTED: PEOPLE}


def test_a_database_that_others_keep_locked_delays_and_loses_nothing(sender: Nursery, tmp_path: Path) -> None:
    with FaultServer() as server:
        job = Job(folder=str(tmp_path), url=server.url, people=PEOPLE, busy_s=0.05)
        pid = sender.start(job)
        wait_for(server, 5)
        with closing(sqlite3.connect(tmp_path / "envoi.sqlite", isolation_level=None, timeout=30)) as other:
            for _ in range(5):
                # Longer than the sender waits for it: it has to try its turn again.
                other.execute("BEGIN IMMEDIATE")
                time.sleep(0.15)
                other.execute("ROLLBACK")
                time.sleep(0.05)
        assert sender.wait(pid) == 0
        assert check(tmp_path, server.record, people=PEOPLE) == {State.ACCEPTED: PEOPLE}


def test_a_storm_of_orders_changes_no_result(sender: Nursery, tmp_path: Path) -> None:
    chance = random.Random(24)  # noqa: S311
    with FaultServer() as server:
        job = Job(folder=str(tmp_path), url=server.url, people=PEOPLE)
        pids = [sender.start(job)]
        wait_for(server, 1)
        for number in range(60):
            command = chance.choice([Command.PAUSE, Command.RESUME, Command.RATE])
            give(tmp_path, command, rate=chance.choice([0, 3_600_000]) if command is Command.RATE else None)
            if number % 10 == 0:
                # A sender that sees a pause ends; another is started.
                give(tmp_path, Command.RESUME)
                pids.append(sender.start(Job(folder=job.folder, url=job.url, people=PEOPLE, worker=f"w{number}")))
        give(tmp_path, Command.RESUME)
        give(tmp_path, Command.RATE, rate=0)
        assert {sender.wait(pid) for pid in pids} == {0}
        check(tmp_path, server.record, people=PEOPLE)
        assert sender.run(Job(folder=job.folder, url=job.url, people=PEOPLE, worker="last")) == 0
        assert check(tmp_path, server.record, people=PEOPLE) == {State.ACCEPTED: PEOPLE}


def test_what_is_cancelled_half_way_is_sent_or_cancelled_and_never_both(sender: Nursery, tmp_path: Path) -> None:
    with FaultServer() as server:
        pids = [
            sender.start(Job(folder=str(tmp_path), url=server.url, people=PEOPLE, worker=f"w{n}")) for n in range(2)
        ]
        wait_for(server, 40)
        cancelled = give(tmp_path, Command.CANCEL)
        assert [sender.wait(pid) for pid in pids] == [0, 0]
        states = check(tmp_path, server.record, people=PEOPLE)
    assert is_finished(states)
    assert states == Counter({State.ACCEPTED: PEOPLE - cancelled, State.CANCELLED: cancelled})


def test_what_servers_took_and_never_confirmed_is_sent_again_only_at_a_persons_word(
    sender: Nursery, tmp_path: Path
) -> None:
    with FaultServer(Behaviour(verdict=IS_SILENT)) as server:
        job = Job(folder=str(tmp_path), url=server.url, people=20, lease_s=0.2)
        silent = sender.start(job)
        wait_for(server, 1)
        os.kill(silent, signal.SIGKILL)
        sender.wait(silent)
        server.behaviour = OK
        for _ in range(2):
            assert sender.run(job) == 0
        states = check(tmp_path, server.record, people=20)
        assert states[State.UNKNOWN]
        assert give(tmp_path, Command.RETRY_UNKNOWN) == states[State.UNKNOWN]
        assert sender.run(job) == 0
        assert check(tmp_path, server.record, people=20, allowed=states[State.UNKNOWN]) == {State.ACCEPTED: 20}


def test_what_a_provider_takes_in_a_minute_is_all_that_two_processes_give_it(sender: Nursery, tmp_path: Path) -> None:
    """F7: 421 after so many a minute; whoever hears it stops, and the rest goes in the minutes after."""
    batch, a_minute, taken = 25, 100, 0
    with FaultServer() as server:
        url = f"{server.url}?connections=4"
        for minute in range(1, 12):
            # Each process has what it had begun taken at most.
            server.behaviour = Behaviour(in_all=taken + a_minute)
            server.record.commands.clear()
            jobs = [Job(folder=str(tmp_path), url=url, people=PEOPLE, worker=f"{minute}/{n}") for n in range(2)]
            pids = [sender.start(job) for job in jobs]
            assert [sender.wait(pid) for pid in pids] == [0, 0]
            states = check(tmp_path, server.record, people=PEOPLE)
            assert server.record.taken - taken <= a_minute + batch
            # Refused ones are not offered again and again.
            offered = sum(command.startswith("MAIL") for command in server.record.commands)
            assert offered <= a_minute + 2 * batch
            taken = server.record.taken
            if is_finished(states):
                break
        assert states == {State.ACCEPTED: PEOPLE}
        # It took no more minutes than it had to, and not less.
        assert PEOPLE // (a_minute + batch) <= minute <= PEOPLE // a_minute + 2
