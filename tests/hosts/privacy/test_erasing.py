"""G9: an erasure reaches every store, byte for byte, and all else goes on as if the person had never been there."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters.postgres import Postgres
from envoi.adapters.privacy.records import Records
from envoi.adapters.privacy.sql import PostgresSql
from envoi.clock import SystemClock
from envoi.errors import NotFound
from envoi.events.event import Name
from envoi.events.port import Batch
from envoi.flow import on_events
from envoi.hosts.audit import audit_of
from envoi.hosts.folder import secret, state_folder
from envoi.hosts.local import open_project
from envoi.hosts.privacy.erasing import erase
from envoi.messages.suppression import key_of, reason
from envoi.people.privacy.audit import Deed
from tests.hosts.privacy.used import ADA, ADDRESS, BOB, CLEO, NEW_ADDRESS, TRACES, event, make, traces
from tests.postgres import empty


def test_nothing_is_left_in_any_file(used: Path) -> None:
    state = state_folder(used)
    before = {each.partition(":")[0] for each in traces(state)}
    assert {"envoi.sqlite", "people.sqlite", "history.duckdb"} <= before
    assert any(each.startswith("mail/") for each in before)
    assert any(each.startswith("rejects/") for each in before)
    receipt = erase(used, [ADA], because=f"{ADDRESS} asked", by="ann")
    assert traces(state) == []
    assert {name for name, count in receipt.erased.items() if not count} == set()
    assert not Records(state).has_begun
    assert [each.done.what for each in audit_of(used).read()][-1] == Deed.ERASED


def test_all_others_are_as_they_were(used: Path) -> None:
    with open_project(used) as envoi:
        seqs = [one.seq for one in envoi.stores.log.read()]
        others = envoi.stores.people.get([BOB, CLEO])
        sums = envoi.verify("hello").states
    erase(used, [ADA], because="", by="ann")
    with open_project(used) as envoi:
        log = list(envoi.stores.log.read())
        assert [one.seq for one in log][: len(seqs)] == seqs
        assert {one.person for one in log} == {"", BOB, CLEO}
        assert envoi.stores.people.get([ADA, BOB, CLEO]) == others
        assert set(envoi.who('did "Order Completed"').people or ()) == {BOB, CLEO}
        verified = envoi.verify("hello")
        assert (verified.ok, verified.states) == (True, sums)
        friend = next(one for one in log if one.event.name == "Friend Invited")
        assert friend.event.props == {"friend": "mailto:[erased]", "n": 1}


def test_nothing_planned_is_sent_afterwards(used: Path) -> None:
    erase(used, [ADA], because="", by="ann")
    with open_project(used) as envoi:
        sent = envoi.send("later")
        assert sent.report.states == {"accepted": 2, "cancelled": 1}
        assert envoi.verify("later").finished
    assert traces(state_folder(used)) == []


def test_an_address_that_bounced_stays_suppressed_as_a_key(used: Path) -> None:
    erase(used, [ADA], because="", by="ann")
    with open_project(used) as envoi:
        key = key_of(NEW_ADDRESS, secret(used))
        assert reason(envoi.suppressions.get([key])[key]) == "hard bounce: 5.1.1 <[erased]> is unknown"


def test_who_had_said_no_gets_no_mail_whoever_has_the_address_next(used: Path) -> None:
    now = SystemClock().now()
    no = event(Name.CONSENT_CHANGED, BOB, "no", {"purpose": "newsletter", "granted": False}, now)
    with open_project(used) as envoi:
        for _ in on_events(envoi.stores, [Batch(events=[no])]):
            pass
    erase(used, [BOB], because="", by="ann")
    with open_project(used) as envoi:
        key = key_of("bob@persons.example", secret(used))
        assert "had said no" in reason(envoi.suppressions.get([key])[key])


def test_who_is_not_known_cannot_be_erased(used: Path) -> None:
    with pytest.raises(NotFound):
        erase(used, ["customer-eve"], because="", by="ann")
    assert not Records(state_folder(used)).has_begun


def test_postgres_holds_nothing_either(tmp_path: Path) -> None:
    url = empty()
    root = make(tmp_path, store_url=url)
    assert said(url)
    receipt = erase(root, [ADA], because="", by="ann")
    assert (said(url), traces(state_folder(root))) == ([], [])
    assert receipt.erased["events"] > 5
    with open_project(root) as envoi:
        assert envoi.verify("hello").ok
        assert envoi.send("later").report.states == {"accepted": 2, "cancelled": 1}


def said(url: str) -> list[bytes]:
    """What all tables of a database hold of Ada."""
    with closing(Postgres(url)) as database:
        sql = PostgresSql(database)
        text = repr([sql.rows(f"SELECT * FROM {table}") for table in sql.tables()]).lower().encode()
    return [each for each in TRACES if each.lower() in text]
