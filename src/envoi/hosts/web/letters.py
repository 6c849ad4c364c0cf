"""Mails that ask an address to confirm, on their way out in a thread of their own: nobody's answer waits for them.

Each question is handed in once, by the process whose log took it, and its mail is let go once; only what certainly was
not taken is tried again. What is left when the process dies is not sent: whoever waits for it asks again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from envoi.campaigns.confirmation import CAMPAIGN, confirmation
from envoi.errors import EnvoiError
from envoi.events.event import ENVOI, Event
from envoi.events.port import Batch
from envoi.hosts.folder import secrets_of
from envoi.hosts.local import open_letterbox
from envoi.hosts.mailers import mailer_for
from envoi.hosts.sandbox import way_of
from envoi.hosts.signing import signers_of
from envoi.messages.ledger import Receipt, State
from envoi.messages.mime import to_bytes
from envoi.messages.outcome import NAMES
from envoi.messages.port import Outgoing, Ready, Settled
from envoi.messages.suppression import key_of, reason
from envoi.people.sign_up import ends_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from envoi.events.event import Stored
    from envoi.hosts.local import Letterbox
    from envoi.messages.message import Message
    from envoi.messages.port import Mailer

#: Questions that may wait; strangers may ask as fast as they like.
MOST_WAITING = 1_000
#: How long a server may take to answer, at the end less, and when what it put off is tried again.
PATIENCE_S, LAST_PATIENCE_S, AGAIN_S = 60.0, 5.0, 60.0
_LOOK_S = 0.2
USE = "confirm"

_log = logging.getLogger("envoi.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    question: Stored
    #: By the clock that does not go back.
    due_s: float = 0.0


class Letters:
    """Sends what it is handed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._waiting: deque[_Waiting] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()
        self._comes = threading.Event()

    def has_room(self) -> bool:
        """Whether more can be asked now."""
        return len(self._waiting) < MOST_WAITING

    def ask(self, question: Stored) -> None:
        """Sends the mail of this question in due course."""
        with self._lock:
            self._waiting.append(_Waiting(question=question))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="letters", daemon=True)
                self._thread.start()
        self._comes.set()

    def close(self) -> None:
        """Sends what was not tried yet, and ends."""
        self._ends.set()
        self._comes.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self._ends.is_set():
            self._comes.wait(AGAIN_S)
            self._comes.clear()
            self.send()
        self.send()

    def send(self) -> None:
        """Tries each that is due once."""
        with self._lock:
            due = [one for one in self._waiting if one.due_s <= time.monotonic()]
            self._waiting = deque(one for one in self._waiting if one.due_s > time.monotonic())
        if not due:
            return
        try:
            with open_letterbox(self._root) as box:
                url = way_of(box.settings).url
                with closing(mailer_for(url, self._root, rates=box.settings.rates_per_minute)) as mailer:
                    again = self._tried(box, mailer, due)
        except EnvoiError as error:
            _log.warning("mails to confirm cannot be sent now: %s", error)
            again = due
        with self._lock:
            self._waiting.extend(replace(one, due_s=time.monotonic() + AGAIN_S) for one in again)

    def _tried(self, box: Letterbox, mailer: Mailer, due: Sequence[_Waiting]) -> list[_Waiting]:
        """Tries these, and gives back what is to be tried again; at the end no server is waited for twice."""
        again: list[_Waiting] = []
        for one in due:
            if (again and self._ends.is_set()) or not self._is_done(box, mailer, one.question):
                again.append(one)
        return again

    def _is_done(self, box: Letterbox, mailer: Mailer, question: Stored) -> bool:
        """Whether nothing is left to do about it."""
        form, address = box.settings.sign_up, question.event.keys["email"]
        if form is None or box.clock.now() > ends_at(question, form) or _is_suppressed(box, self._root, address):
            return True
        token = box.links.keys.sealed(USE, question.event.id.encode())
        message = confirmation(question, box.settings, box.links.page(USE, token))
        data = to_bytes(message, signers=signers_of(self._root, box.settings))
        sender, recipient = message.sender.address, message.to.address
        receipt = handed_over(
            mailer,
            Outgoing(message_id=message.id, sender=sender, recipient=recipient, data=data),
            patience_s=LAST_PATIENCE_S if self._ends.is_set() else PATIENCE_S,
        )
        if receipt.state is State.DEFERRED:
            return False
        box.log.append(Batch(events=[(question.person, _outcome(question, message, receipt, box))]))
        return True


def handed_over(mailer: Mailer, outgoing: Outgoing, *, patience_s: float) -> Receipt:
    """What became of one message: `deferred` if it certainly was not taken, `unknown` if it may have been."""
    mailer.offer(outgoing)
    is_out, until = False, time.monotonic() + patience_s
    while time.monotonic() < until:
        for notice in mailer.poll(_LOOK_S):
            if isinstance(notice, Ready):
                is_out = True
                mailer.release(outgoing.message_id, go=True)
            elif isinstance(notice, Settled):
                return notice.receipt
            elif not is_out:
                return Receipt(state=State.DEFERRED, reason=str(notice.error))
    return Receipt(state=State.UNKNOWN if is_out else State.DEFERRED, reason="the server did not answer in time")


def _is_suppressed(box: Letterbox, root: Path, address: str) -> bool:
    key = key_of(address, secrets_of(root)[0])
    return bool(reason(box.suppressions.get([key]).get(key)))


def _outcome(question: Stored, message: Message, receipt: Receipt, box: Letterbox) -> Event:
    at = box.clock.now()
    return Event(
        id=f"{message.id}:{receipt.state}",
        source=ENVOI,
        name=NAMES[receipt.state],
        keys=dict(question.event.keys),
        at=at,
        seen_at=at,
        props={"campaign": CAMPAIGN, "message_id": message.id, "state": receipt.state.value, "reason": receipt.reason},
    )
