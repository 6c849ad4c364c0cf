"""The ledger in SQLite survives its process, and a claim costs the same in a large campaign."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.messages.ledger import Entry, Lease, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CAMPAIGN = "spring"


def audience(size: int) -> list[Entry]:
    return [
        Entry(campaign=CAMPAIGN, person=PersonId(f"p{n:04}"), address=f"p{n}@example.org", decision=n)
        for n in range(size)
    ]


def lease_of(worker: str, *, size: int) -> Lease:
    return Lease(worker=worker, size=size, now=Instant(1), until=Instant(9), run=1)


def is_open(_: Entry) -> str:
    return ""


def test_every_step_is_there_when_another_process_looks(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    with closing(open_database(path)) as mine:
        ledger = SqliteLedger(mine)

        def seen() -> State:
            with closing(open_database(path, read_only=True)) as other:
                return next(SqliteLedger(other).entries(CAMPAIGN)).state

        ledger.plan(CAMPAIGN, audience(1), at=Instant(0))
        assert seen() is State.PLANNED
        (entry,) = ledger.claim(CAMPAIGN, lease_of("w1", size=1), gate=is_open)
        assert seen() is State.CLAIMED
        ledger.submitting(entry, at=Instant(2), gate=is_open)
        assert seen() is State.SUBMITTING
        ledger.settle(entry, Receipt(state=State.ACCEPTED, at=Instant(3)))
        assert seen() is State.ACCEPTED


def test_a_plan_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    with closing(open_database(path)) as mine, closing(open_database(path, read_only=True)) as other:
        ledger = SqliteLedger(mine)
        reader = SqliteLedger(other)

        def watched() -> Iterable[Entry]:
            yield from audience(50)
            assert (reader.campaigns(), reader.tally(CAMPAIGN)) == ({}, {})

        ledger.plan(CAMPAIGN, watched(), at=Instant(0))
        assert sum(reader.tally(CAMPAIGN).values()) == reader.campaigns()[CAMPAIGN].size == 50


def test_the_gate_is_asked_inside_the_transaction() -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)
        ledger.plan(CAMPAIGN, audience(1), at=Instant(0))
        inside = []

        def gate(_: Entry) -> str:
            inside.append(connection.in_transaction)
            return ""

        (entry,) = ledger.claim(CAMPAIGN, lease_of("w1", size=1), gate=gate)
        ledger.submitting(entry, at=Instant(2), gate=gate)
        assert inside == [True, True]


def test_the_database_itself_refuses_a_second_mail_to_an_address() -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)
        ledger.plan(CAMPAIGN, audience(1), at=Instant(0))
        columns = "address, decision, state, reason, fence, at, is_written_to"
        second = f"INSERT INTO ledger (campaign, person, {columns}) SELECT campaign, 'other', {columns} FROM ledger"
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(second)


def test_pages_join_without_a_gap_while_the_ledger_changes() -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)
        ledger.plan(CAMPAIGN, audience(2500), at=Instant(0))
        reading = ledger.entries(CAMPAIGN, limit=9999)
        first = next(reading)
        ledger.claim(CAMPAIGN, lease_of("w1", size=2000), gate=is_open)
        assert [entry.person for entry in [first, *reading]] == [entry.person for entry in audience(2500)]


def test_a_claim_reads_only_what_it_takes() -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)

        def steps_of_a_claim() -> int:
            ticks: list[int] = []
            # Called once in so many instructions of SQLite's machine: a measure that no clock disturbs.
            connection.set_progress_handler(lambda: ticks.append(1), 10)
            assert len(ledger.claim(CAMPAIGN, lease_of(f"w{len(ticks)}", size=10), gate=is_open)) == 10
            connection.set_progress_handler(None, 10)
            return len(ticks)

        ledger.plan(CAMPAIGN, audience(5000), at=Instant(0))
        at_first = steps_of_a_claim()
        for entry in ledger.claim(CAMPAIGN, lease_of("w2", size=4000), gate=is_open):
            ledger.settle(entry, Receipt(state=State.REJECTED, at=Instant(2)))
        assert steps_of_a_claim() < 2 * at_first
