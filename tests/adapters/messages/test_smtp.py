"""Each way a mail server can fail ends in the one state that is true, told by which side of the dot it was on."""

from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.adapters.messages.smtp import SmtpMailer, dotted
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.errors import MailerBusy, ProjectError, StoreFailed, Unreachable
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Outgoing
from tests.faults.smtp_server import (
    ACCEPTS_AND_DROPS,
    ACCEPTS_AND_RESETS,
    BUSY_BANNER,
    DROPS_BEFORE_DOT,
    GREYLISTS,
    IS_SILENT,
    LOCAL_ERROR,
    NO_SUCH_USER,
    OK,
    SPAM,
    Behaviour,
    FaultServer,
)


def letter(n: int = 1, *, to: str = "anna@example.org", body: str = "Hello\r\n") -> Outgoing:
    data = f"Message-ID: <m{n}@example.org>\r\n\r\n{body}".encode()
    return Outgoing(message_id=f"m{n}", sender="shop@example.org", recipient=to, data=data)


def mailer_to(server: FaultServer) -> SmtpMailer:
    return SmtpMailer(parse_server(server.url), reply_s=5, verdict_s=5)


def send(mailer: SmtpMailer, outgoing: Outgoing) -> tuple[Receipt, bool]:
    """What became of it, and whether it came as far as the dot."""
    asked = []
    receipt = mailer.send(outgoing, before_dot=lambda: asked.append(outgoing))
    return receipt, bool(asked)


@pytest.mark.parametrize(
    ("behaviour", "state", "reason", "asks", "arrives"),
    [
        (OK, State.ACCEPTED, "", True, True),
        (GREYLISTS, State.DEFERRED, "450 4.2.1 come back later", False, False),
        (NO_SUCH_USER, State.REJECTED, "550 5.1.1 no such user", False, False),
        (
            Behaviour(data="554 5.5.1 no valid recipients"),
            State.REJECTED,
            "554 5.5.1 no valid recipients",
            False,
            False,
        ),
        (Behaviour(data="250 what?"), State.DEFERRED, "250 what?", False, False),
        (DROPS_BEFORE_DOT, State.DEFERRED, "the connection was lost before", False, False),
        (SPAM, State.REJECTED, "554 5.7.1 looks like spam", True, False),
        (LOCAL_ERROR, State.DEFERRED, "451 4.3.0 local error", True, False),
        (Behaviour(verdict="421 4.3.2 going down", keeps=False), State.DEFERRED, "421 4.3.2 going down", True, False),
        (Behaviour(verdict="what?"), State.UNKNOWN, "-1", True, True),
        (ACCEPTS_AND_DROPS, State.UNKNOWN, "the connection was lost after", True, True),
        (ACCEPTS_AND_RESETS, State.UNKNOWN, "the connection was lost after", True, True),
    ],
)
def test_a_failure_ends_in_its_state(
    behaviour: Behaviour, state: State, reason: str, *, asks: bool, arrives: bool
) -> None:
    with FaultServer(behaviour) as server, closing(mailer_to(server)) as mailer:
        receipt, asked = send(mailer, letter())
        assert (receipt.state, asked, "m1" in server.record.kept) == (state, asks, arrives)
        assert receipt.reason.startswith(reason)
        assert (receipt.reason == "") == (state is State.ACCEPTED)
        # Whatever happened, the next message goes through, and is not taken for a part of the last.
        server.behaviour = OK
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
        assert server.record.kept["m2"] == [letter(2).data]


@pytest.mark.parametrize(
    "behaviour", [BUSY_BANNER, Behaviour(mail="421 busy"), Behaviour(rcpt="421 busy"), Behaviour(data="421 busy")]
)
def test_a_busy_server_is_left_alone_and_nothing_was_handed_over(behaviour: Behaviour) -> None:
    with FaultServer(behaviour) as server, pytest.raises(MailerBusy, match="421"):
        send(mailer_to(server), letter())
    assert server.record.awaited == set()


def test_a_server_that_takes_nothing_from_this_sender_condemns_no_recipient() -> None:
    with (
        FaultServer(Behaviour(mail="550 5.7.1 sender not allowed")) as server,
        pytest.raises(ProjectError, match="not allowed"),
    ):
        send(mailer_to(server), letter())


def test_one_connection_is_kept_and_reset_only_after_an_error() -> None:
    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        for n in range(3):
            send(mailer, letter(n))
        server.behaviour = NO_SUCH_USER
        send(mailer, letter(3))
        server.behaviour = OK
        send(mailer, letter(4))
    verbs = [command[:4] for command in server.record.commands]
    assert (server.record.connections, verbs.count("RSET"), verbs[-1]) == (1, 1, "quit")
    assert sorted(server.record.kept) == ["m0", "m1", "m2", "m4"]


def test_a_server_that_limits_messages_per_connection_is_called_again() -> None:
    with FaultServer(Behaviour(per_connection=2)) as server, closing(mailer_to(server)) as mailer:
        assert {send(mailer, letter(n))[0].state for n in range(5)} == {State.ACCEPTED}
    assert server.record.connections == 3
    assert set(server.record.accepted.values()) == {1}


def test_a_message_that_is_withdrawn_at_the_dot_leaves_nothing_at_the_server() -> None:
    def withdraw() -> None:
        raise StoreFailed("the disk is full")

    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        with pytest.raises(StoreFailed):
            mailer.send(letter(1), before_dot=withdraw)
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
    assert (server.record.fragments, set(server.record.kept)) == ([b""], {"m2"})


def test_an_answer_that_makes_no_sense_does_not_stand_for_the_next_one() -> None:
    with FaultServer(Behaviour(verdict="what?\r\n250 taken")) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1))[0].state is State.UNKNOWN
        server.behaviour = NO_SUCH_USER
        assert send(mailer, letter(2))[0].state is State.REJECTED
    assert server.record.connections == 2


@pytest.mark.parametrize(
    ("behaviour", "state", "kept"),
    [
        (Behaviour(rcpt=IS_SILENT), State.DEFERRED, set()),
        (Behaviour(data=IS_SILENT), State.DEFERRED, set()),
        (Behaviour(verdict=IS_SILENT), State.UNKNOWN, {"m1"}),
    ],
)
def test_a_server_that_falls_silent_may_have_the_message_only_after_the_dot(
    behaviour: Behaviour, state: State, kept: set[str]
) -> None:
    # Longer than the server is silent, where the other wait is the one to end.
    reply_s, verdict_s = (9.0, 0.05) if kept else (0.05, 9.0)
    with FaultServer(behaviour) as server:
        with closing(SmtpMailer(parse_server(server.url), reply_s=reply_s, verdict_s=verdict_s)) as mailer:
            receipt, _ = send(mailer, letter())
        assert (receipt.state, set(server.record.kept)) == (state, kept)
        assert "timed out" in receipt.reason


@pytest.mark.parametrize(
    "address", ["a@b>\r\nRCPT TO:<eve@example.org", "a@b\nDATA", "a b@c", "<a@b>", "a\0@b", "a@\ud800"]
)
def test_an_address_cannot_speak_to_the_server(address: str) -> None:
    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        receipt, asked = send(mailer, letter(to=address))
    assert (receipt.state, asked, server.record.commands) == (State.REJECTED, False, [])


@pytest.mark.parametrize(
    ("outgoing", "extension", "asks"),
    [
        (letter(to="änne@example.org"), "SMTPUTF8", "SMTPUTF8"),
        (letter(body="schön\r\n"), "8BITMIME", "BODY=8BITMIME"),
    ],
)
def test_an_extension_is_used_only_if_needed_and_offered(outgoing: Outgoing, extension: str, asks: str) -> None:
    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        receipt, asked = send(mailer, outgoing)
        assert (receipt.state, asked) == (State.REJECTED, False)
        assert extension in receipt.reason
    with FaultServer(Behaviour(extensions=(extension,))) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, outgoing)[0].state is State.ACCEPTED
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
    asking = [command for command in server.record.commands if command.startswith("MAIL")]
    assert asking == [f"MAIL FROM:<shop@example.org> {asks}", "MAIL FROM:<shop@example.org>"]


def test_nobody_listening_is_unreachable() -> None:
    with FaultServer() as server:
        mailer = mailer_to(server)
    with pytest.raises(Unreachable, match=f"127.0.0.1:{server.port}"):
        send(mailer, letter())


@pytest.mark.parametrize("banner", ["", "554 go away", "HTTP/1.1 400 Bad Request"])
def test_what_does_not_greet_as_a_mail_server_is_unreachable(banner: str) -> None:
    with FaultServer(Behaviour(banner=banner)) as server, pytest.raises(Unreachable):
        send(mailer_to(server), letter())


@given(st.lists(st.sampled_from([b".", b"\r\n", b"\n", b"\r", b"a", b"..", b"\r\n.\r\n"])).map(b"".join))
def test_a_message_ends_where_it_ends_whatever_it_holds(data: bytes) -> None:
    body, end, rest = (b"\r\n" + dotted(data)).partition(b"\r\n.\r\n")
    lines = [line.removeprefix(b".") for line in body[2:].split(b"\r\n")]
    assert (end, rest) == (b"\r\n.\r\n", b"")
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert lines == plain.removesuffix(b"\n").split(b"\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
