"""Hands over a single mail that is no campaign's, and waits for what becomes of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from envoi.messages.ledger import Receipt, State
from envoi.messages.port import Ready, Settled, Stopped

if TYPE_CHECKING:
    from envoi.messages.port import Mailer, Outgoing

#: How long it waits for a server.
WAIT_S = 60.0


def hand_over(mailer: Mailer, outgoing: Outgoing, *, wait_s: float = WAIT_S) -> Receipt:
    """What became of it; `unknown` if it was let go and nothing was heard, so that it is not sent twice.

    Raises:
        EnvoiError: the server refuses us, or does not answer.
    """
    mailer.offer(outgoing)
    until, is_gone = time.monotonic() + wait_s, False
    while time.monotonic() < until:
        for notice in mailer.poll(1.0):
            if isinstance(notice, Stopped):
                raise notice.error
            if isinstance(notice, Ready):
                mailer.release(outgoing.message_id, go=True)
                is_gone = True
            elif isinstance(notice, Settled):
                return notice.receipt
    reason = f"nothing was heard of it in {wait_s:g} s"
    return Receipt(state=State.UNKNOWN if is_gone else State.DEFERRED, reason=reason)
