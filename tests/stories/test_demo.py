"""What a newcomer sees first: a real shop's data become personal mails, each person in exactly one state."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from envoi.adapters.messages.smtp_connect import Server
from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.decisions.decision import from_event
from envoi.events.event import Name
from envoi.hosts import local
from envoi.hosts.cli.main import run
from envoi.hosts.demo.steps import CAMPAIGN, Demo, Shown, Until
from envoi.hosts.local import open_project

HOUSEHOLDS = 150
CONTENT = {
    "welcome back", "family table", "something green", "points are ripe", "first pick", "soup weather", "fallback",
}  # fmt: skip


@contextmanager
def quietly(_what: str, _unit: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def demo(root: Path, until: Until = Until.SEND, *, households: int = HOUSEHOLDS) -> Shown:
    return Demo(root=root, households=households, progress=quietly).run(until)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story") / "demo"


@pytest.fixture(scope="module")
def shown(root: Path) -> Shown:
    return demo(root)


@pytest.fixture(scope="module")
def mails(shown: Shown) -> list[EmailMessage]:
    files = sorted(Path(shown.mail).glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def told(capfd: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """What a command answers with --json."""
    assert run([*arguments, "--json"]) == 0
    answer: dict[str, Any] = msgspec.json.decode(capfd.readouterr().out)
    return answer


def test_everyone_of_the_audience_is_in_exactly_one_state(shown: Shown) -> None:
    assert shown.verified
    assert shown.planned == shown.sent > 0
    assert shown.audience == shown.planned + shown.held_out + sum(shown.skipped.values())
    assert shown.held_out > 0


def test_each_way_to_be_left_out_is_taken_by_somebody(shown: Shown) -> None:
    assert shown.skipped.keys() == {"never consented", "consent withdrawn", "no e-mail address"}


def test_each_content_rule_fires_and_the_fallback_too(shown: Shown) -> None:
    assert shown.content.keys() == CONTENT
    assert sum(shown.content.values()) == shown.sent
    assert {sample.content for sample in shown.samples} == CONTENT


def test_segments_hold_some_and_not_all(shown: Shown) -> None:
    assert len(shown.segments) == 8
    assert all(0 < people < shown.people == HOUSEHOLDS for people in shown.segments.values())


def test_each_mail_is_a_file_and_goes_to_one_person(shown: Shown, mails: list[EmailMessage]) -> None:
    assert len(mails) == shown.sent
    assert len({mail["To"] for mail in mails}) == shown.sent
    assert len({mail["Message-ID"] for mail in mails}) == shown.sent


def test_a_mail_says_the_same_in_html_and_in_text(mails: list[EmailMessage]) -> None:
    for mail in mails:
        html, text = part(mail, "html"), part(mail, "plain")
        assert html.count('class="tile"') == 6
        assert text.count("/products/") == 6
        assert text.count("You bought this ") + text.count("Popular with your neighbours") == 6
        assert "1 Maple Street" in text
        assert mail["List-Unsubscribe"].strip("<>") in text
        assert "{{" not in html + text
        assert "{%" not in html + text


def test_the_hero_is_the_content_that_won(shown: Shown) -> None:
    samples = {sample.content: sample for sample in shown.samples}
    mail = message_from_bytes(Path(samples["welcome back"].file).read_bytes(), policy=policy.default)
    assert "We kept your spot" in part(mail, "plain")
    assert "HELLO5" in part(mail, "plain")
    assert len({sample.subject for sample in samples.values()}) == len(CONTENT)


def test_each_decision_was_recorded_with_its_reasons_before_its_mail(root: Path, shown: Shown) -> None:
    with open_project(root) as envoi:
        log = list(envoi.stores.log.read())
    decisions = [stored for stored in log if stored.event.name == Name.DECISION_MADE]
    sent = [stored for stored in log if stored.event.name == Name.EMAIL_SENT]
    assert len(decisions) == shown.planned + shown.held_out
    assert len(sent) == shown.sent
    assert max(stored.seq for stored in decisions) < min(stored.seq for stored in sent)
    for decision in map(from_event, decisions):
        assert decision.propensity == (0.9 if decision.arm == "send" else 0.1)
        assert {"audience", "consent", "holdout", "content"} <= {reason.step for reason in decision.reasons}


def test_a_second_run_adds_nothing(root: Path, shown: Shown) -> None:
    def state() -> tuple[int, dict[str, bytes]]:
        with open_project(root) as envoi:
            return envoi.stores.log.position(), {path.name: path.read_bytes() for path in (root / "mail").iterdir()}

    before = state()
    again = demo(root)
    assert state() == before
    assert msgspec.structs.replace(again, seconds={}, peak_memory_mb=0) == msgspec.structs.replace(
        shown, seconds={}, peak_memory_mb=0
    )


def test_the_other_commands_agree(root: Path, shown: Shown, capfd: pytest.CaptureFixture[str]) -> None:
    here = ("--project", str(root))
    verified = told(capfd, "verify", CAMPAIGN, *here)
    assert (verified["ok"], verified["finished"], verified["audience"]) == (True, True, shown.audience)
    for name, people in shown.segments.items():
        assert told(capfd, "who", f'in segment "{name}"', "--count", *here)["count"] == people
    sample = shown.samples[0]
    why = told(capfd, "why", sample.person, "--message", sample.message, *here)
    assert (why["content"], why["state"], len(why["products"])) == (sample.content, "accepted", 6)
    preview = told(capfd, "preview", CAMPAIGN, "--as", sample.person, *here)
    mail = message_from_bytes(Path(sample.file).read_bytes(), policy=policy.default)
    assert preview["subject"] == sample.subject
    assert preview["text"].split() == part(mail, "plain").split()


def test_it_stops_where_it_is_told_and_goes_on_from_there(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ("demo", "--dir", str(tmp_path / "demo"), "--households", "40")
    imported = told(capfd, *arguments, "--until", "import")
    assert (imported["people"], imported["audience"], imported["verified"]) == (40, 0, False)
    assert imported["segments"]["Weekly picks readers"] > 0
    planned = told(capfd, *arguments, "--until", "plan")
    assert planned["planned"] > 0
    assert (planned["sent"], planned["samples"]) == (0, [])
    assert not (tmp_path / "demo" / "mail").exists()
    sent = told(capfd, *arguments)
    assert sent["verified"]
    assert sent["sent"] == planned["planned"]
    assert sent["content"] == planned["content"]


def test_it_is_pleasant_to_read(root: Path, shown: Shown, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--dir", str(root), "--households", str(HOUSEHOLDS)]) == 0
    text = capfd.readouterr().out
    assert "All names and addresses are invented." in text
    assert f"✓ everyone is in exactly one state, the sums match, and each mail sent is a file in {shown.mail}" in text
    assert f"serve --project {root}" in text
    # What is a path is as long as this machine has it, and so are the columns beside it.
    assert max(len(re.sub(r" +/\S+| {2,}", " ", line)) for line in text.splitlines()) < 120


def test_it_takes_no_folder_of_somebody_else(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").touch()
    assert run(["demo", "--dir", str(tmp_path)]) == 1
    assert "fix: name a folder that is not there yet" in capfd.readouterr().err


@pytest.mark.parametrize("threads", [1, 2])
def test_decisions_and_mails_are_the_same_to_the_byte(
    threads: int, root: Path, shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown.sent
    monkeypatch.setattr(local, "DuckTables", partial(DuckTables, resources=Resources(threads=threads)))
    demo(tmp_path / "again")

    def outcome(folder: Path) -> tuple[list[bytes], dict[str, bytes]]:
        with open_project(folder) as envoi:
            made = [one.event for one in envoi.stores.log.read() if one.event.name == Name.DECISION_MADE]
        return list(map(msgspec.json.encode, made)), {path.name: path.read_bytes() for path in folder.glob("mail/*")}

    assert outcome(tmp_path / "again") == outcome(root)


def test_killed_while_sending_another_command_finishes_without_doubles(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "demo"
    arguments = ["demo", "--dir", str(root), "--households", str(HOUSEHOLDS)]
    planned = told(capfd, *arguments, "--until", "plan")["planned"]
    program = "import sys; from envoi.hosts.cli.main import run; run(sys.argv[1:])"
    with subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=subprocess.DEVNULL) as process:
        while len(list(root.glob("mail/*.eml"))) < 10:
            assert process.poll() is None, "it ended before it could be killed"
        process.kill()
    before = {file.name: file.read_bytes() for file in root.glob("mail/*.eml")}
    assert 10 <= len(before) < planned
    told(capfd, "send", CAMPAIGN, "--project", str(root))
    verified = told(capfd, "verify", CAMPAIGN, "--project", str(root))
    assert (verified["ok"], verified["finished"]) == (True, True)
    after = {file.name: file.read_bytes() for file in root.glob("mail/*.eml")}
    # What was in the server's hands when the sender died, at most one mail a connection, is unknown: it is there, or it
    # is not sent again.
    unknown = verified["states"].get("unknown", 0)
    assert unknown <= Server(host="localhost", port=25).connections
    assert verified["states"]["accepted"] == planned - unknown
    assert planned - unknown <= len(after) <= planned
    assert {name: after[name] for name in before} == before
