"""Claim: however many mails are due at the same moment, sending them takes the same memory, and campaigns take turns.

Two campaigns of N people each are due at nine, with quiet hours, caps and time zones asked for each mail. The clock
stands at nine; servers answer at once. Rival: all that is due in a list, as senders have it that query first.

    python bench/all_at_nine.py [N ...]      20,000 and 200,000 if not said
"""

from __future__ import annotations

import sys
import tempfile
import tracemalloc
from contextlib import closing
from datetime import UTC, date, time, timedelta
from pathlib import Path
from time import perf_counter

from _measure import machine

from envoi.adapters.database import open_database
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import FixedClock, Instant, parse_instant
from envoi.events.event import PersonId
from envoi.messages.delivery import Desk, Worker, deliver
from envoi.messages.gate import Known, gate_of
from envoi.messages.ledger import Entry, Receipt, State
from envoi.messages.look import CountedMails
from envoi.messages.port import Outgoing, Ready, Settled
from envoi.messages.schedule import Every, Schedule
from envoi.messages.timing import Timing, When
from envoi.people.profile import Profile, Trait
from envoi.settings import Cap, Delivery, MailKind, Per, QuietHours

NINE = parse_instant("2026-11-23T09:00:00Z")
RUNS = ("one@2026-11-23", "two@2026-11-23")
ZONES = ("Europe/Berlin", "Europe/Lisbon", "Africa/Lagos", "Europe/Athens")
DELIVERY = Delivery(
    quiet_hours=(QuietHours(begins=time(21), ends=time(8)),), caps=(Cap(most=2, name="2 per day", within=Per.DAY),)
)


class Prompt:
    """A server that takes every mail at once."""

    def __init__(self) -> None:
        self._said: list[Ready | Settled] = []

    def room(self) -> int:
        """See `Mailer.room`."""
        return 100

    def offer(self, outgoing: Outgoing) -> None:
        """See `Mailer.offer`."""
        self._said.append(Ready(outgoing.message_id))

    def poll(self, wait_s: float) -> list[Ready | Settled]:  # noqa: ARG002 - nothing is waited for
        """See `Mailer.poll`."""
        said, self._said = self._said, []
        return said

    def release(self, message_id: str, *, go: bool) -> None:
        """See `Mailer.release`."""
        if go:
            self._said.append(Settled(message_id, Receipt(state=State.ACCEPTED)))

    def close(self) -> None:
        """See `Mailer.close`."""
        self._said.clear()


class Timings:
    """What both campaigns say of their time."""

    def of(self, run: str, *, planned_at: Instant) -> Timing:
        """See `look.Timings.of`."""
        when = When(schedule=Schedule(at=time(9), every=Every.DAY))
        return Timing(
            run=run, purpose="news", kind=MailKind.MARKETING, when=when, delivery=DELIVERY, zone=UTC,
            day=date(2026, 11, 23), planned_at=planned_at,
        )  # fmt: skip


def entry(run: str, number: int) -> Entry:
    """One that is due at nine."""
    return Entry(campaign=run, person=PersonId(f"p{number:07}"), address=f"{number}@example.org", decision=1, due=NINE)


def sent(ledger: SqliteLedger, run: str, *, lots: int) -> bool:
    """Sends so many lots of a campaign; False if nothing is left of it."""
    clock = FixedClock(NINE)
    mails = CountedMails(statement=ledger, timings=Timings(), clock=clock, caps=DELIVERY.caps)

    def look(entries: list[Entry]) -> dict[str, Known]:
        others = mails(entries)
        found = {}
        for one in entries:
            zone = Trait(value=ZONES[int(one.person[1:]) % len(ZONES)], at=NINE)
            profile = Profile(person=one.person, traits={"time_zone": zone})
            found[one.person] = Known(now=NINE, profile=profile, mails=others.get(one.person, ()))
        return found

    looks = iter(range(lots))
    desk = Desk(
        ledger=ledger,
        mailer=Prompt(),
        clock=clock,
        gate=gate_of(Timings().of(run, planned_at=NINE).checks(), look),
        render=lambda some: [Outgoing(message_id=e.message_id, sender="", recipient=e.address, data=b"") for e in some],
        ends=lambda _: next(looks, None) is None,
    )
    return deliver(run, desk, worker=Worker(name="w", lease=timedelta(hours=1))).again_at is not None


def measure(number: int) -> None:
    """Prints the figures for so many people in each campaign."""
    with tempfile.TemporaryDirectory() as folder, closing(open_database(Path(folder) / "x.sqlite")) as connection:
        ledger = SqliteLedger(connection)
        for run in RUNS:
            ledger.plan(run, (entry(run, n) for n in range(number)), at=NINE)
        start = perf_counter()
        for run in RUNS:
            sent(ledger, run, lots=60)
        rate = sum(ledger.tally(run).get((State.ACCEPTED, ""), 0) for run in RUNS) / (perf_counter() - start)
        tracemalloc.start()
        gaps = []
        for _ in range(10):
            for run in RUNS:
                sent(ledger, run, lots=20)
            gone = [ledger.tally(run).get((State.ACCEPTED, ""), 0) for run in RUNS]
            gaps.append(abs(gone[0] - gone[1]))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        everyone = list(ledger.entries(RUNS[0], limit=number))
        _, rival = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(
            f"{2 * number:>9,} due at nine: {peak / 1e6:6.1f} MB at most while sending, {rival / 1e6:7.1f} MB as a list"
            f" of one campaign's {len(everyone):,}; {rate:,.0f} mails a second through the gate and the ledger;"
            f" campaigns at most {max(gaps):,} mails apart"
        )


if __name__ == "__main__":
    print(machine())
    for size in [int(word) for word in sys.argv[1:]] or [20_000, 200_000]:
        measure(size)
