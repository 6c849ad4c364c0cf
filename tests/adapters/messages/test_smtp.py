"""Each way a mail server can fail ends in the one state that is true, told by which side of the dot it was on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import pytest

from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.smtp_patience import Patience
from envoi.errors import EnvoiError, MailerBusy, ProjectError, Unreachable
from envoi.messages.ledger import State
from envoi.messages.port import Notice, Outgoing, Ready, Settled, Stopped
from tests.adapters.messages.posting import letter, letters, mailer_to, post, send
from tests.faults.smtp_server import (
    ACCEPTS_AND_DROPS,
    ACCEPTS_AND_RESETS,
    BUSY_BANNER,
    DROPS_BEFORE_DOT,
    GREYLISTS,
    HANGS_UP,
    IS_SILENT,
    LOCAL_ERROR,
    NO_SUCH_USER,
    OK,
    PIPELINED,
    SPAM,
    Behaviour,
    FaultServer,
)

#: With the extension and without it, all must end the same.
WAYS = [OK.extensions, PIPELINED]


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
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
        (Behaviour(mail="452 4.3.1 no room"), State.DEFERRED, "452 4.3.1 no room", False, False),
        (Behaviour(mail="552 5.3.4 too large"), State.REJECTED, "552 5.3.4 too large", False, False),
        (Behaviour(rcpt=HANGS_UP, resets=True), State.DEFERRED, "the connection was lost before", False, False),
        (LOCAL_ERROR, State.DEFERRED, "451 4.3.0 local error", True, False),
        (Behaviour(verdict="421 4.3.2 going down", keeps=False), State.DEFERRED, "421 4.3.2 going down", True, False),
        (Behaviour(verdict="what?"), State.UNKNOWN, "the connection was lost after", True, True),
        (Behaviour(verdict="354 more?"), State.UNKNOWN, "the connection was lost after", True, True),
        (ACCEPTS_AND_DROPS, State.UNKNOWN, "the connection was lost after", True, True),
        (ACCEPTS_AND_RESETS, State.UNKNOWN, "the connection was lost after", True, True),
    ],
)
def test_a_failure_ends_in_its_state(
    behaviour: Behaviour, state: State, reason: str, extensions: tuple[str, ...], *, asks: bool, arrives: bool
) -> None:
    behaviour, well = (replace(each, extensions=extensions) for each in (behaviour, OK))
    with FaultServer(behaviour) as server, closing(mailer_to(server)) as mailer:
        receipt, asked = send(mailer, letter())
        assert (receipt.state, asked, "m1" in server.record.kept) == (state, asks, arrives)
        assert receipt.reason.startswith(reason)
        assert (receipt.reason == "") == (state is State.ACCEPTED)
        # Whatever happened, the next message goes through, and is not taken for a part of the last.
        server.behaviour = well
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
        assert server.record.kept["m2"] == [letter(2).data]


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
@pytest.mark.parametrize(
    "behaviour", [BUSY_BANNER, Behaviour(mail="421 busy"), Behaviour(rcpt="421 busy"), Behaviour(data="421 busy")]
)
def test_a_busy_server_is_left_alone_and_nothing_was_handed_over(
    behaviour: Behaviour, extensions: tuple[str, ...]
) -> None:
    with (
        FaultServer(replace(behaviour, extensions=extensions)) as server,
        closing(mailer_to(server, connections=3)) as mailer,
        pytest.raises(MailerBusy, match="421"),
    ):
        post(mailer, letters(5))
    assert server.record.awaited == set()


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
def test_a_server_that_takes_nothing_from_this_sender_condemns_no_recipient(extensions: tuple[str, ...]) -> None:
    with (
        FaultServer(Behaviour(mail="550 5.7.1 sender not allowed", extensions=extensions)) as server,
        closing(mailer_to(server)) as mailer,
        pytest.raises(ProjectError, match="not allowed"),
    ):
        send(mailer, letter())


def stopped_with(mailer: SmtpMailer, count: int) -> tuple[dict[str, State], EnvoiError]:
    """How many messages ended when the mailer stopped, of which none was released, and why it did."""
    for each in letters(count):
        mailer.offer(each)
    ends, error = dict[str, State](), None
    for _ in range(200):
        for notice in mailer.poll(0.1):
            if isinstance(notice, Settled):
                ends[notice.message_id] = notice.receipt.state
            elif isinstance(notice, Stopped):
                error = notice.error
        if error and len(ends) == count:
            return ends, error
    raise AssertionError(f"{ends} {error}")


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (BUSY_BANNER, MailerBusy),
        (Behaviour(banner="554 no"), Unreachable),
        (Behaviour(mail="550 no", extensions=PIPELINED), ProjectError),
        (Behaviour(rcpt="421 no", extensions=PIPELINED), MailerBusy),
    ],
)
def test_when_it_stops_all_that_was_not_let_go_comes_back(behaviour: Behaviour, kind: type[EnvoiError]) -> None:
    with FaultServer(behaviour) as server, closing(mailer_to(server, connections=2)) as mailer:
        room = mailer.room()
        ends, error = stopped_with(mailer, room)
        assert isinstance(error, kind)
        assert ends == {f"m{n}": State.DEFERRED for n in range(room)}
        assert mailer.room() == room
        server.behaviour = OK
        assert send(mailer, letter(99))[0].state is State.ACCEPTED


def test_what_was_let_go_is_waited_for_when_all_else_stops() -> None:
    with FaultServer(Behaviour(extensions=PIPELINED)) as server, closing(mailer_to(server)) as mailer:
        mailer.offer(letter(1))
        assert list(mailer.poll(5)) == [Ready("m1")]
        server.behaviour = Behaviour(extensions=PIPELINED, mail="550 5.7.1 blocked since now")
        mailer.offer(letter(2))
        mailer.release("m1", go=True)
        notices = [notice for _ in range(20) for notice in mailer.poll(0.05)]
    ends = {notice.message_id: notice.receipt.state for notice in notices if isinstance(notice, Settled)}
    assert ends == {"m1": State.ACCEPTED, "m2": State.DEFERRED}
    assert [notice.error.what for notice in notices if isinstance(notice, Stopped)]


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
def test_one_connection_is_kept_and_reset_only_after_an_error(extensions: tuple[str, ...]) -> None:
    refused = {"p3@example.org": "550 5.1.1 no such user"}
    with FaultServer(Behaviour(extensions=extensions, answers=refused)) as server:
        with closing(mailer_to(server)) as mailer:
            ends, _ = post(mailer, letters(6))
        assert server.has_heard("QUIT")
    verbs = [command[:4] for command in server.record.commands]
    assert (server.record.connections, verbs.count("RSET"), verbs[-1]) == (1, 1, "QUIT")
    assert [ends[f"m{n}"].state for n in range(6)] == [State.ACCEPTED] * 3 + [State.REJECTED] + [State.ACCEPTED] * 2
    assert sorted(server.record.kept) == ["m0", "m1", "m2", "m4", "m5"]


def test_a_message_takes_one_round_trip_on_a_kept_connection() -> None:
    with FaultServer(Behaviour(extensions=PIPELINED)) as server, closing(mailer_to(server)) as mailer:
        mailer.offer(letter(0))
        assert list(mailer.poll(5)) == [Ready("m0")]
        for n in range(1, 6):
            mailer.offer(letter(n))
            mailer.release(f"m{n - 1}", go=True)
            # One write, and after it nothing but listening until the next is ready.
            heard: list[Notice] = []
            while not any(isinstance(each, Ready) for each in heard):
                heard += mailer.poll(5)
            assert [type(each) for each in heard] == [Settled, Ready]
            assert heard[1] == Ready(f"m{n}")
        assert server.record.connections == 1


def test_a_server_that_asks_for_a_message_nobody_is_to_get_gets_none() -> None:
    behaviour = Behaviour(rcpt="550 5.1.1 no such user", asks_anyway=True, verdict="554 no recipients", keeps=False)
    with FaultServer(replace(behaviour, extensions=PIPELINED)) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1))[0].reason == "550 5.1.1 no such user"
        server.behaviour = Behaviour(extensions=PIPELINED)
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
    assert (server.record.connections, set(server.record.kept)) == (1, {"m2"})


def test_many_connections_share_the_work() -> None:
    with FaultServer(Behaviour(extensions=PIPELINED)) as server:
        with closing(mailer_to(server, connections=4)) as mailer:
            assert mailer.room() == 12
            ends, _ = post(mailer, letters(200))
        assert {each.state for each in ends.values()} == {State.ACCEPTED}
        assert server.record.kept == {each.message_id: [each.data] for each in letters(200)}
        assert server.record.connections == 4


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
def test_answers_that_come_octet_by_octet_are_the_same(extensions: tuple[str, ...]) -> None:
    behaviour = Behaviour(extensions=extensions, drips_s=0.0001, answers={"p1@example.org": "550-5.1.1 no\r\n550 such"})
    with FaultServer(behaviour) as server, closing(mailer_to(server)) as mailer:
        ends, _ = post(mailer, letters(3))
    assert [ends[f"m{n}"].state for n in range(3)] == [State.ACCEPTED, State.REJECTED, State.ACCEPTED]
    assert ends["m1"].reason == "550 5.1.1 no such"


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
@pytest.mark.parametrize("connections", [1, 4])
def test_a_server_that_limits_messages_per_connection_is_called_again(
    connections: int, extensions: tuple[str, ...]
) -> None:
    with (
        FaultServer(Behaviour(per_connection=2, extensions=extensions)) as server,
        closing(mailer_to(server, connections=connections)) as mailer,
    ):
        ends, _ = post(mailer, letters(9))
    assert {each.state for each in ends.values()} == {State.ACCEPTED}
    assert server.record.connections >= 5
    assert set(server.record.accepted.values()) == {1}


def test_a_connection_that_ended_between_two_messages_is_opened_again() -> None:
    with FaultServer(Behaviour(extensions=PIPELINED)) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1))[0].state is State.ACCEPTED
        server.hang_up()
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
    assert server.record.connections == 2


def test_a_message_that_is_withdrawn_at_the_dot_leaves_nothing_at_the_server() -> None:
    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        mailer.offer(letter(1))
        assert list(mailer.poll(5)) == [Ready("m1")]
        mailer.release("m1", go=False)
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
    assert (server.record.fragments, set(server.record.kept)) == ([b""], {"m2"})


def test_a_server_that_loses_patience_before_the_release_has_nothing() -> None:
    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        mailer.offer(letter(1))
        assert list(mailer.poll(5)) == [Ready("m1")]
        server.hang_up()
        (settled,) = mailer.poll(5)
        mailer.release("m1", go=True)
        assert isinstance(settled, Settled)
        assert (settled.receipt.state, list(mailer.poll(0.05))) == (State.DEFERRED, [])
    assert server.record.kept == {}


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(verdict="what?\r\n250 taken"),
        Behaviour(verdict="250-what?\r\n251 taken"),
        Behaviour(verdict="250 taken\n250 taken"),
        Behaviour(verdict="99 taken"),
    ],
)
def test_an_answer_that_makes_no_sense_does_not_stand_for_the_next_one(behaviour: Behaviour) -> None:
    with FaultServer(behaviour) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1))[0].state is State.UNKNOWN
        server.behaviour = NO_SUCH_USER
        assert send(mailer, letter(2))[0].state is State.REJECTED
    assert server.record.connections == 2


def test_an_answer_too_many_is_not_taken_for_the_next_one() -> None:
    with FaultServer(Behaviour(verdict="250 taken\r\n250 taken twice")) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1))[0].state is State.ACCEPTED
        server.behaviour = NO_SUCH_USER
        assert send(mailer, letter(2))[0].state is State.REJECTED
    assert server.record.connections == 2


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
@pytest.mark.parametrize(
    ("behaviour", "state", "kept"),
    [
        (Behaviour(mail=IS_SILENT), State.DEFERRED, set()),
        (Behaviour(rcpt=IS_SILENT), State.DEFERRED, set()),
        (Behaviour(data=IS_SILENT), State.DEFERRED, set()),
        (Behaviour(verdict=IS_SILENT), State.UNKNOWN, {"m1"}),
    ],
)
def test_a_server_that_falls_silent_may_have_the_message_only_after_the_dot(
    behaviour: Behaviour, state: State, kept: set[str], extensions: tuple[str, ...]
) -> None:
    with FaultServer(replace(behaviour, extensions=extensions)) as server:
        with closing(mailer_to(server, patience_s=0.05)) as mailer:
            receipt, _ = send(mailer, letter())
        assert (receipt.state, set(server.record.kept)) == (state, kept)
        assert "timed out" in receipt.reason


def test_each_step_has_its_own_patience() -> None:
    quick = {"verdict": 0.05}
    with FaultServer(Behaviour(verdict=IS_SILENT)) as server:
        mailer = SmtpMailer(parse_server(server.url), patience=Patience(**quick))
        with closing(mailer):
            assert send(mailer, letter())[0].state is State.UNKNOWN
    # RFC 5321 4.5.3.2 names the least that each may be.
    assert (Patience().command, Patience().data, Patience().message, Patience().verdict) == (300, 120, 180, 600)


def test_a_message_that_the_server_stops_reading_was_not_sent() -> None:
    large = letter(body=("x" * 70 + "\r\n") * 200_000)
    behaviour = Behaviour(stops_reading=True, extensions=("PIPELINING",))
    with FaultServer(behaviour) as server, closing(mailer_to(server, patience_s=0.3)) as mailer:
        receipt, asked = send(mailer, large)
    assert (receipt.state, asked, server.record.kept) == (State.DEFERRED, True, {})
    assert "while the message was sent" in receipt.reason


def test_a_server_that_drips_is_not_waited_for_forever() -> None:
    with FaultServer(Behaviour(verdict="250 " + "x" * 60)) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1))[0].state is State.ACCEPTED
    with (
        FaultServer(Behaviour(banner="220 " + "x" * 60, drips_s=0.02)) as server,
        closing(mailer_to(server, patience_s=0.1)) as mailer,
        pytest.raises(Unreachable, match="timed out"),
    ):
        send(mailer, letter(2))


@pytest.mark.parametrize(
    "address", ["a@b>\r\nRCPT TO:<eve@example.org", "a@b\nDATA", "a b@c", "<a@b>", "a\0@b", "a@\ud800", "a@\u2028b"]
)
def test_an_address_cannot_speak_to_the_server(address: str) -> None:
    # GHSA-v3q9-hj7j-63hq: aiosmtplib spoke what came after the line break; later versions cut it off without a word.
    with FaultServer() as server, closing(mailer_to(server)) as mailer:
        for outgoing in (letter(to=address), replace(letter(), sender=address)):
            receipt, asked = send(mailer, outgoing)
            assert (receipt.state, asked) == (State.REJECTED, False)
    assert [command.split()[0] for command in server.record.commands if command != "QUIT"] == ["EHLO"]


@pytest.mark.parametrize("extensions", WAYS, ids=["lock-step", "pipelined"])
@pytest.mark.parametrize(
    "end", ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r", "\r.\r\n", "\r\n..\r\n.\r\n"]
)
def test_a_message_cannot_end_before_its_end(end: str, extensions: tuple[str, ...]) -> None:
    # CVE-2024-27305 and its like: servers differ in what they take for the end of a message.
    smuggled = "MAIL FROM:<eve@example.org>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\nMessage-ID: <eve@x>\r\n\r\nspam"
    with FaultServer(Behaviour(extensions=extensions)) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, letter(1, body=f"Hello{end}{smuggled}\r\n.\r\n"))[0].state is State.ACCEPTED
        assert send(mailer, letter(2))[0].state is State.ACCEPTED
    assert set(server.record.kept) == {"m1", "m2"}
    (kept,) = server.record.kept["m1"]
    assert b"MAIL FROM:<eve@example.org>" in kept
    assert kept.count(b"\n") == kept.count(b"\r") == kept.count(b"\r\n")


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


def test_a_server_is_told_the_size_and_spared_what_is_too_large() -> None:
    small, large = letter(1), letter(2, body="x" * 2000)
    with FaultServer(Behaviour(extensions=("SIZE 1000",))) as server, closing(mailer_to(server)) as mailer:
        assert send(mailer, small)[0].state is State.ACCEPTED
        assert "1,000" in send(mailer, large)[0].reason
    asking = [command for command in server.record.commands if command.startswith("MAIL")]
    assert asking == [f"MAIL FROM:<shop@example.org> SIZE={len(small.data)}"]


def test_a_rate_sends_no_faster_and_tells_each_message_its_turn() -> None:
    with FaultServer() as server:
        mailer = SmtpMailer(parse_server(server.url), patience=Patience.of(5), rates={"example.org": 60})
        with closing(mailer):
            ends, _ = post(mailer, letters(6))
            others, _ = post(mailer, letters(6, domain="example.net"))
    waits = [each.again_s for each in ends.values() if each.state is State.PLANNED]
    assert (len(waits), len(server.record.kept)) == (4, 6)
    assert all(later - sooner == pytest.approx(1, abs=0.2) for sooner, later in pairwise(filter(None, waits)))
    assert {each.state for each in others.values()} == {State.ACCEPTED}


def test_a_destination_that_says_later_again_and_again_is_left_alone_and_others_are_not() -> None:
    busy = {f"p{n}@slow.example": "451 4.7.0 too fast" for n in range(9)}
    with FaultServer(Behaviour(answers=busy)) as server, closing(mailer_to(server)) as mailer:
        ends = [send(mailer, each)[0] for each in letters(5, domain="slow.example")]
        assert [each.state for each in ends] == [State.DEFERRED] * 3 + [State.PLANNED] * 2
        assert ends[4].again_s == pytest.approx(30, abs=5)
        assert send(mailer, letter(to="anna@example.org"))[0].state is State.ACCEPTED


def test_nobody_listening_is_unreachable() -> None:
    with FaultServer() as server:
        mailer = mailer_to(server)
    with closing(mailer), pytest.raises(Unreachable, match=f"127.0.0.1:{server.port}"):
        send(mailer, letter())


@pytest.mark.parametrize("banner", [HANGS_UP, "554 go away", "HTTP/1.1 400 Bad Request", "220 hi\r\n250 fine"])
def test_what_does_not_greet_as_a_mail_server_is_unreachable(banner: str) -> None:
    with (
        FaultServer(Behaviour(banner=banner)) as server,
        closing(mailer_to(server)) as mailer,
        pytest.raises(Unreachable),
    ):
        send(mailer, letter())
