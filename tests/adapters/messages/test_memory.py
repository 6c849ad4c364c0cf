"""The mailer in memory plays any server: what it says is what becomes of the message."""

from __future__ import annotations

import pytest

from envoi.adapters.messages.memory import MemoryMailer
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Outgoing

LETTER = Outgoing(message_id="m1", sender="shop@example.org", recipient="anna@example.org", data=b"Hello")


@pytest.mark.parametrize(
    ("state", "arrives"),
    [(State.ACCEPTED, True), (State.UNKNOWN, True), (State.REJECTED, False), (State.DEFERRED, False)],
)
def test_only_what_was_taken_or_may_have_been_is_handed_over(state: State, *, arrives: bool) -> None:
    asked = []
    mailer = MemoryMailer(lambda _: Receipt(state=state))
    assert mailer.send(LETTER, before_dot=lambda: asked.append(mailer.sent.copy())).state is state
    assert mailer.sent == [LETTER] * arrives
    assert asked == [[]] * arrives
