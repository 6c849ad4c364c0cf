"""The mailer in memory plays any server: what it says is what becomes of the message."""

from __future__ import annotations

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.errors import Unreachable
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Outgoing, Ready, Settled, Stopped


def letter(message_id: str) -> Outgoing:
    return Outgoing(message_id=message_id, sender="shop@example.org", recipient=f"{message_id}@b.example", data=b"Hi")


@pytest.mark.parametrize("state", [State.ACCEPTED, State.UNKNOWN])
def test_what_may_be_accepted_waits_for_its_release(state: State) -> None:
    mailer = MemoryMailer(lambda _: Receipt(state=state))
    mailer.offer(letter("m1"))
    assert (mailer.poll(0), mailer.sent) == ([Ready("m1")], [])
    mailer.release("m1", go=True)
    assert (mailer.poll(0), mailer.sent) == ([Settled("m1", Receipt(state=state))], [letter("m1")])


@pytest.mark.parametrize("state", [State.REJECTED, State.DEFERRED])
def test_what_is_refused_is_settled_at_once_and_never_handed_over(state: State) -> None:
    mailer = MemoryMailer(lambda _: Receipt(state=state))
    mailer.offer(letter("m1"))
    assert (mailer.poll(0), mailer.sent) == ([Settled("m1", Receipt(state=state))], [])


def test_what_the_server_raises_stops_it_and_gives_back_what_was_not_released() -> None:
    error = Unreachable("no answer")

    def answer(outgoing: Outgoing) -> Receipt:
        if outgoing.message_id == "m3":
            raise error
        return Receipt(state=State.ACCEPTED)

    mailer = MemoryMailer(answer, places=9)
    for n in (1, 2):
        mailer.offer(letter(f"m{n}"))
    mailer.poll(0)
    mailer.release("m1", go=True)
    mailer.offer(letter("m3"))
    deferred = Receipt(state=State.DEFERRED, reason="no answer")
    assert mailer.poll(0) == [
        Settled("m1", Receipt(state=State.ACCEPTED)),
        Settled("m2", deferred),
        Settled("m3", deferred),
        Stopped(error),
    ]
    assert (mailer.sent, mailer.room()) == ([letter("m1")], 9)
