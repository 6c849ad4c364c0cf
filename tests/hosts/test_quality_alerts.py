"""Each finding is told once until it clears, by mail or at a web address, whatever fails and whoever restarts."""

from __future__ import annotations

import email
import email.policy
import hmac
import json
import shutil
import threading
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from envoi.clock import Instant
from envoi.hosts.cli.main import run
from envoi.hosts.live import auditor
from envoi.hosts.live.auditor import audit, due
from envoi.hosts.local import open_project
from envoi.hosts.quality_alerts import SECRET, alert, read_memory, write_memory
from envoi.people.quality.alert import Heard, News
from envoi.reports.quality.answers import Incomplete, QualityFinding, QualityReport
from tests.adapters.answering import answering, saying
from tests.reports.quality.shop import NOW, make

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.hosts.quality_alerts import Alerts

HOUR = 3_600_000_000
MAIL = "mailto:data@example.org"


def report(*says: str) -> QualityReport:
    findings = [
        QualityFinding(
            key=each[0], kind="missing", event="", field=each[0], source="", says=each, example="", todo="", count=1,
            of=2, condition="", touches=[], rank=1.0,
        )
        for each in says
    ]  # fmt: skip
    return QualityReport(
        project="Shop", at="", reference_from="", present_from="", people=2, findings=findings, fields=[], volumes=[],
        incomplete=Incomplete(people=0, of=2, fields=[], condition="", examples=[]), set_aside={},
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bad")
    make(root, bad=True)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(SECRET, "s3cret")
    return shutil.copytree(made, tmp_path / "shop")


def listen(root: Path, *targets: str, more: str = "") -> None:
    path = root / "envoi.toml"
    lines = f"[quality]\nalerts = {json.dumps(targets)}\nprivate = true\n{more}"
    path.write_text(path.read_text(encoding="utf-8").replace("[quality]", lines), encoding="utf-8")


def tell(root: Path, found: QualityReport, hour: int = 0) -> Alerts:
    with open_project(root, read_only=True) as envoi:
        return alert(root, envoi.project, found, at=Instant(NOW + hour * HOUR))


def mails(root: Path) -> list[tuple[str, str]]:
    folder = root / ".envoi" / "mail"
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in folder.glob("*.eml")]
    texts = [(str(mail["Subject"]), mail.get_body(("plain",))) for mail in found]
    return sorted((subject, body.get_content().strip().replace("\r\n", "\n")) for subject, body in texts if body)


def test_a_finding_is_mailed_once_and_then_that_it_is_well_again(root: Path) -> None:
    listen(root, MAIL)
    assert tell(root, report("a is missing", "b is odd")).told == 1
    assert mails(root) == [("Corner shop: 2 findings about the data", "Found:\n- a is missing\n- b is odd")]
    # Said in other words, it is the same finding; a restart in between knows that.
    assert tell(root, report("a is missing for more", "b is odd"), 24).told == 0
    assert tell(root, report("b is odd"), 48).told == 1
    assert ("Corner shop: the data are well again", "Well again, it is no longer so that:\n- a is missing") in mails(
        root
    )
    # It came back, so it is news.
    assert tell(root, report("a is missing", "b is odd"), 72).told == 1
    assert len(mails(root)) == 3


def test_a_web_address_hears_it_signed(root: Path) -> None:
    with answering(saying(204, b"")) as server:
        listen(root, server.url)
        assert tell(root, report("a is missing")).told == 1
        [asked] = server.asked
    body = json.loads(asked.body)
    assert body["found"] == [{"key": "a", "says": "a is missing"}]
    assert (body["project"], body["well_again"]) == ("Corner shop", [])
    assert asked.headers["x-envoi-signature"] == f"sha256={hmac.new(b's3cret', asked.body, sha256).hexdigest()}"
    assert asked.headers["x-envoi-delivery"] == body["id"]


def test_one_that_fails_is_asked_again_later_with_the_very_same(root: Path) -> None:
    with answering(saying(500, b"")) as server:
        listen(root, server.url, MAIL)
        done = tell(root, report("a is missing"))
        # The other one heard it all the same.
        assert (done.told, list(done.failed)) == (1, [server.url])
        assert tell(root, report("a is missing", "b is odd")).failed == {}
        assert len(server.asked) == 1
        server.say = saying(200, b"")
        assert tell(root, report("a is missing", "b is odd"), 1).told == 2
        first, again, news = [json.loads(each.body) for each in server.asked]
    assert first == again
    assert [each["key"] for each in news["found"]] == ["b"]
    assert read_memory(root).heard[server.url].failed == 0


@pytest.mark.parametrize("target", ["web", MAIL])
def test_a_crash_on_the_way_tells_nobody_twice(root: Path, target: str) -> None:
    with answering(saying(200, b"")) as server:
        listen(root, server.url, MAIL)
        target = server.url if target == "web" else target
        memory = read_memory(root)
        memory.heard[target] = Heard(underway=News(id="77", at=NOW, new={"a": "a is missing"}))
        memory.heard[MAIL if target != MAIL else server.url] = Heard(findings={"a": "a is missing"})
        write_memory(root, memory)
        tell(root, report("a is missing"), 1)
        told = [json.loads(each.body)["id"] for each in server.asked]
    if target == MAIL:
        # It may have gone already, and does not go twice.
        assert mails(root) == []
        assert read_memory(root).heard[MAIL].findings == {"a": "a is missing"}
    else:
        # Whoever listens knows the id again.
        assert told == ["77"]


def test_without_a_secret_or_with_an_address_of_the_machine_nothing_is_posted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(saying(200, b"")) as server:
        listen(root, server.url)
        monkeypatch.delenv(SECRET)
        assert SECRET in tell(root, report("a is missing")).failed[server.url]
        monkeypatch.setenv(SECRET, "s3cret")
        path = root / "envoi.toml"
        path.write_text(path.read_text(encoding="utf-8").replace("private = true\n", ""), encoding="utf-8")
        assert "in clear" in tell(root, report("a is missing"), 9).failed[server.url]
        assert server.asked == []


def test_an_audit_is_made_once_an_occurrence(root: Path) -> None:
    listen(root, MAIL, more='schedule = { at = "06:00", every = "day" }\n')
    with open_project(root, read_only=True) as envoi:
        settings, schedule = envoi.project.settings, envoi.project.audits.schedule
    assert due(root, settings, schedule) == "2024-05-01"
    assert audit(root)
    [(subject, text)] = mails(root)
    assert subject == "Corner shop: 10 findings about the data"
    assert "- birthday is missing for 43 %" in " ".join(text.split("\n"))
    assert due(root, settings, schedule) == ""
    assert not audit(root)
    assert due(root, settings, None) == ""


def test_the_command_tells_too_and_says_whom_it_could_not(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(saying(200, b"")) as server:
        listen(root, server.url)
        assert run(["report", "quality", "--alert", "--project", str(root)]) == 0
        assert "told 1" in capsys.readouterr().err
        assert run(["report", "quality", "--alert", "--project", str(root)]) == 0
        assert "nobody who listens had anything to hear" in capsys.readouterr().err
        assert len(server.asked) == 1
    path = root / "envoi.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("/ask", "/other"), encoding="utf-8")
    assert run(["report", "quality", "--alert", "--project", str(root)]) == 1
    assert "could not be told" in capsys.readouterr().err


def test_a_live_host_makes_the_audit_when_it_is_due(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(root, MAIL, more='schedule = { at = "06:00", every = "day" }\n')
    monkeypatch.setattr(auditor, "LOOK_S", 0.01)
    watching, pause = auditor.Auditor(root), threading.Event()
    watching.start()
    while not read_memory(root).audited:
        pause.wait(0.05)
    watching.stop()
    assert len(mails(root)) == 1
