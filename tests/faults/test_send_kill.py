"""G4, G5, G7: killed at any moment, a campaign goes on by itself, and no mail is accepted twice."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.messages.ledger import State
from envoi.messages.verify import verify
from tests.faults.send_campaign import CAMPAIGN
from tests.faults.smtp_server import ACCEPTS_AND_DROPS, ACCEPTS_AND_RESETS, DROPS_BEFORE_DOT, OK, Behaviour, FaultServer

PEOPLE = 60
#: Moments of a dialogue that the server sees: before and after each answer to MAIL, RCPT, DATA and the dot.
MOMENTS = PEOPLE * 8
CHILD = Path(__file__).with_name("send_campaign.py")
HOUR = 3_600_000_000


@dataclass
class Assassin:
    """Kills the process it was given when the server has counted down to a moment."""

    left: int = -1
    kills: int = 0
    victim: subprocess.Popen[bytes] | None = field(default=None)

    def count_down(self) -> None:
        self.left -= 1
        if self.left == 0 and self.victim:
            self.victim.kill()
            self.kills += 1


def launch(server: FaultServer, assassin: Assassin, arguments: list[str]) -> bool:
    """Whether a process sent to the end."""
    with subprocess.Popen([sys.executable, str(CHILD), *arguments]) as child:
        assassin.victim = child
        status = child.wait(timeout=60)
        assassin.victim = None
    assert status in {0, -9}
    assert server.record.connections
    return status == 0


@pytest.mark.parametrize("seed", range(15))
def test_no_mail_is_accepted_twice_however_often_the_sender_is_killed(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)  # noqa: S311
    path, assassin = tmp_path / "envoi.sqlite", Assassin()
    evils: list[Behaviour] = [OK, OK, ACCEPTS_AND_DROPS, DROPS_BEFORE_DOT, ACCEPTS_AND_RESETS]
    with FaultServer(listener=assassin.count_down) as server:
        for number in range(20):
            # Three launches are in danger; the fourth and later ones are let live, and have a well-kept server.
            assassin.left = chance.randrange(1, MOMENTS // 2) if number < 3 else -1
            server.behaviour = chance.choice(evils) if number < 3 else OK
            # A worker that comes back by its name, on a clock that stands, or another one after the lease.
            worker, now = ("w", 0) if seed % 2 else (f"w{number}", number * HOUR)
            arguments = [str(path), server.url, worker, str(now), str(PEOPLE)]
            if launch(server, assassin, arguments) and number >= 3:
                break
    with closing(open_database(path, read_only=True)) as connection:
        ledger = SqliteLedger(connection)
        proof = verify(ledger, CAMPAIGN, delivered=set(server.record.accepted))
        unknown = {entry.address for entry in ledger.entries(CAMPAIGN, state=State.UNKNOWN)}
    assert assassin.kills
    assert set(server.record.accepted.values()) == {1}
    assert (proof.problems, proof.finished, proof.audience) == ((), True, PEOPLE)
    assert set(proof.by_state) <= {State.ACCEPTED, State.UNKNOWN}
    assert unknown <= server.record.awaited, "only what was being submitted can be unknown"
