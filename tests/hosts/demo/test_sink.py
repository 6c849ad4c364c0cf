"""The demo's mail server keeps every message it says yes to, and shows doubles."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from envoi.adapters.messages.folder import delivered
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.hosts.demo.sink import Sink
from envoi.messages.ledger import State
from envoi.messages.port import Outgoing
from tests.adapters.messages.posting import post

if TYPE_CHECKING:
    from pathlib import Path


def letter(head: str, body: str = "Hello\r\n") -> Outgoing:
    data = f"{head}\r\nSubject: Hi\r\n\r\n{body}".encode()
    return Outgoing(message_id="", sender="shop@example.org", recipient="anna@example.org", data=data)


def send(sink: Sink, *outgoing: Outgoing) -> set[State]:
    with closing(SmtpMailer(parse_server(sink.url))) as mailer:
        ends, _ = post(mailer, [replace(each, message_id=str(n)) for n, each in enumerate(outgoing)])
    return {receipt.state for receipt in ends.values()}


def test_each_message_becomes_a_file_named_by_its_id(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    first, second = letter("Message-ID: <m1@example.org>"), letter("message-id:\t<m2@example.org>", ".dots\r\n..\r\n")
    with Sink(folder) as sink:
        assert send(sink, first, second) == {State.ACCEPTED}
        assert sink.accepted == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"m1.eml": first.data, "m2.eml": second.data}


def test_a_double_is_seen(tmp_path: Path) -> None:
    with Sink(tmp_path) as sink:
        send(sink, *[letter("Message-ID: <m1@example.org>")] * 3)
        assert sink.accepted == 3
    assert delivered(tmp_path) == {"m1", "m1.2", "m1.3"}


def test_a_message_without_an_id_is_kept_and_no_id_leads_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    quoted = letter("X-Note: none", "Message-ID: <m9@example.org>\r\n")
    with Sink(folder) as sink:
        send(sink, letter("Message-ID: <../../m1@example.org>"), quoted)
    assert delivered(folder) == {"../../m1", "no-message-id"}
    assert [path.name for path in tmp_path.iterdir()] == ["mail"]


def test_what_cannot_be_stored_is_not_said_to_be_taken(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    with Sink(folder) as sink:
        folder.rmdir()
        assert send(sink, letter("Message-ID: <m1@example.org>")) == {State.DEFERRED}
        assert sink.accepted == 0


def test_ending_it_hangs_up_on_a_client_that_is_still_connected(tmp_path: Path) -> None:
    with Sink(tmp_path) as sink:
        mailer = SmtpMailer(parse_server(sink.url))
        post(mailer, [letter("Message-ID: <m1@example.org>")])
    mailer.close()
    assert "sink" not in {thread.name for thread in threading.enumerate()}
