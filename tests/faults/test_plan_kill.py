"""G5, G7: killed at any moment of a plan, there is no campaign; planned again, it is what it would have been."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import Instant
from envoi.events.event import ENVOI, Event, Name, PersonId, Stored, Value
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.local import open_project
from envoi.messages.freeze import TOGETHER
from envoi.messages.ledger import Entry

STARTER = Path(__file__).parents[2] / "examples" / "starter"
CAMPAIGN = "come-back"
PEOPLE = 2 * TOGETHER
JOINED = Instant(1_780_000_000_000_000)
#: How many people were decided on, and how many were in the ledger's file when it died.
DEATHS = {1: 0, TOGETHER + 1: TOGETHER, PEOPLE: PEOPLE}


def make(root: Path) -> None:
    """A project whose campaign is for everyone."""
    shutil.copytree(STARTER, root)
    file = root / "campaigns" / f"{CAMPAIGN}.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("'in segment \"Lapsing\"'", '"first_name is present"'), encoding="utf-8")
    with open_project(root) as envoi:
        for _ in on_events(envoi.stores, [Batch(events=[each for n in range(PEOPLE) for each in life_of(n)])]):
            pass


def life_of(number: int) -> list[tuple[PersonId, Event]]:
    person = PersonId(f"{number:05}")
    # Two of a hundred share an address, and some never agreed.
    traits: dict[str, Value] = {"first_name": f"Ann{number}", "email": f"a{number - number % 100 // 99}@example.org"}
    said: list[tuple[str, dict[str, Value]]] = [
        (Name.PROFILE_UPDATED, traits),
        (Name.CONSENT_CHANGED, {"purpose": "newsletter", "granted": number % 9 > 0}),
    ]
    return [
        (
            person,
            Event(
                id=f"{person} {name}",
                source="shop",
                name=name,
                keys={"user_id": person},
                at=JOINED,
                seen_at=JOINED,
                props=props,
            ),
        )
        for name, props in said
    ]


def left(root: Path) -> tuple[int, list[Entry]]:
    """How many rows the ledger's file has, and which of them count."""
    with closing(open_database(root / ".envoi" / "envoi.sqlite")) as connection:
        ledger = SqliteLedger(connection)
        ((rows,),) = connection.execute("SELECT count(*) FROM ledger")
        assert bool(ledger.tally(CAMPAIGN)) == (CAMPAIGN in ledger.campaigns())
        return rows, list(ledger.entries(limit=rows))


def planned(root: Path) -> tuple[list[Entry], list[Stored]]:
    """What the campaign is planned as, and what Envoi decided."""
    with open_project(root) as envoi:
        assert envoi.freeze(CAMPAIGN)
        assert envoi.stores.statement.campaigns()[CAMPAIGN].size == PEOPLE
        decisions = [one for one in envoi.stores.log.read() if one.event.source == ENVOI]
        return list(envoi.stores.statement.entries(CAMPAIGN, limit=PEOPLE)), decisions


def test_whenever_it_is_killed_nothing_is_planned_and_the_next_plan_is_the_same(tmp_path: Path) -> None:
    make(tmp_path / "killed")
    shutil.copytree(tmp_path / "killed", tmp_path / "whole")
    for after, rows in DEATHS.items():
        command = [sys.executable, "-m", "tests.faults.plan_campaign", str(tmp_path / "killed"), CAMPAIGN, str(after)]
        assert subprocess.run(command, check=False, capture_output=True).returncode == -signal.SIGKILL
        assert left(tmp_path / "killed") == (rows, [])
    assert planned(tmp_path / "killed") == planned(tmp_path / "whole")
