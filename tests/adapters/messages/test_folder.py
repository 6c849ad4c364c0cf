"""A folder of mail holds whole messages, one file each."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from envoi.adapters.messages.folder import FolderMailer, delivered
from envoi.errors import Unreachable
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Notice, Outgoing, Ready, Settled, Stopped


def letter(message_id: str, data: bytes = b"Hello") -> Outgoing:
    return Outgoing(message_id=message_id, sender="shop@example.org", recipient="anna@example.org", data=data)


def send(folder: Path, outgoing: Outgoing) -> Receipt:
    mailer = FolderMailer(folder)
    mailer.offer(outgoing)
    assert mailer.poll(0) == [Ready(outgoing.message_id)]
    mailer.release(outgoing.message_id, go=True)
    (settled,) = mailer.poll(0)
    assert isinstance(settled, Settled)
    return settled.receipt


def test_a_second_message_of_one_id_overwrites_nothing(tmp_path: Path) -> None:
    assert send(tmp_path, letter("m1", b"first")).state is State.ACCEPTED
    assert send(tmp_path, letter("m1", b"second")).state is State.ACCEPTED
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("m1.eml", b"first")]


@pytest.mark.parametrize("message_id", ["../above", "/etc/passwd", ".", "a b%2F", "é"])
def test_no_id_leads_out_of_the_folder(tmp_path: Path, message_id: str) -> None:
    folder = tmp_path / "mail"
    send(folder, letter(message_id))
    assert [path.parent for path in tmp_path.rglob("*.eml")] == [folder]
    assert delivered(folder) == {message_id}


def test_a_folder_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    in_the_way = tmp_path / "mail"
    in_the_way.write_text("no folder", encoding="utf-8")
    mailer = FolderMailer(in_the_way)
    mailer.offer(letter("m1"))
    settled, stopped = mailer.poll(0)
    assert isinstance(settled, Settled)
    assert settled.receipt.state is State.DEFERRED
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, Unreachable)


def test_a_folder_that_fails_on_the_way_gives_back_all_that_was_not_released(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    mailer = FolderMailer(folder)
    for name in ("m1", "m2"):
        mailer.offer(letter(name))
    mailer.poll(0)
    mailer.release("m1", go=True)
    shutil.rmtree(folder)
    folder.write_text("no folder", encoding="utf-8")
    mailer.offer(letter("m3"))
    notices = mailer.poll(0)
    assert [_told(each) for each in notices] == [("m1", "accepted"), ("m2", "deferred"), ("m3", "deferred"), "stopped"]
    assert mailer.room() == FolderMailer(folder).room()


def _told(notice: Notice) -> object:
    return (notice.message_id, notice.receipt.state) if isinstance(notice, Settled) else "stopped"


def test_a_file_that_was_not_made_is_not_said_to_be_there(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    mailer = FolderMailer(folder)
    mailer.offer(letter("m1"))
    shutil.rmtree(folder)
    mailer.release("m1", go=True)
    assert [_told(each) for each in mailer.poll(0) if isinstance(each, Settled)] == [("m1", "deferred")]
    assert send(folder, letter("m1")).state is State.ACCEPTED


def test_a_draft_that_a_crash_left_is_no_message(tmp_path: Path) -> None:
    (tmp_path / ".m1.eml.draft").write_bytes(b"Hel")
    assert delivered(tmp_path) == set()
    send(tmp_path, letter("m1"))
    assert [path.name for path in tmp_path.iterdir()] == ["m1.eml"]
