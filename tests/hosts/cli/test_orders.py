"""`envoi pause`, `resume` and `cancel`: what a person wants done with a campaign, and what only a person can decide."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from envoi.hosts.local import open_project
from envoi.hosts.sending import open_sender
from envoi.hosts.surroundings import MAIL_URL
from envoi.messages.ledger import Entry
from envoi.messages.order import Command, Order
from tests.faults.smtp_server import ACCEPTS_AND_DROPS, FaultServer
from tests.hosts.cli.conftest import Run


@pytest.fixture
def planned(shop: Path) -> Path:
    """A campaign with four to write to, of whom nobody was written to."""
    with open_project(shop) as envoi:
        assert envoi.freeze("come-back")
    return shop


def test_a_paused_campaign_is_not_sent_until_it_is_resumed(envoi: Run, planned: Path) -> None:
    paused = envoi("pause", "come-back", "--project", planned)
    assert (paused.code, paused.err) == (0, "")
    assert paused.out == (
        "Campaign come-back, planned at 2026-11-02T09:00:00Z: not finished\n"
        "  sent              0\n"
        "  planned           4\n"
        "  held out          1\n"
        "  skipped           0\n"
        "  audience          5\n"
        "come-back is paused. Go on with: envoi resume come-back\n"
    )
    sent = envoi("send", "come-back", "--project", planned)
    assert sent.code == 0
    assert sent.out.endswith("It is paused. Go on with: envoi resume come-back\n")
    resumed = envoi("resume", "come-back", "--json", "--project", planned)
    assert (resumed.answer["status"], resumed.answer["moved"], resumed.answer["rate_per_h"]) == ("sending", 0, 0)
    answer = envoi("send", "come-back", "--json", "--project", planned).answer
    assert (answer["planned_now"], answer["status"], answer["report"]["sent"]) == (False, "sending", 4)  # type: ignore[index]


def test_a_campaign_that_is_finished_is_not_told_to_go_on(envoi: Run, planned: Path) -> None:
    envoi("send", "come-back", "--project", planned)
    paused = envoi("pause", "come-back", "--project", planned)
    assert paused.out.endswith("come-back is paused. Nothing of it is left to send.\n")


def test_cancelling_asks_and_is_for_good(envoi: Run, planned: Path) -> None:
    asked = envoi("cancel", "come-back", "--project", planned)
    assert (asked.code, asked.out) == (2, "")
    assert "what is left of 'come-back' would be cancelled for good, and nobody is here to say yes" in asked.err
    done = envoi("cancel", "come-back", "--yes", "--json", "--project", planned)
    assert (done.answer["status"], done.answer["moved"]) == ("cancelled", 4)
    again = envoi("resume", "come-back", "--project", planned)
    assert again.code == 1
    assert "the campaign was cancelled" in again.err
    assert envoi("send", "come-back", "--project", planned).out.endswith("It is cancelled.\n")
    verified = envoi("verify", "come-back", "--json", "--project", planned).answer
    assert (verified["finished"], verified["states"]) == (True, {"cancelled": 4, "skipped": 1})


def test_a_rate_is_set_while_nobody_sends(envoi: Run, planned: Path) -> None:
    ran = envoi("resume", "come-back", "--rate", "60", "--project", planned)
    assert ran.out.endswith("come-back is sending, at most 60 mails an hour. Go on with: envoi send come-back\n")
    # This project's clock stands, so the time for the second never comes.
    assert envoi("send", "come-back", "--json", "--project", planned).answer["report"]["sent"] == 1  # type: ignore[index]
    envoi("resume", "come-back", "--rate", "0", "--project", planned)
    assert envoi("send", "come-back", "--json", "--project", planned).answer["report"]["sent"] == 4  # type: ignore[index]


def test_only_a_yes_sends_to_those_whose_fate_is_unknown_once_more(
    envoi: Run, planned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(ACCEPTS_AND_DROPS) as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        envoi("send", "come-back", "--project", planned)
    monkeypatch.delenv(MAIL_URL)
    unknown = envoi("verify", "come-back", "--json", "--project", planned).answer["states"]["unknown"]  # type: ignore[index]
    assert unknown
    asked = envoi("resume", "come-back", "--unknown", "--project", planned)
    assert asked.code == 2
    assert f"{unknown} people may have got 'come-back', and would be sent it once more" in asked.err
    done = envoi("resume", "come-back", "--unknown", "--yes", "--json", "--project", planned)
    assert done.answer["moved"] == unknown
    envoi("send", "come-back", "--project", planned)
    assert envoi("verify", "come-back", "--json", "--project", planned).answer["states"] == {
        "accepted": 4,
        "skipped": 1,
    }


def test_an_old_backup_sends_nothing_until_a_person_says_so(envoi: Run, planned: Path) -> None:
    state = planned / ".envoi"
    with (
        closing(sqlite3.connect(state / "envoi.sqlite")) as source,
        closing(sqlite3.connect(state / "backup")) as target,
    ):
        source.backup(target)
    envoi("send", "come-back", "--project", planned)
    for path in state.glob("envoi.sqlite*"):
        path.unlink()
    shutil.move(state / "backup", state / "envoi.sqlite")
    refused = envoi("send", "come-back", "--project", planned)
    assert refused.code == 1
    assert "restored from a backup" in refused.err
    assert "envoi resume CAMPAIGN --restored" in refused.err
    assert envoi("resume", "come-back", "--restored", "--yes", "--project", planned).code == 0
    assert envoi("send", "come-back", "--project", planned).code == 0


def test_a_campaign_that_was_never_planned(envoi: Run, shop: Path) -> None:
    for command in (["pause"], ["cancel", "--yes"], ["resume", "--unknown"]):
        ran = envoi(command[0], "come-back", *command[1:], "--project", shop)
        assert (ran.code, ran.out) == (1, "")
        assert "campaign 'come-back' was never planned" in ran.err


def test_a_pause_from_elsewhere_stops_a_sender_under_way(planned: Path) -> None:
    def pause(_: Sequence[Entry]) -> None:
        with open_sender(planned) as person:
            if not person.post.statement.orders("come-back"):
                person.order("come-back", Order(command=Command.PAUSE, by="anna"))

    with open_sender(planned) as sender:
        sent = sender.send("come-back", on_settled=pause)
        # All four went in one turn, as there are so few; the next turn would have seen it.
        assert sent.report.sent == 4
        assert sender.post.statement.campaigns()["come-back"].status == "paused"
        assert sender.verify("come-back").ok


def test_what_is_edited_after_the_plan_changes_no_mail_unless_a_person_wants_it(envoi: Run, planned: Path) -> None:
    template = next((planned / "templates").glob("*"))
    before = template.read_text(encoding="utf-8")
    template.write_text(
        before.replace(
            "</mj-body>", "<mj-section><mj-column><mj-text>EDITED</mj-text></mj-column></mj-section></mj-body>"
        ),
        encoding="utf-8",
    )
    (planned / "segments").joinpath("broken.toml").write_text("name =", encoding="utf-8")
    assert envoi("send", "come-back", "--project", planned).code == 0
    mails = list((planned / ".envoi" / "mail").glob("*.eml"))
    assert len(mails) == 4
    assert not any(b"EDITED" in mail.read_bytes() for mail in mails)


def test_a_person_can_have_the_rest_made_from_the_edited_files(envoi: Run, planned: Path) -> None:
    template = next((planned / "templates").glob("*.mjml"))
    before = template.read_text(encoding="utf-8")
    template.write_text(
        before.replace(
            "</mj-body>", "<mj-section><mj-column><mj-text>EDITED</mj-text></mj-column></mj-section></mj-body>"
        ),
        encoding="utf-8",
    )
    assert envoi("resume", "come-back", "--edited", "--project", planned).code == 0
    envoi("send", "come-back", "--project", planned)
    mails = list((planned / ".envoi" / "mail").glob("*.eml"))
    assert all(b"EDITED" in mail.read_bytes() for mail in mails)


def test_a_campaign_with_a_rate_is_sent_to_its_end(envoi: Run, planned: Path) -> None:
    main = planned / "envoi.toml"
    lines = main.read_text(encoding="utf-8").splitlines(keepends=True)
    main.write_text("".join(line for line in lines if not line.startswith("as_of")), encoding="utf-8")
    assert envoi("resume", "come-back", "--rate", "36000", "--project", planned).code == 0
    assert envoi("send", "come-back", "--json", "--project", planned).answer["report"]["sent"] == 4  # type: ignore[index]
