"""A mailer that keeps what it is given: for tests, and for looking at what would be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.errors import EnvoiError
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Ready, Settled, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from envoi.messages.port import Notice, Outgoing

ACCEPTED = Receipt(state=State.ACCEPTED)


def accept(_: Outgoing) -> Receipt:
    """The answer of a server that takes everything."""
    return ACCEPTED


class MemoryMailer:
    """Keeps in `sent` all that it may have accepted, in order of release.

    `answer` plays the server: what it rejects or defers is never ready, and what it raises stops the mailer.
    """

    def __init__(self, answer: Callable[[Outgoing], Receipt] = accept, *, places: int = 100) -> None:
        """Holds up to `places` messages at a time."""
        self._answer = answer
        self._places = places
        self._waiting: dict[str, tuple[Outgoing, Receipt]] = {}
        self._notices: list[Notice] = []
        self.sent: list[Outgoing] = []

    def room(self) -> int:
        """See `Mailer.room`."""
        return self._places - len(self._waiting)

    def offer(self, outgoing: Outgoing) -> None:
        """See `Mailer.offer`."""
        try:
            receipt = self._answer(outgoing)
        except EnvoiError as error:
            self._stop(error, [*self._waiting, outgoing.message_id])
            return
        if receipt.state in {State.ACCEPTED, State.UNKNOWN}:
            self._waiting[outgoing.message_id] = (outgoing, receipt)
            self._notices.append(Ready(outgoing.message_id))
        else:
            self._notices.append(Settled(outgoing.message_id, receipt))

    def poll(self, wait_s: float) -> Sequence[Notice]:  # noqa: ARG002 - nothing happens here while one waits
        """See `Mailer.poll`."""
        found, self._notices = self._notices, []
        return found

    def release(self, message_id: str, *, go: bool) -> None:
        """See `Mailer.release`."""
        outgoing, receipt = self._waiting.pop(message_id)
        if go:
            self.sent.append(outgoing)
            self._notices.append(Settled(message_id, receipt))

    def close(self) -> None:
        """Forgets what was not released."""
        self._waiting.clear()
        self._notices.clear()

    def _stop(self, error: EnvoiError, offered: list[str]) -> None:
        deferred = Receipt(state=State.DEFERRED, reason=error.what)
        self._waiting.clear()
        heard = [notice for notice in self._notices if isinstance(notice, Settled)]
        self._notices = [*heard, *(Settled(each, deferred) for each in offered), Stopped(error)]
