"""What every mailer promises: it hands over what it was given, once, and only after it was released."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.folder import FolderMailer, delivered
from envoi.adapters.messages.memory import MemoryMailer
from envoi.adapters.messages.providers.http import HttpMailer
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.smtp_patience import Patience
from envoi.messages.ledger import State
from envoi.messages.port import Mailer, Notice, Outgoing, Ready, Settled
from tests.adapters.messages.providers.test_http import api_of
from tests.faults.provider_server import ProviderServer
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


def heard(mailer: Mailer, *, most: int = 100) -> list[Notice]:
    """The next that is heard; a mailer may need some calls to have anything to say."""
    for _ in range(most):
        if notices := mailer.poll(1.0):
            return list(notices)
    return []


def send(mailer: Mailer, outgoing: Outgoing) -> State:
    """Sends one message when nothing else is under way."""
    mailer.offer(outgoing)
    assert heard(mailer) == [Ready(outgoing.message_id)]
    mailer.release(outgoing.message_id, go=True)
    (settled,) = heard(mailer)
    assert isinstance(settled, Settled)
    assert settled.message_id == outgoing.message_id
    return settled.receipt.state


def send_all(mailer: Mailer, letters: list[Outgoing]) -> dict[str, State]:
    """Sends many, as many at a time as the mailer takes."""
    waiting, ends = list(letters), dict[str, State]()
    while len(ends) < len(letters):
        for _ in range(min(mailer.room(), len(waiting))):
            mailer.offer(waiting.pop(0))
        for notice in heard(mailer):
            if isinstance(notice, Ready):
                mailer.release(notice.message_id, go=True)
            else:
                assert isinstance(notice, Settled)
                assert notice.message_id not in ends
                ends[notice.message_id] = notice.receipt.state
    return ends


@pytest.fixture(params=["memory", "folder", "smtp", "ses", "mailgun"])
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
    elif request.param in {"ses", "mailgun"}:
        # The providers that take a mail as it is; the others are held to it in tests/adapters/messages/providers.
        with ProviderServer(request.param) as provider:
            over_http = HttpMailer(api_of(request.param, provider.origin), connections=2)
            yield Post(mailer=over_http, arrived=lambda: provider.mails)
            over_http.close()
    else:
        with FaultServer() as server:
            mailer = SmtpMailer(parse_server(server.url), patience=Patience.of(5))
            yield Post(mailer=mailer, arrived=lambda: {each: copies[0] for each, copies in server.record.kept.items()})
            mailer.close()


@pytest.mark.parametrize(
    "body", [b"", b".\r\n", b"..\r\nMAIL FROM:<a@b>\r\n.\r\n", b"x" * 900 + b"\r\n", b"a\r\n" * 99_999]
)
def test_a_message_arrives_as_it_is(post: Post, body: bytes) -> None:
    outgoing = letter("m1", body)
    assert send(post.mailer, outgoing) is State.ACCEPTED
    assert post.arrived() == {"m1": outgoing.data}


def test_a_message_waits_until_it_is_released(post: Post) -> None:
    post.mailer.offer(letter("m1"))
    assert heard(post.mailer) == [Ready("m1")]
    assert post.mailer.poll(0) == []
    assert post.arrived() == {}
    post.mailer.release("m1", go=True)
    assert [type(each) for each in heard(post.mailer)] == [Settled]
    assert set(post.arrived()) == {"m1"}


def test_a_message_that_is_withdrawn_never_arrives_and_no_more_is_heard_of_it(post: Post) -> None:
    post.mailer.offer(letter("m1"))
    assert heard(post.mailer) == [Ready("m1")]
    post.mailer.release("m1", go=False)
    assert send(post.mailer, letter("m2")) is State.ACCEPTED
    assert set(post.arrived()) == {"m2"}
    assert post.mailer.poll(0) == []


def test_a_message_that_was_withdrawn_may_be_offered_again(post: Post) -> None:
    post.mailer.offer(letter("m1"))
    assert heard(post.mailer) == [Ready("m1")]
    post.mailer.release("m1", go=False)
    assert send(post.mailer, letter("m1")) is State.ACCEPTED
    assert set(post.arrived()) == {"m1"}


def test_room_tells_how_many_more_it_takes(post: Post) -> None:
    room = post.mailer.room()
    assert room >= 1
    post.mailer.offer(letter("m1"))
    assert post.mailer.room() == room - 1
    heard(post.mailer)
    post.mailer.release("m1", go=True)
    heard(post.mailer)
    assert post.mailer.room() == room


def test_many_messages_arrive_each_with_its_own_end(post: Post) -> None:
    letters = [letter(f"m{n}", b"%d\r\n" % n) for n in range(230)]
    assert send_all(post.mailer, letters) == {f"m{n}": State.ACCEPTED for n in range(230)}
    assert post.arrived() == {each.message_id: each.data for each in letters}


def test_many_messages_arrive_with_pauses_between(post: Post) -> None:
    for n in range(6):
        if n % 3 == 0:
            post.mailer.close()
        assert send(post.mailer, letter(f"m{n}")) is State.ACCEPTED
    assert set(post.arrived()) == {f"m{n}" for n in range(6)}


def test_what_was_not_released_when_it_closes_never_arrives(post: Post) -> None:
    post.mailer.offer(letter("m1"))
    heard(post.mailer)
    post.mailer.close()
    assert post.arrived() == {}
    assert send(post.mailer, letter("m2")) is State.ACCEPTED
    assert set(post.arrived()) == {"m2"}


def test_closing_twice_is_closing(post: Post) -> None:
    post.mailer.close()
    post.mailer.close()
