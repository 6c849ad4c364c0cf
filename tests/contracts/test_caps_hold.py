"""What every ledger that processes share promises about caps: two campaigns at once write to nobody too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC

import pytest

from envoi.clock import FixedClock, Instant, parse_instant
from envoi.events.event import PersonId
from envoi.messages.gate import Known, gate_of
from envoi.messages.ledger import MAY_HAVE_ARRIVED, Entry, Lease, Receipt, State, Work
from envoi.messages.look import CountedMails
from envoi.messages.timing import Timing, When
from envoi.settings import Cap, Delivery, MailKind, Per
from tests.contracts.ledgers import MINUTE, SHARED, AnyLedger, opened

NOW = parse_instant("2026-11-23T09:00:00Z")
DELIVERY = Delivery(caps=(Cap(most=1, name="1 per day", within=Per.DAY),))
CAMPAIGNS = ("one", "two")


class Timings:
    """Both campaigns matter as much, and were begun by hand."""

    def of(self, run: str, *, planned_at: Instant) -> Timing:
        return Timing(
            run=run,
            purpose="news",
            kind=MailKind.MARKETING,
            when=When(),
            delivery=DELIVERY,
            zone=UTC,
            day=None,
            planned_at=planned_at,
        )


@dataclass
class Worker:
    """Sends one campaign through its own view of the ledger."""

    ledger: AnyLedger
    campaign: str

    def look(self, entries: Sequence[Entry]) -> Mapping[str, Known]:
        mails = CountedMails(statement=self.ledger, timings=Timings(), clock=FixedClock(NOW), caps=DELIVERY.caps)
        others = mails(entries)
        return {one.person: Known(now=NOW, profile=None, mails=others.get(one.person, ())) for one in entries}

    def send(self) -> None:
        gate = gate_of(Timings().of(self.campaign, planned_at=NOW).checks(), self.look)
        lease = Lease(worker=self.campaign, size=7, now=NOW, until=Instant(NOW + 60 * MINUTE))
        work = Work()
        while True:
            turned = self.ledger.turn(self.campaign, work, lease, gate=gate, book=lambda _: None)
            accepted = Receipt(state=State.ACCEPTED, at=NOW)
            work = Work(ready=turned.claimed, settled=[(one, accepted) for one in turned.released])
            if not (work.ready or work.settled):
                return


@pytest.mark.parametrize("kind", SHARED)
def test_two_campaigns_at_once_exceed_no_cap(kind: str) -> None:
    people = [PersonId(f"{n:03}") for n in range(60)]
    with opened(kind, 2) as ledgers:
        for campaign in CAMPAIGNS:
            entries = [Entry(campaign=campaign, person=one, address=f"{one}@example.org", decision=1) for one in people]
            ledgers[0].plan(campaign, entries, at=NOW)
        workers = [Worker(ledger, campaign) for ledger, campaign in zip(ledgers, CAMPAIGNS, strict=True)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Worker.send, workers))
        every = [one for campaign in CAMPAIGNS for one in ledgers[0].entries(campaign)]
    got = Counter(one.person for one in every if one.state in MAY_HAVE_ARRIVED)
    assert got == dict.fromkeys(people, 1)
    assert {one.reason for one in every if one.state is State.PLANNED} <= {
        f"at most 1 per day: had {campaign}" for campaign in CAMPAIGNS
    }
