"""The mail server in its own process: it takes mail while the block runs, and ends with it."""

from __future__ import annotations

import sys
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest

from envoi.adapters.messages.folder import delivered
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.errors import Unreachable
from envoi.hosts.demo.server import mail_server, serve
from envoi.messages.ledger import State
from envoi.messages.port import Outgoing
from tests.adapters.messages.posting import post

LETTER = Outgoing(
    message_id="m1", sender="shop@example.org", recipient="anna@example.org",
    data=b"Message-ID: <m1@example.org>\r\nSubject: Hi\r\n\r\nHello\r\n",
)  # fmt: skip


def test_it_takes_mail_and_is_gone_afterwards(tmp_path: Path) -> None:
    with mail_server(tmp_path / "mail") as url, closing(SmtpMailer(parse_server(url))) as mailer:
        ends, _ = post(mailer, [LETTER])
        assert ends["m1"].state is State.ACCEPTED
    assert delivered(tmp_path / "mail") == {"m1"}
    with pytest.raises(Unreachable), closing(SmtpMailer(parse_server(url))) as mailer:
        post(mailer, [LETTER])


def test_it_ends_with_its_input_and_says_where_it_is_first(tmp_path: Path) -> None:
    said = StringIO()
    serve(tmp_path / "mail", until=StringIO(), say=said)
    assert said.getvalue().startswith("smtp://127.0.0.1:")


def test_one_that_does_not_start_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ends"
    program.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(Unreachable, match="did not start"), mail_server(tmp_path / "mail"):
        pass
