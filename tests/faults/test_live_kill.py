"""G1, G2, G3, G7: killed at any moment, the live host has all that it acknowledged, once, and the segments are true."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from httpx2 import Client, TransportError

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.segments.memory import MemoryMemberships, MemoryStateStore
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import load
from envoi.clock import Instant, SystemClock
from envoi.conditions import bind
from envoi.conditions.bound import Bound
from envoi.events.event import ENVOI, PersonId, Stored
from envoi.events.port import Batch
from envoi.flow import on_event
from envoi.hosts.folder import read_files, state_folder
from envoi.hosts.live.moments import Moments
from envoi.hosts.live.opening import Definition, opened
from envoi.segments.batch import members
from envoi.segments.live import LiveJudge
from envoi.segments.plan import take_up
from envoi.segments.transition import from_event
from tests.hosts.live.shop import KEY, make, wait_until_open
from tests.segments.slow_judge import SlowJudge

#: More for a night: ENVOI_KILL_ROUNDS=100 kills two hundred times.
ROUNDS = int(os.environ.get("ENVOI_KILL_ROUNDS", "6"))
CLIENTS = 4


class Victim:
    """A live host that will be killed."""

    def __init__(
        self, root: Path, *, statements: int = 10**9, program: Sequence[str] = ("-m", "tests.faults.live_host")
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        command = [sys.executable, *program, str(root), str(self.port), str(statements)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{self.port}"

    def is_open(self) -> bool:
        """Waits until it takes events; False if it died on the way."""
        while self.process.poll() is None:
            try:
                wait_until_open(self.address, within_s=0.2)
            except (TimeoutError, TransportError):
                continue
            return True
        return False

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert self.process.wait() == -signal.SIGKILL


def send_until_dead(victim: Victim, client: int, round_: int, acknowledged: list[str]) -> None:
    """Sends events, some of them twice, until nobody answers; notes what was acknowledged."""
    chance = random.Random(f"{client} {round_}")  # noqa: S311
    with Client(base_url=victim.address, auth=(KEY, ""), timeout=10) as http:
        for number in range(100_000):
            batch = [message(chance, f"{round_}-{client}-{number}-{each}") for each in range(chance.choice([1, 1, 5]))]
            for _ in range(chance.choice([1, 1, 2])):
                try:
                    answer = http.post("/v1/batch", json={"batch": batch})
                except TransportError:
                    return
                assert answer.status_code == 200
                acknowledged += [str(one["messageId"]) for one in batch]


def message(chance: random.Random, number: str) -> dict[str, object]:
    name, total = chance.choice([("Product Viewed", 0), ("Product Viewed", 0), ("Order Completed", 8), ("Other", 0)])
    return {
        "type": "track",
        "event": name,
        # The same people for some rounds: the plain judge looks at all that a person ever did, at each event.
        "userId": f"p{int(number.partition('-')[0]) // 6}-{chance.randrange(9)}",
        "messageId": number,
        "properties": {"total": total + chance.randrange(4)},
    }


def bound(root: Path) -> dict[str, Bound]:
    project = load(read_files(root))
    return {name: bind(one.condition, project.definitions) for name, one in project.segments.items()}


def settled(root: Path) -> tuple[list[Stored], dict[str, list[PersonId]], Instant]:
    """The log and who is in which segment, after the next process has worked off all that is due."""
    definition = Definition(conditions=lambda: bound(root), judge=LiveJudge)
    moments = Moments(SystemClock())
    with opened(state_folder(root) / "envoi.sqlite", definition, moments) as found:
        now = moments.next()
        while on_event(found.log, found.watch, Batch(), now) or (found.due() or now + 1) <= now:
            now = moments.next()
        found.watch.note_told()
        return list(found.log.read()), {name: found.watch.memberships.members(name) for name in bound(root)}, now


def moves(log: list[Stored]) -> list[tuple[object, ...]]:
    """Who moved when, and whether by an event or by time; in order."""
    found = [move for one in log if (move := from_event(one))]
    return sorted((one.person, one.segment, one.at, one.entered, one.cause.split()[0]) for one in found)


def uninterrupted(root: Path, log: list[Stored], now: Instant) -> list[tuple[object, ...]]:
    """Who would have moved when if nothing had ever failed: by another judge, each event in a commit of its own."""
    anew = MemoryEventLog()
    watch = take_up(SlowJudge(bound(root)), MemoryStateStore(), MemoryMemberships(), anew, head=0, now=Instant(0))
    watch.note_told()
    for one in log:
        if one.event.source != ENVOI:
            on_event(anew, watch, Batch(events=[(one.person, one.event)]), one.event.seen_at)
    while on_event(anew, watch, Batch(), now):
        now = Instant(now + 1)
    return moves(list(anew.read()))


@pytest.mark.parametrize("by_the_clock", [True, False])
def test_whenever_it_is_killed_nothing_is_lost_doubled_or_wrong(
    *, by_the_clock: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)
    root = make(tmp_path)
    chance = random.Random(by_the_clock)  # noqa: S311
    acknowledged: list[str] = []
    for round_ in range(ROUNDS):
        victim = Victim(root, statements=10**9 if by_the_clock else chance.randrange(8, 80))
        clients = [
            threading.Thread(target=send_until_dead, args=(victim, each, round_, acknowledged))
            for each in range(CLIENTS)
        ]
        if victim.is_open():
            for one in clients:
                one.start()
            if by_the_clock:
                time.sleep(chance.uniform(0.05, 0.8))
                victim.kill()
            for one in clients:
                one.join()
        assert victim.process.wait() == -signal.SIGKILL
    log, found, now = settled(root)
    times = Counter(one.event.id for one in log if one.event.source != ENVOI)
    assert set(acknowledged) <= times.keys()
    assert set(times.values()) == {1}
    assert [one.seq for one in log] == list(range(1, len(log) + 1))
    with closing(DuckTables(None, load(read_files(root)).definitions.catalogue)) as tables:
        tables.write(log)
        assert found == {name: members(condition, tables, now) for name, condition in bound(root).items()}
    assert moves(log) == uninterrupted(root, log, now)
    assert len(set(acknowledged)) > ROUNDS
