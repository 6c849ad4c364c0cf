"""A folder of mail holds whole messages, one file each."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.folder import FolderMailer, delivered
from envoi.errors import Unreachable
from envoi.messages.ledger import State
from envoi.messages.port import Outgoing

if TYPE_CHECKING:
    from pathlib import Path


def letter(message_id: str, data: bytes = b"Hello") -> Outgoing:
    return Outgoing(message_id=message_id, sender="shop@example.org", recipient="anna@example.org", data=data)


def nothing() -> None:
    """Lets the message pass."""


def test_a_second_message_of_one_id_overwrites_nothing(tmp_path: Path) -> None:
    mailer = FolderMailer(tmp_path)
    assert mailer.send(letter("m1", b"first"), before_dot=nothing).state is State.ACCEPTED
    assert mailer.send(letter("m1", b"second"), before_dot=nothing).state is State.ACCEPTED
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("m1.eml", b"first")]


@pytest.mark.parametrize("message_id", ["../above", "/etc/passwd", ".", "a b%2F", "é"])
def test_no_id_leads_out_of_the_folder(tmp_path: Path, message_id: str) -> None:
    folder = tmp_path / "mail"
    FolderMailer(folder).send(letter(message_id), before_dot=nothing)
    assert [path.parent for path in tmp_path.rglob("*.eml")] == [folder]
    assert delivered(folder) == {message_id}


def test_a_folder_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    in_the_way = tmp_path / "mail"
    in_the_way.write_text("no folder", encoding="utf-8")
    asked: list[int] = []
    with pytest.raises(Unreachable, match="mail"):
        FolderMailer(in_the_way).send(letter("m1"), before_dot=lambda: asked.append(1))
    assert asked == []


def test_a_file_that_was_not_made_is_not_said_to_be_there(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    receipt = FolderMailer(folder).send(letter("m1"), before_dot=lambda: shutil.rmtree(folder))
    assert receipt.state is State.DEFERRED
    assert FolderMailer(folder).send(letter("m1"), before_dot=nothing).state is State.ACCEPTED


def test_a_draft_that_a_crash_left_is_no_message(tmp_path: Path) -> None:
    (tmp_path / ".m1.eml.draft").write_bytes(b"Hel")
    assert delivered(tmp_path) == set()
    FolderMailer(tmp_path).send(letter("m1"), before_dot=nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["m1.eml"]
