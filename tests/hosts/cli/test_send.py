"""`envoi send`: shown first, asked for where mail leaves the machine, stopped between two mails, and gone on with."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from envoi.hosts.surroundings import MAIL_URL
from tests.faults.smtp_server import Behaviour, FaultServer
from tests.hosts.cli.conftest import Run


def test_a_dry_run_stores_and_sends_nothing(envoi: Run, shop: Path) -> None:
    ran = envoi("send", "come-back", "--dry-run", "--project", shop)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "Campaign come-back as of 2026-11-02T09:00:00Z: nothing is stored or sent\n"
        "  to send               4\n"
        "    fallback            2\n"
        "    tea                 1\n"
        "    big basket          1\n"
        "  held out              1\n"
        "  skipped               0\n"
        "  audience              5\n"
        "Send it: envoi send come-back\n"
    )
    assert not list(shop.glob(".envoi/mail/*.eml"))
    assert envoi("report", "come-back", "--json", "--project", shop).answer["planned_at"] == ""


def test_mail_to_a_folder_needs_no_yes(envoi: Run, shop: Path) -> None:
    ran = envoi("send", "come-back", "--json", "--project", shop)
    again = envoi("send", "come-back", "--json", "--project", shop)
    assert (ran.code, again.code) == (0, 0)
    assert (ran.answer["planned_now"], again.answer["planned_now"]) == (True, False)
    assert ran.answer["report"] == again.answer["report"]
    assert len(list(shop.glob(".envoi/mail/*.eml"))) == 4


def confirm(shop: Path) -> None:
    """Lets mail of the shop's domain leave this machine."""
    main = shop / "envoi.toml"
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace("[mail]", '[mail]\nconfirmed = ["shop.example.org"]'), encoding="utf-8")


def test_from_a_domain_that_is_not_confirmed_mail_goes_to_the_sandbox_and_that_is_said(
    envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MAIL_URL, "smtp://user:geheim@mail.example.org")
    asked = envoi("send", "come-back", "--project", shop)
    assert asked.code == 2
    assert "in the sandbox, the folder .envoi/mail, and count as written to" in asked.err
    assert 'write confirmed = ["shop.example.org"] under [mail] in envoi.toml' in asked.err
    sent = envoi("send", "come-back", "--project", shop, "--yes")
    assert sent.code == 0
    assert sent.err.startswith("sandbox: nothing went through mail.example.org:25; read the mails in .envoi/mail")
    assert len(list(shop.glob(".envoi/mail/*.eml"))) == 4
    assert envoi("verify", "come-back", "--project", shop).code == 0
    assert "geheim" not in asked.err + sent.err + sent.out


def test_mail_to_a_server_elsewhere_needs_a_yes(envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    confirm(shop)
    monkeypatch.setenv(MAIL_URL, "smtp://user:geheim@mail.example.org")
    ran = envoi("send", "come-back", "--project", shop)
    assert (ran.code, ran.out) == (2, "")
    assert "'come-back' would go to 4 people through mail.example.org:25, and nobody is here to say yes" in ran.err
    assert "geheim" not in ran.err
    assert envoi("report", "come-back", "--json", "--project", shop).answer["planned_at"] == ""


def test_on_a_terminal_a_no_sends_nothing(envoi: Run, shop: Path) -> None:
    confirm(shop)
    ours, theirs = pty.openpty()
    os.write(ours, b"n\n")
    done = subprocess.run(
        [sys.executable, "-c", "from envoi.hosts.cli.main import main; main()", "send", "come-back", "--project", shop],
        stdin=theirs,
        capture_output=True,
        env={**os.environ, MAIL_URL: "smtp://mail.example.org"},
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == b"'come-back' would go to 4 people through mail.example.org:25. Send? [y/N] "
    assert envoi("report", "come-back", "--json", "--project", shop).answer["planned_at"] == ""


def test_a_server_that_does_not_answer(envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(Behaviour(banner="421 4.3.2 too busy")) as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        ran = envoi("send", "come-back", "--project", shop)
    assert ran.code == 5
    assert "stopped: " in ran.out
    assert ran.out.endswith("Go on with: envoi send come-back\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_lets_no_more_mail_go_and_the_next_call_goes_on(
    number: signal.Signals, envoi: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # When the server is first spoken to: it is told to wait for mails, and none was let go.
    with FaultServer(listener=_at(1, lambda: os.kill(os.getpid(), number))) as server:
        monkeypatch.setenv(MAIL_URL, server.url)
        stopped = envoi("send", "come-back", "--project", shop)
        taken_before = len(server.record.kept)
        ran = envoi("send", "come-back", "--project", shop, "--json")
    assert (stopped.code, stopped.out, taken_before) == (130, "", 0)
    assert stopped.err == "stopped; 'envoi send come-back' goes on from here, and nobody is written to twice\n"
    assert ran.code == 0
    assert sorted(server.record.accepted.values()) == [1, 1, 1, 1]
    assert ran.answer["report"] == envoi("report", "come-back", "--json", "--project", shop).answer
    assert envoi("verify", "come-back", "--json", "--project", shop).answer["states"] == {"accepted": 4, "skipped": 1}


def _at(step: int, act: Callable[[], None]) -> Callable[[], None]:
    """Acts once, at this step of the dialogue with the server."""
    left = [step]

    def listener() -> None:
        left[0] -= 1
        if left[0] == 0:
            act()

    return listener
