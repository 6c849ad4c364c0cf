"""Mail over HTTP: several requests under way at a time on connections that are kept, each with a definite end.

before the request was written whole          deferred: nothing can have been accepted
429, 503                                      asked again here for a while, as late as it says; then deferred
refused (4xx)                                 rejected, or, where it is about us and not the mail, the mailer stops
written, and no answer, or one that says      unknown, and never sent again by itself; deferred where the provider
nothing (another 5xx, no JSON)                knows a message that it got twice
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from envoi.adapters.messages.providers.link import Link
from envoi.errors import EnvoiError, ProjectError
from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Ready, Settled, Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.adapters.messages.providers.link import Answer, Request
    from envoi.messages.port import Notice, Outgoing

#: Requests under way at a time.
CONNECTIONS = 8
#: How long to wait for an answer.
ANSWER_S = 60.0
#: How long one request is held back, all told, when the provider asks for that.
PATIENCE_S = 10.0
#: How long, where it asks without saying for how long.
PAUSE_S = 1.0

_BUSY = frozenset({429, 503})
_OURS = frozenset({401, 402, 403, 404, 405, 407})


class Api(Protocol):
    """One provider's way of taking mail."""

    #: As people read it.
    name: str
    #: "https://api.example.org".
    origin: str
    #: The most messages that one request hands over.
    most: int
    #: Whether a message that it gets twice is sent once.
    knows_again: bool

    def request(self, batch: Sequence[Outgoing]) -> Request:
        """The request that hands these over.

        Raises:
            ProjectError: the provider cannot take them as they are.
        """
        ...

    def receipts(self, answer: Answer, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """What became of each, by an answer that is no refusal of us and no "later".

        Raises:
            ProjectError: the provider takes nothing from us until a person does something.
            MailerBusy: it takes nothing more for now.
        """
        ...


class HttpMailer:
    """Hands mail to a provider; see `Mailer`."""

    def __init__(
        self, api: Api, *, connections: int = CONNECTIONS, answer_s: float = ANSWER_S, patience_s: float = PATIENCE_S
    ) -> None:
        self._api = api
        self._number = connections
        self._patience = _Patience(answer_s=answer_s, patience_s=patience_s)
        #: Twice what is under way, so that nothing waits for the next turn.
        self._places = 2 * connections * api.most
        self._in_hand: dict[str, Outgoing] = {}
        self._notices: list[Notice] = []
        self._workers: _Workers | None = None

    def room(self) -> int:
        """See `Mailer.room`."""
        return self._places - len(self._in_hand)

    def offer(self, outgoing: Outgoing) -> None:
        """See `Mailer.offer`: a provider takes everything until it is asked."""
        self._in_hand[outgoing.message_id] = outgoing
        self._notices.append(Ready(outgoing.message_id))

    def poll(self, wait_s: float) -> Sequence[Notice]:
        """See `Mailer.poll`."""
        found, self._notices = self._notices, []
        if self._workers:
            found += self._workers.ended(0 if found else wait_s)
        for notice in list(found):
            if isinstance(notice, Settled):
                self._in_hand.pop(notice.message_id, None)
            elif isinstance(notice, Stopped):
                found = self._stopped(found, notice)
                break
        return found

    def release(self, message_id: str, *, go: bool) -> None:
        """See `Mailer.release`."""
        outgoing = self._in_hand[message_id]
        if not go:
            del self._in_hand[message_id]
            return
        if self._workers is None:
            self._workers = _Workers(self._api, self._number, self._patience)
        self._workers.put(outgoing)

    def close(self) -> None:
        """See `Mailer.close`."""
        if self._workers is not None:
            self._workers.stop()
        self._workers = None
        self._in_hand.clear()
        self._notices.clear()

    def _stopped(self, found: Sequence[Notice], stopped: Stopped) -> list[Notice]:
        """What is heard when nothing more goes: of each message its end, and last why."""
        rest = self._workers.stop() if self._workers else []
        self._workers = None
        ends = {each.message_id: each for each in (*found, *rest) if isinstance(each, Settled)}
        deferred = Receipt(state=State.DEFERRED, reason=stopped.error.what)
        settled = [ends.get(each) or Settled(each, deferred) for each in {**self._in_hand, **ends}]
        self._in_hand.clear()
        return [*settled, stopped]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Patience:
    answer_s: float
    patience_s: float


class _Workers:
    """Threads with a connection each, which take what was released and tell how it ended."""

    def __init__(self, api: Api, number: int, patience: _Patience) -> None:
        self._api = api
        self._patience = patience
        self._released: queue.SimpleQueue[Outgoing | None] = queue.SimpleQueue()
        self._ended: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._links = [Link(api.origin, patience.answer_s) for _ in range(number)]
        self._threads = [threading.Thread(target=self._live, args=(link,), daemon=True) for link in self._links]
        for thread in self._threads:
            thread.start()

    def put(self, outgoing: Outgoing) -> None:
        self._released.put(outgoing)

    def ended(self, wait_s: float) -> list[Notice]:
        """What ended; waits for something to."""
        found: list[Notice] = []
        try:
            found.append(self._ended.get(timeout=wait_s) if wait_s > 0 else self._ended.get_nowait())
            while True:
                found.append(self._ended.get_nowait())
        except queue.Empty:
            return found

    def stop(self) -> list[Notice]:
        """Ends all connections; returns what had ended, and what had not begun, which is deferred."""
        self._closing.set()
        for _ in self._threads:
            self._released.put(None)
        for link in self._links:
            link.interrupt()
        for thread in self._threads:
            thread.join()
        found = self.ended(0)
        while not self._released.empty():
            waiting = self._released.get()
            if waiting is not None:
                found.append(Settled(waiting.message_id, _deferred("the mailer stopped before it was its turn")))
        return found

    def _live(self, link: Link) -> None:
        while (first := self._released.get()) is not None and not self._closing.is_set():
            batch = [first, *self._more()]
            try:
                receipts = self._handed_over(link, batch)
            except EnvoiError as error:
                link.hang_up()
                receipts = [_deferred(error.what)] * len(batch)
                self._tell(batch, receipts)
                self._ended.put(Stopped(error))
            else:
                self._tell(batch, receipts)
        if first is not None:
            self._released.put(first)
        link.hang_up()

    def _more(self) -> list[Outgoing]:
        found: list[Outgoing] = []
        while len(found) < self._api.most - 1:
            try:
                outgoing = self._released.get_nowait()
            except queue.Empty:
                break
            if outgoing is None:
                # Meant for one of the threads, to end it.
                self._released.put(None)
                break
            found.append(outgoing)
        return found

    def _tell(self, batch: Sequence[Outgoing], receipts: Sequence[Receipt]) -> None:
        for outgoing, receipt in zip(batch, receipts, strict=True):
            self._ended.put(Settled(outgoing.message_id, receipt))

    def _handed_over(self, link: Link, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        """Hands a batch over, later if the provider says so."""
        left_s = self._patience.patience_s
        while True:
            answer = link.post(self._api.request(batch))
            if isinstance(answer, Receipt):
                unsure = answer.state is State.UNKNOWN and self._api.knows_again
                return [_deferred(answer.reason) if unsure else answer] * len(batch)
            if answer.status not in _BUSY:
                return self._judged(answer, batch)
            again_s = retry_after(answer)
            pause_s = PAUSE_S if again_s is None else again_s
            if pause_s > left_s or self._closing.wait(pause_s):
                what = f"{self._api.name} answered {answer.status}: too much at once"
                return [Receipt(state=State.DEFERRED, reason=what, again_s=again_s)] * len(batch)
            left_s -= max(pause_s, 0.1)

    def _judged(self, answer: Answer, batch: Sequence[Outgoing]) -> Sequence[Receipt]:
        name, status = self._api.name, answer.status
        if status in _OURS or 300 <= status < 400:  # noqa: PLR2004 - a redirect is never followed
            hint = f"see that the address and the key of {name} are right, and what its settings say of this account"
            raise ProjectError(f"{name} refuses us: it answered {status}{said(answer)}", hint=hint)
        if status >= 500:  # noqa: PLR2004
            what = f"{name} answered {status} when it had the mail"
            return [_deferred(what) if self._api.knows_again else Receipt(state=State.UNKNOWN, reason=what)] * len(
                batch
            )
        return self._api.receipts(answer, batch)


def retry_after(answer: Answer) -> float | None:
    """How long the provider asks us to wait, in seconds; None if it does not say, or names a date.

    >>> from envoi.adapters.messages.providers.link import Answer
    >>> retry_after(Answer(status=429, headers={"retry-after": "30"}, body=b""))
    30.0
    """
    value = answer.headers.get("retry-after", "").strip()
    return float(value) if value.isascii() and value.isdigit() else None


def said(answer: Answer) -> str:
    """What an answer says, on one line, for people."""
    words = " ".join(answer.body[:500].decode("utf-8", "replace").split())
    return f" ({words})" if words and not words.startswith("<") else ""


def unclear(answer: Answer, batch: Sequence[Outgoing], name: str) -> list[Receipt]:
    """An answer that is none of the provider's: of a proxy in between, say."""
    what = f"{name} answered {answer.status} with something that it does not say{said(answer)}"
    return [Receipt(state=State.UNKNOWN, reason=what)] * len(batch)


def _deferred(reason: str) -> Receipt:
    return Receipt(state=State.DEFERRED, reason=reason)
