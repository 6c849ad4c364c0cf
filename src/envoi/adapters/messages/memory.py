"""A mailer that keeps what it is given: for tests, and for looking at what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.messages.ledger import Receipt, State

if TYPE_CHECKING:
    from collections.abc import Callable

    from envoi.messages.port import Outgoing


def accept(_: Outgoing) -> Receipt:
    """The answer of a server that takes everything."""
    return Receipt(state=State.ACCEPTED)


class MemoryMailer:
    """Keeps in `sent` all it accepted, in order; `answer` plays the server, and what it raises comes before the dot."""

    def __init__(self, answer: Callable[[Outgoing], Receipt] = accept) -> None:
        self._answer = answer
        self.sent: list[Outgoing] = []

    def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
        """See `Mailer.send`; of what is rejected or deferred nothing is handed over."""
        receipt = self._answer(outgoing)
        if receipt.state in {State.ACCEPTED, State.UNKNOWN}:
            before_dot()
            self.sent.append(outgoing)
        return receipt

    def close(self) -> None:
        """There is no connection to end."""
