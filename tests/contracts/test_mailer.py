"""What every mailer promises: it hands over what it was given, once, and only after `before_dot` returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.folder import FolderMailer, delivered
from envoi.adapters.messages.memory import MemoryMailer
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.errors import DataError
from envoi.messages.ledger import State
from envoi.messages.port import Mailer, Outgoing
from tests.faults.smtp_server import FaultServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A mailer, and what has arrived at its other end by message id."""

    mailer: Mailer
    arrived: Callable[[], dict[str, bytes]]


def letter(message_id: str, body: bytes = b"Hello\r\n") -> Outgoing:
    data = b"Message-ID: <" + message_id.encode() + b"@example.org>\r\n\r\n" + body
    return Outgoing(message_id=message_id, sender="shop@example.org", recipient="anna@example.org", data=data)


def nothing() -> None:
    """Lets the message pass."""


@pytest.fixture(params=["memory", "folder", "smtp"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    if request.param == "memory":
        memory = MemoryMailer()
        yield Post(mailer=memory, arrived=lambda: {each.message_id: each.data for each in memory.sent})
    elif request.param == "folder":
        folder = tmp_path / "mail"
        yield Post(
            mailer=FolderMailer(folder),
            arrived=lambda: {each: (folder / f"{each}.eml").read_bytes() for each in delivered(folder)},
        )
    else:
        with FaultServer() as server:
            mailer = SmtpMailer(parse_server(server.url), reply_s=5, verdict_s=5)
            yield Post(mailer=mailer, arrived=lambda: {each: copies[0] for each, copies in server.record.kept.items()})
            mailer.close()


@pytest.mark.parametrize(
    "body", [b"", b".\r\n", b"..\r\nMAIL FROM:<a@b>\r\n.\r\n", b"x" * 900 + b"\r\n", b"a\r\n" * 99_999]
)
def test_a_message_arrives_as_it_is(post: Post, body: bytes) -> None:
    outgoing = letter("m1", body)
    assert post.mailer.send(outgoing, before_dot=nothing).state is State.ACCEPTED
    assert post.arrived() == {"m1": outgoing.data}


def test_before_dot_comes_once_and_before_the_message_arrives(post: Post) -> None:
    seen = []
    post.mailer.send(letter("m1"), before_dot=lambda: seen.append(post.arrived()))
    assert seen == [{}]


def test_a_message_that_is_withdrawn_at_the_dot_never_arrives(post: Post) -> None:
    def withdraw() -> None:
        raise DataError("not this one")

    with pytest.raises(DataError):
        post.mailer.send(letter("m1"), before_dot=withdraw)
    assert post.mailer.send(letter("m2"), before_dot=nothing).state is State.ACCEPTED
    assert set(post.arrived()) == {"m2"}


def test_many_messages_arrive_with_pauses_between(post: Post) -> None:
    for n in range(6):
        if n % 3 == 0:
            post.mailer.close()
        assert post.mailer.send(letter(f"m{n}"), before_dot=nothing).state is State.ACCEPTED
    assert set(post.arrived()) == {f"m{n}" for n in range(6)}


def test_closing_twice_is_closing(post: Post) -> None:
    post.mailer.close()
    post.mailer.close()
