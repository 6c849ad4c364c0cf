"""`envoi doctor`: each check, well and ill, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.hosts.surroundings import MAIL_URL
from tests.faults.smtp_server import PIPELINED, Behaviour, FaultServer
from tests.hosts.cli.conftest import Run


def found(envoi: Run, shop: Path) -> dict[str, dict[str, object]]:
    answer = envoi("doctor", "--json", "--project", shop).answer
    assert isinstance(answer["checks"], list)
    return {check["name"]: check for check in answer["checks"]}


def test_a_healthy_project(envoi: Run, shop: Path) -> None:
    ran = envoi("doctor", "--project", shop)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("✓") == ran.out.count("\n") == 14
    assert "log, history and profiles agree at event 41\n" in ran.out


def test_files_with_mistakes(envoi: Run, shop: Path) -> None:
    (shop / "segments" / "lapsing.toml").write_text("condition = 'age'\n")
    ran = envoi("doctor", "--project", shop)
    assert ran.code == 1
    assert "✗ files" in ran.out
    assert "fix: see them with 'envoi check'" in ran.out


def test_a_secret_that_others_may_read(envoi: Run, shop: Path) -> None:
    envoi("preview", "come-back", "--as", "104", "--project", shop)
    (shop / ".envoi" / "secret").chmod(0o644)
    check = found(envoi, shop)["secret"]
    assert (check["ok"], check["fix"]) == (False, f"chmod 600 {shop / '.envoi' / 'secret'}")


def test_the_way_to_the_mail_server(envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(Behaviour(extensions=PIPELINED)) as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        assert found(envoi, shop)["mail"] == {
            "name": "mail",
            "ok": True,
            "found": f"127.0.0.1:{server.port} answers",
            "fix": "",
        }
    gone = found(envoi, shop)["mail"]
    assert (gone["ok"], gone["fix"]) == (False, "check host, port and network")


def test_a_folder_for_mail_that_cannot_be_made(envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MAIL_URL, "folder:envoi.toml/mail")
    check = found(envoi, shop)["mail"]
    assert (check["ok"], check["fix"]) == (False, f"see that you may read and write {shop}")
