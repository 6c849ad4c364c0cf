"""Whoever has a receipt finds what is left of the people in it, in any store, and what came back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copytree

import msgspec

from envoi.clock import SystemClock
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.folder import state_folder
from envoi.hosts.local import open_project
from envoi.hosts.privacy.erasing import erase
from envoi.hosts.privacy.verifying import verify
from tests.hosts.privacy.used import ADA, happenings, traces


def test_a_receipt_finds_what_is_there(used: Path, tmp_path: Path) -> None:
    before = copytree(used, tmp_path / "before")
    receipt = erase(used, [ADA], because="", by="ann")
    found = verify(used, receipt)
    assert (found.ok, found.left, found.came_back) == (True, dict.fromkeys(receipt.erased, 0), False)
    assert traces(state_folder(used)) == []
    left = verify(before, receipt).left
    # What does not name whom it is of is found by who knows their ids alone.
    assert {name for name, count in left.items() if not count} == set()


def test_who_comes_back_is_a_new_person(used: Path) -> None:
    again = happenings(SystemClock().now())
    receipt = erase(used, [ADA], because="", by="ann")
    with open_project(used) as envoi:
        # Delivered once more, it was here before, though nobody can tell what it was.
        assert [one for some in on_events(envoi.stores, [Batch(events=again)]) for one in some] == []
        assert envoi.stores.people.get([ADA]) == {}
        person, event = again[0]
        new = msgspec.structs.replace(event, id="new", at=SystemClock().now(), seen_at=SystemClock().now())
        for _ in on_events(envoi.stores, [Batch(events=[(person, new)])]):
            pass
        assert envoi.stores.people.get([ADA])[ADA].consent == {}
    found = verify(used, receipt)
    assert (found.ok, found.came_back) == (True, True)


def test_an_audit_log_that_does_not_fit_is_found(used: Path) -> None:
    receipt = erase(used, [ADA], because="", by="ann")
    (state_folder(used) / "audit.jsonl").unlink()
    assert not verify(used, receipt).ok


def test_a_backup_that_is_put_back_is_erased_again(used: Path, tmp_path: Path) -> None:
    state = state_folder(used)
    backup = tmp_path / "backup.sqlite"
    with closing(sqlite3.connect(state / "envoi.sqlite")) as one, closing(sqlite3.connect(backup)) as other:
        one.backup(other)
    receipt = erase(used, [ADA], because="", by="ann")
    for name in ("envoi.sqlite-wal", "envoi.sqlite-shm"):
        (state / name).unlink(missing_ok=True)
    backup.replace(state / "envoi.sqlite")
    assert traces(state) != []
    with open_project(used) as envoi:
        assert ADA not in {one.person for one in envoi.stores.log.read()}
    assert traces(state) == []
    assert verify(used, receipt).ok
