"""Plans and sends one campaign, as a process of its own that a test can kill: DATABASE URL WORKER NOW PEOPLE."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from envoi.adapters.database import open_database
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import FixedClock, Instant
from envoi.events.event import PersonId
from envoi.messages.delivery import Desk, Worker, deliver
from envoi.messages.ledger import Entry
from envoi.messages.port import Outgoing

CAMPAIGN = "spring"


def letter(entry: Entry) -> Outgoing:
    """A mail that its Message-ID tells from others."""
    data = f"Message-ID: <{entry.message_id}@example.org>\r\n\r\nHello {entry.person}\r\n".encode()
    return Outgoing(message_id=entry.message_id, sender="shop@example.org", recipient=entry.address, data=data)


def main(database: str, url: str, worker: str, now: str, people: str) -> None:
    """Goes on where an earlier process was killed, if one was."""
    clock = FixedClock(Instant(int(now)))
    audience = [
        Entry(campaign=CAMPAIGN, person=PersonId(f"p{n}"), address=f"p{n}@example.org", decision=n)
        for n in range(int(people))
    ]
    with closing(open_database(Path(database))) as connection, closing(SmtpMailer(parse_server(url))) as mailer:
        ledger = SqliteLedger(connection)
        ledger.plan(CAMPAIGN, audience, at=clock.now())
        desk = Desk(ledger=ledger, mailer=mailer, clock=clock, gate=lambda _: "", render=letter)
        deliver(CAMPAIGN, desk, worker=Worker(name=worker, batch=25))


if __name__ == "__main__":
    main(*sys.argv[1:])
