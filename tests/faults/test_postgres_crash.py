"""F11: the database server crashes while a campaign is sent, again and again; nobody is lost and nobody gets two."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest

from envoi.adapters.messages.memory import MemoryMailer, accept
from envoi.adapters.messages.postgres_ledger import PostgresLedger
from envoi.adapters.postgres import Postgres
from envoi.clock import FixedClock, Instant
from envoi.errors import StoreLost, Unreachable
from envoi.events.event import PersonId
from envoi.messages.delivery import Desk, Worker, deliver
from envoi.messages.ledger import Entry, Receipt, State
from envoi.messages.port import Outgoing
from envoi.messages.verdict import GO
from tests.postgres import TEMP, Server

CAMPAIGN = "spring"
PEOPLE = 400
#: At which of the messages that a server is offered the database crashes.
CRASHES = (33, 90, 250)


@pytest.fixture
def server() -> Iterator[Server]:
    folder = Path(mkdtemp(prefix="pg", dir=TEMP))
    made = Server(folder)
    made.make()
    made.start()
    yield made
    made.crash()
    shutil.rmtree(folder)


def test_a_database_that_crashes_while_sending_loses_and_doubles_nobody(server: Server) -> None:
    crashes, offers = list(CRASHES), count(1)
    mailers: list[MemoryMailer] = []

    def answer(outgoing: Outgoing) -> Receipt:
        if crashes and next(offers) == crashes[0]:
            del crashes[0]
            server.crash()
            server.start()
        return accept(outgoing)

    while not finished(server.url):
        mailers.append(MemoryMailer(answer))
        with closing(Postgres(server.url)) as database:
            desk = Desk(
                ledger=PostgresLedger(database),
                mailer=mailers[-1],
                clock=FixedClock(Instant(1000)),
                gate=lambda entries: [GO] * len(entries),
                render=letters,
            )
            try:
                deliver(CAMPAIGN, desk, worker=Worker(name="w1", batch=40))
            except (StoreLost, Unreachable):
                continue
    assert not crashes, "all of them were tried"
    with closing(Postgres(server.url)) as database:
        ledger = PostgresLedger(database)
        states = {entry.address: entry.state for entry in ledger.entries(CAMPAIGN, limit=PEOPLE + 1)}
    accepted = [outgoing.recipient for mailer in mailers for outgoing in mailer.sent]
    assert set(states.values()) <= {State.ACCEPTED, State.UNKNOWN}
    assert len(states) == PEOPLE
    assert max(Counter(accepted).values()) == 1
    assert {each for each, state in states.items() if state is State.ACCEPTED} <= set(accepted)
    assert set(states) - set(accepted) <= {each for each, state in states.items() if state is State.UNKNOWN}


def finished(url: str) -> bool:
    """Whether everyone came to an end; the first time, everyone is planned."""
    with closing(Postgres(url)) as database:
        ledger = PostgresLedger(database)
        people = [f"p{number:03}" for number in range(PEOPLE)]
        entries = [
            Entry(campaign=CAMPAIGN, person=PersonId(each), address=f"{each}@example.org", decision=1)
            for each in people
        ]
        ledger.plan(CAMPAIGN, entries, at=Instant(0))
        return {state for state, _ in ledger.tally(CAMPAIGN)} <= {State.ACCEPTED, State.UNKNOWN}


def letters(entries: Sequence[Entry]) -> list[Outgoing]:
    return [
        Outgoing(message_id=each.message_id, sender="shop@example.org", recipient=each.address, data=b"Hello")
        for each in entries
    ]
