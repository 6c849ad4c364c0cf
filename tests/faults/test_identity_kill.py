"""G7: killed in the middle of a merge or a separation, all stores agree on who is who, and go on by themselves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from envoi.adapters.people.memory import MemoryProfileStore
from envoi.clock import Instant
from envoi.conditions.facts import facts
from envoi.conditions.rows import holds_at
from envoi.events.event import Name
from envoi.events.port import Batch
from envoi.flow import fold_profiles, on_event
from envoi.people.regroup import Merged, Separated, change_of
from envoi.segments.batch import members
from tests.faults.merge_people import BOUND, MARK, START, STEP, opened
from tests.people.test_regrouping import reckoned

#: More for a night: ENVOI_KILL_ROUNDS=100 kills two hundred times.
ROUNDS = int(os.environ.get("ENVOI_KILL_ROUNDS", "3"))


def run_until_killed(folder: Path, *, steps: int, statements: int) -> int:
    """Lets the victim say that so many steps were kept, or do so many SQL statements; returns how far it was."""
    command = [sys.executable, "-m", "tests.faults.merge_people", str(folder), str(statements)]
    said: list[int] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == b"level\n"
        while len(said) < steps and (line := victim.stdout.readline()):
            said.append(int(line))
        victim.kill()
        said += [int(line) for line in victim.stdout.read().split()]
    assert victim.returncode == -signal.SIGKILL
    return said[-1] if said else 0


def check(folder: Path, acknowledged: int) -> int:
    """All stores say the same, and that is what the log says; returns how many steps it has."""
    with opened(folder) as shop:
        steps = shop.log.position(MARK)
        # The last one may have been kept without having been acknowledged.
        assert steps >= acknowledged
        now = Instant(START + steps * STEP)
        while on_event(shop.log, shop.watch, Batch(), now) or shop.watch.untold:
            now = Instant(now + 1)
        shop.follow()
        log = list(shop.log.read())
        theirs = reckoned(log)
        for name, bound in BOUND.items():
            expected = sorted(who for who, events in theirs.items() if holds_at(bound, facts(events, now), now))
            assert shop.watch.memberships.members(name) == members(bound, shop.tables, now) == expected
        anew = MemoryProfileStore()
        fold_profiles(anew, log, shop.log)
        assert list(shop.people.scan()) == list(anew.scan())
        assert {profile.person for profile in anew.scan()} == set(theirs)
        shop.watch.save(all_of_them=True)
        return steps


@pytest.mark.parametrize("from_outside", [True, False])
def test_whenever_it_is_killed_all_stores_agree_who_is_who(*, from_outside: bool, tmp_path: Path) -> None:
    chance = random.Random(from_outside)  # noqa: S311
    steps = 0
    for _ in range(ROUNDS):
        kept, statements = (chance.randrange(20, 60), 10**9) if from_outside else (10**9, chance.randrange(200, 900))
        said = run_until_killed(tmp_path, steps=kept, statements=statements)
        steps = check(tmp_path, max(said, steps))
    with opened(tmp_path) as shop:
        changes = [change_of(one.event) for one in shop.log.read() if one.event.name in tuple(Name)]
    assert any(isinstance(change, Merged) for change in changes)
    assert any(isinstance(change, Separated) for change in changes)
