"""Plans and sends one campaign, as a process of its own that a test can stop, kill or wake."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec

from envoi.adapters import database
from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.adapters.messages.watermark import Watermark
from envoi.clock import FixedClock, Instant, SystemClock
from envoi.events.event import PersonId
from envoi.events.port import Batch
from envoi.messages.delivery import Desk, Worker, deliver
from envoi.messages.ledger import Entry
from envoi.messages.outcome import NAMES, outcome
from envoi.messages.port import Outgoing
from envoi.messages.retry import Retry
from envoi.messages.verdict import GO

CAMPAIGN = "spring"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender is to do."""

    folder: str
    url: str
    people: int
    worker: str = "w"
    #: Where its clock stands; -1 for the machine's.
    now: int = -1
    lease_s: float = 900.0
    patience_s: float = 0.0
    batch: int = 25
    #: How long it waits for a database that another process has locked.
    busy_s: float = 5.0
    #: It kills itself before the commit after so many, or right after it.
    commits: int = 10**9
    is_after: bool = False


class Fuse:
    """Kills its own process, as from outside, at a commit."""

    def __init__(self, job: Job) -> None:
        self._left = job.commits
        self._is_after = job.is_after

    def __call__(self, sql: str) -> None:
        if self._left < 0 or (sql == "COMMIT" and not self._left and not self._is_after):
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= sql == "COMMIT"


def audience(people: int) -> list[Entry]:
    """Everyone, each with an address of their own."""
    return [
        Entry(campaign=CAMPAIGN, person=PersonId(f"p{n:03}"), address=f"p{n:03}@example.org", decision=n)
        for n in range(people)
    ]


def letters(entries: Sequence[Entry]) -> list[Outgoing]:
    """Mails that their Message-IDs tell from others."""
    return [
        Outgoing(
            message_id=entry.message_id,
            sender="shop@example.org",
            recipient=entry.address,
            data=f"Message-ID: <{entry.message_id}@example.org>\r\n\r\nHello {entry.person}\r\n".encode(),
        )
        for entry in entries
    ]


def main(job: Job) -> None:
    """Goes on where an earlier process was killed, if one was; SIGTERM ends it in good order."""
    database.BUSY_S = job.busy_s
    clock = SystemClock() if job.now < 0 else FixedClock(Instant(job.now))
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    folder = Path(job.folder)
    with (
        closing(open_database(folder / "envoi.sqlite")) as connection,
        closing(SmtpMailer(parse_server(job.url))) as mailer,
    ):
        log, ledger = SqliteEventLog(connection), SqliteLedger(connection, Watermark(folder / "sent.mark"))
        connection.set_trace_callback(Fuse(job))
        ledger.plan(CAMPAIGN, audience(job.people), at=clock.now())

        def book(settled: Sequence[Entry]) -> None:
            log.append(Batch(events=[(one.person, outcome(one)) for one in settled if one.state in NAMES]))

        desk = Desk(
            ledger=ledger,
            mailer=mailer,
            clock=clock,
            gate=lambda entries: [GO] * len(entries),
            render=letters,
            book=book,
            ends=end.wait,
        )
        retry = Retry(first=timedelta(seconds=0.01), give_up_after=timedelta(days=1))
        worker = Worker(
            name=job.worker,
            batch=job.batch,
            lease=timedelta(seconds=job.lease_s),
            patience=timedelta(seconds=job.patience_s),
            retry=retry,
            early=True,
        )
        deliver(CAMPAIGN, desk, worker=worker)
