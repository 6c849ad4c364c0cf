"""A project open for sending: history stays closed, many processes send one campaign, and the plan stays as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from envoi.errors import NotFound
from envoi.events.event import ENVOI
from envoi.hosts.local import open_project
from envoi.hosts.sending import open_sender
from envoi.hosts.surroundings import MAIL_URL
from envoi.messages.ledger import Entry, State
from tests.faults.smtp_server import FaultServer
from tests.hosts.cli.conftest import imported

__all__ = ["imported"]

CAMPAIGN = "come-back"


@pytest.fixture
def planned(tmp_path: Path, imported: Path) -> Path:
    """A campaign with four to write to, of whom nobody was written to."""
    root = Path(shutil.copytree(imported, tmp_path / "shop"))
    with open_project(root) as envoi:
        assert envoi.freeze(CAMPAIGN)
    return root


def states(root: Path) -> dict[str, str]:
    with open_sender(root) as sender:
        return {one.person: f"{one.state} {one.reason}".strip() for one in sender.post.statement.entries(CAMPAIGN)}


def mails(root: Path) -> int:
    return len(list((root / ".envoi" / "mail").glob("*.eml")))


def test_it_sends_while_another_process_has_history_open(planned: Path) -> None:
    with open_project(planned) as envoi, open_sender(planned) as sender:
        sent = sender.send(CAMPAIGN)
        assert (sent.report.sent, sent.report.finished, mails(planned)) == (4, True, 4)
        # History hears of it by the log.
        (entry, *_) = sender.post.statement.entries(CAMPAIGN, state=State.ACCEPTED)
        assert envoi.stores.archive.find(ENVOI, [f"{entry.message_id}:accepted"])


def test_what_became_of_each_mail_is_in_the_log_once(planned: Path) -> None:
    with open_sender(planned) as sender:
        sender.send(CAMPAIGN)
        sender.send(CAMPAIGN)
        names = [stored.event.name for stored in sender.post.log.read() if stored.event.source == ENVOI]
        assert names.count("Email Sent") == 4


def test_who_was_deleted_since_the_plan_is_skipped(planned: Path) -> None:
    with open_sender(planned) as sender:
        gone = next(sender.post.statement.entries(CAMPAIGN, state=State.PLANNED)).person
    # As erasing does it: nothing is left from which the profile could be folded again.
    for file, table in (("people.sqlite", "people"), ("envoi.sqlite", "events")):
        with closing(sqlite3.connect(planned / ".envoi" / file)) as connection:
            connection.execute(f"DELETE FROM {table} WHERE person = ?", (gone,))
            connection.commit()
    with open_sender(planned) as sender:
        assert sender.send(CAMPAIGN).report.sent == 3
    assert states(planned)[gone] == "skipped erased"


def test_a_campaign_whose_segment_and_template_are_gone_is_sent_as_it_was_planned(planned: Path) -> None:
    for folder in ("segments", "templates", "campaigns"):
        shutil.rmtree(planned / folder)
    with open_sender(planned) as sender:
        assert sender.send(CAMPAIGN).report.sent == 4
        assert sender.verify(CAMPAIGN).finished


def test_a_campaign_that_was_never_planned(planned: Path) -> None:
    with open_sender(planned) as sender, pytest.raises(NotFound):
        sender.verify("nothing")


def test_commands_that_run_at_once_send_each_mail_once(planned: Path) -> None:
    command = [sys.executable, "-c", "from envoi.hosts.cli.main import main; main()", "send", CAMPAIGN, "--json"]
    with FaultServer() as server:
        running = [
            subprocess.Popen([*command, "--project", str(planned)], env={**os.environ, MAIL_URL: server.url}, stdout=-3)
            for _ in range(2)
        ]
        assert {process.wait() for process in running} == {0}
        assert sorted(server.record.accepted.values()) == [1, 1, 1, 1]
    assert sorted(states(planned).values()) == [*["accepted"] * 4, "skipped holdout"]


def test_on_settled_hears_of_all(planned: Path) -> None:
    heard: list[Entry] = []

    def hear(entries: Sequence[Entry]) -> None:
        heard.extend(entries)

    with open_sender(planned) as sender:
        sender.send(CAMPAIGN, on_settled=hear)
    assert [entry.state for entry in heard] == [State.ACCEPTED] * 4


def test_a_sender_that_was_not_confirmed_stays_in_the_sandbox_though_another_is_now(
    planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MAIL_URL, "smtp://mail.example.org")
    file = planned / "envoi.toml"
    text = file.read_text(encoding="utf-8").replace("hello@shop.example.org", "hello@new.example.org")
    file.write_text(text.replace("[mail]\n", '[mail]\nconfirmed = ["new.example.org"]\n'), encoding="utf-8")
    with open_sender(planned) as sender:
        assert sender.mail_url == "smtp://mail.example.org"
        assert sender.send(CAMPAIGN).report.sent == 4
    assert mails(planned) == 4
