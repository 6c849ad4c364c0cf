"""Sends by a mailer as the delivery loop does, for tests that look at what a server makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.smtp_patience import Patience
from envoi.messages.ledger import Receipt
from envoi.messages.port import Outgoing, Ready, Settled, Stopped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.messages.port import Mailer
    from tests.faults.smtp_server import FaultServer

#: More than any test needs; an end that never comes fails rather than hangs.
_POLLS = 2000


def letter(n: int = 1, *, to: str = "anna@example.org", body: str = "Hello\r\n") -> Outgoing:
    data = f"Message-ID: <m{n}@example.org>\r\n\r\n{body}".encode()
    return Outgoing(message_id=f"m{n}", sender="shop@example.org", recipient=to, data=data)


def letters(count: int, *, domain: str = "example.org") -> list[Outgoing]:
    return [letter(n, to=f"p{n}@{domain}", body=f"Hello {n}\r\n.\r\n" * 3) for n in range(count)]


def mailer_to(server: FaultServer, *, connections: int = 1, patience_s: float = 5.0) -> SmtpMailer:
    url = f"{server.url}?connections={connections}"
    return SmtpMailer(parse_server(url), patience=Patience.of(patience_s))


def post(mailer: Mailer, outgoing: Iterable[Outgoing]) -> tuple[dict[str, Receipt], list[str]]:
    """What became of each, and those that came as far as the dot; raises why the mailer stopped."""
    waiting, ends, ready = list(outgoing), dict[str, Receipt](), list[str]()
    total, stopped = len(waiting), None
    for _ in range(_POLLS):
        if len(ends) == total:
            break
        for _ in range(min(mailer.room(), len(waiting))):
            mailer.offer(waiting.pop(0))
        for notice in mailer.poll(1.0):
            if isinstance(notice, Stopped):
                stopped = notice.error
            elif isinstance(notice, Ready):
                ready.append(notice.message_id)
                mailer.release(notice.message_id, go=True)
            else:
                assert isinstance(notice, Settled)
                assert notice.message_id not in ends, "a message ends once"
                ends[notice.message_id] = notice.receipt
        if stopped:
            raise stopped
    assert len(ends) == total, f"{total - len(ends)} messages never ended"
    return ends, ready


def send(mailer: Mailer, outgoing: Outgoing) -> tuple[Receipt, bool]:
    """What became of one, and whether it came as far as the dot."""
    ends, ready = post(mailer, [outgoing])
    return ends[outgoing.message_id], ready == [outgoing.message_id]
