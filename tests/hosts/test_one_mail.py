from __future__ import annotations

from envoi.adapters.messages.memory import MemoryMailer
from envoi.errors import Unreachable
from envoi.hosts.one_mail import hand_over
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Outgoing

MAIL = Outgoing(message_id="1", sender="a@example.org", recipient="b@example.org", data=b"hello")


def test_it_goes_and_what_became_of_it_is_told() -> None:
    gone: list[Outgoing] = []

    def answer(outgoing: Outgoing) -> Receipt:
        gone.append(outgoing)
        return Receipt(state=State.REJECTED, reason="550 no such user")

    assert hand_over(MemoryMailer(answer), MAIL).reason == "550 no such user"
    assert gone == [MAIL]


def test_a_server_that_is_gone_says_so() -> None:
    def answer(_: Outgoing) -> Receipt:
        raise Unreachable("the server is gone")

    found = hand_over(MemoryMailer(answer), MAIL)
    assert found.state is State.DEFERRED
    assert "the server is gone" in found.reason


def test_of_one_that_nobody_waits_for_nothing_is_known() -> None:
    assert hand_over(MemoryMailer(), MAIL, wait_s=0).state is State.DEFERRED
