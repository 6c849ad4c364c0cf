"""The ledger in SQLite survives its process, notices an old backup, and a claim costs the same in a large campaign."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.adapters.messages.watermark import Watermark
from envoi.clock import Instant
from envoi.errors import Restored
from envoi.messages.ledger import Entry, State, Status
from envoi.messages.order import Command, Order
from envoi.messages.verdict import GO, Verdict
from tests.contracts.ledgers import CAMPAIGN, claim, entry_of, settle, states, submit


def audience(size: int) -> list[Entry]:
    return [entry_of(f"p{n:04}") for n in range(size)]


@contextmanager
def project(folder: Path) -> Iterator[SqliteLedger]:
    """The ledger of a project's folder, opened as a process does."""
    with closing(open_database(folder / "envoi.sqlite")) as connection:
        yield SqliteLedger(connection, Watermark(folder / "sent.mark"))


def backed_up(folder: Path) -> Path:
    """A copy of the database as it is; the watermark beside it stays where it is."""
    copy = folder / "backup"
    with closing(sqlite3.connect(folder / "envoi.sqlite")) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def restore(folder: Path, copy: Path) -> None:
    for path in folder.glob("envoi.sqlite*"):
        path.unlink()
    shutil.copy(copy, folder / "envoi.sqlite")


def test_every_step_is_there_when_another_process_looks(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    with closing(open_database(path)) as mine:
        ledger = SqliteLedger(mine)

        def seen() -> State:
            with closing(open_database(path, read_only=True)) as other:
                return next(SqliteLedger(other).entries(CAMPAIGN)).state

        ledger.plan(CAMPAIGN, audience(1), at=Instant(0))
        assert seen() is State.PLANNED
        (entry,) = claim(ledger)
        assert seen() is State.CLAIMED
        submit(ledger, entry)
        assert seen() is State.SUBMITTING
        settle(ledger, entry, State.ACCEPTED)
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


def test_gate_and_book_are_asked_inside_the_transaction() -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)
        ledger.plan(CAMPAIGN, audience(1), at=Instant(0))
        inside = []

        def gate(entries: Sequence[Entry]) -> list[Verdict]:
            inside.append(connection.in_transaction)
            return [GO] * len(entries)

        (entry,) = claim(ledger, gate=gate)
        submit(ledger, entry, gate=gate)
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
        claim(ledger, size=2000)
        assert [entry.person for entry in [first, *reading]] == [entry.person for entry in audience(2500)]


@pytest.mark.parametrize("rest", [State.REJECTED, State.DEFERRED])
def test_a_claim_reads_only_what_it_takes(rest: State) -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)

        def steps_of_a_claim() -> int:
            ticks: list[int] = []
            # Called once in so many instructions of SQLite's machine: a measure that no clock disturbs.
            connection.set_progress_handler(lambda: ticks.append(1), 10)
            assert len(claim(ledger, f"w{len(ticks)}", size=10)) == 10
            connection.set_progress_handler(None, 10)
            return len(ticks)

        ledger.plan(CAMPAIGN, audience(5000), at=Instant(0))
        at_first = steps_of_a_claim()
        for entry in claim(ledger, "w2", size=2000):
            settle(ledger, entry, rest, due=10**9)
        assert steps_of_a_claim() < 2 * at_first


def test_a_database_from_an_old_backup_sends_nothing_until_a_person_says_so(tmp_path: Path) -> None:
    with project(tmp_path) as ledger:
        ledger.plan(CAMPAIGN, audience(4), at=Instant(0))
        ledger.begin(CAMPAIGN, "w1", at=Instant(1))
        submit(ledger, *claim(ledger, size=2))
        copy = backed_up(tmp_path)
        submit(ledger, *claim(ledger, size=2))
    restore(tmp_path, copy)
    with project(tmp_path) as ledger:
        with pytest.raises(Restored, match="restored from a backup"):
            ledger.begin(CAMPAIGN, "w1", at=Instant(1))
        assert claim(ledger) == []
        with pytest.raises(Restored) as refused:
            ledger.order(CAMPAIGN, Order(command=Command.RESUME, by="anna"), at=Instant(2))
        assert "--restored" in refused.value.hint
        ledger.order(CAMPAIGN, Order(command=Command.ACCEPT_RESTORED, by="anna"), at=Instant(2))
        ledger.begin(CAMPAIGN, "w2", at=Instant(3))
        assert [entry.person for entry in claim(ledger, "w2")] == ["p0002", "p0003"]


def test_all_campaigns_of_an_old_backup_wait_for_a_word_each(tmp_path: Path) -> None:
    with project(tmp_path) as ledger:
        ledger.plan(CAMPAIGN, audience(2), at=Instant(0))
        ledger.plan("autumn", [], at=Instant(0))
        ledger.plan("over", [], at=Instant(0))
        ledger.order("over", Order(command=Command.CANCEL, by="anna"), at=Instant(0))
        ledger.begin(CAMPAIGN, "w1", at=Instant(1))
        copy = backed_up(tmp_path)
        submit(ledger, *claim(ledger))
    restore(tmp_path, copy)
    with project(tmp_path) as ledger:
        ledger.order(CAMPAIGN, Order(command=Command.ACCEPT_RESTORED, by="anna"), at=Instant(2))
        found = {name: audience.status for name, audience in ledger.campaigns().items()}
        assert found == {CAMPAIGN: Status.SENDING, "autumn": Status.RESTORED, "over": Status.CANCELLED}


def test_a_campaign_that_only_the_lost_database_knew_is_not_planned_again(tmp_path: Path) -> None:
    with project(tmp_path) as ledger:
        ledger.plan("earlier", audience(0), at=Instant(0))
        copy = backed_up(tmp_path)
        ledger.plan(CAMPAIGN, audience(2), at=Instant(0))
        ledger.begin(CAMPAIGN, "w1", at=Instant(1))
    restore(tmp_path, copy)
    with project(tmp_path) as ledger:
        with pytest.raises(Restored, match="older backup"):
            ledger.plan(CAMPAIGN, audience(2), at=Instant(2))
        assert ledger.plan("again", [entry_of("a", campaign="again")], at=Instant(2))


def test_a_newer_database_than_the_mark_is_no_backup(tmp_path: Path) -> None:
    with project(tmp_path) as ledger:
        ledger.plan(CAMPAIGN, audience(2), at=Instant(0))
        ledger.begin(CAMPAIGN, "w1", at=Instant(1))
        submit(ledger, *claim(ledger))
    # A crash between the commit and the mark, when nothing had been let go yet.
    (tmp_path / "sent.mark").write_text(f"{0:020}\n{CAMPAIGN}\n", encoding="utf-8")
    with project(tmp_path) as ledger:
        ledger.begin(CAMPAIGN, "w1", at=Instant(2))
        claim(ledger, now=2)
        assert set(states(ledger).values()) == {"unknown"}
