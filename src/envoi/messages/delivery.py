"""The delivery loop: claim, render, commit that it is about to be sent, send, commit how it ended.

A crash between two of these steps leaves an entry that is claimed again, unless it was already about to be sent: the
server may have taken it, so it ends as `unknown` and nobody gets a second copy (RFC 1047).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.clock import Instant, duration
from envoi.errors import DataError, EnvoiError, MailerBusy, NotFound, TemplateError, Unreachable, Withheld
from envoi.messages.ledger import Entry, Lease, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envoi.clock import Clock
    from envoi.messages.port import Ledger, Mailer, Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """What rendering gives for a person who should not be written to after all."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that delivery works with."""

    ledger: Ledger
    mailer: Mailer
    clock: Clock
    #: Why an entry may not be sent now (consent, suppression, caps); empty if it may.
    gate: Callable[[Entry], str]
    #: The finished message; a TemplateError, DataError or NotFound skips this person, other errors end the call.
    render: Callable[[Entry], Outgoing | Skip]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who delivers, and how much at a time."""

    #: One loop at a time: a name that comes back after a crash goes on at once, another waits for the lease to end.
    name: str
    batch: int = 100
    #: Longer than the slowest server takes to answer one message: a lease that ends earlier costs an `unknown`.
    lease: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one call of `deliver` did."""

    #: How many entries this call settled, by state; what the gate closed is in the ledger's tally only.
    counts: Mapping[State, int]
    #: Why the call ended before the ledger had nothing left to claim, if it did.
    stopped: EnvoiError | None = None


def deliver(
    campaign: str, desk: Desk, *, worker: Worker, on_settled: Callable[[Entry, Receipt], None] = lambda *_: None
) -> Delivered:
    """Sends what the ledger has planned, each entry at most once, until there is nothing left to claim.

    A server that is busy or gone ends the call in good order; what is left can be claimed by a later call, and so can
    the entries that this call deferred. `on_settled` hears of each entry once its outcome is committed.

    Raises:
        NotFound: the campaign was never planned.
    """
    counts: Counter[State] = Counter()
    run = desk.ledger.begin(campaign)
    try:
        while batch := desk.ledger.claim(campaign, _lease(worker, run, desk.clock.now()), gate=desk.gate):
            for entry in batch:
                receipt = _deliver_one(entry, desk)
                if receipt:
                    counts[receipt.state] += 1
                    on_settled(entry, receipt)
    except (MailerBusy, Unreachable) as error:
        return Delivered(counts=counts, stopped=error)
    return Delivered(counts=counts)


def _lease(worker: Worker, run: int, now: Instant) -> Lease:
    until = Instant(now + duration(worker.lease))
    return Lease(worker=worker.name, run=run, size=worker.batch, now=now, until=until)


def _deliver_one(entry: Entry, desk: Desk) -> Receipt | None:
    """How the entry was settled; None if it was not, since the gate closed or another worker has it."""
    try:
        receipt = _send(entry, desk)
    except _Withdrawn:
        return None
    receipt = replace(receipt, at=desk.clock.now())
    return receipt if desk.ledger.settle(entry, receipt) else None


def _send(entry: Entry, desk: Desk) -> Receipt:
    """Renders one message and hands it over; `submitting` is committed before the server can have accepted it."""

    def before_dot() -> None:
        if not desk.ledger.submitting(entry, at=desk.clock.now(), gate=desk.gate):
            raise _Withdrawn

    message = _rendered(entry, desk)
    if isinstance(message, Skip):
        return Receipt(state=State.SKIPPED, reason=message.reason)
    return desk.mailer.send(message, before_dot=before_dot)


def _rendered(entry: Entry, desk: Desk) -> Outgoing | Skip:
    """The message; what fails for this person alone is no reason to stop for the others."""
    try:
        return desk.render(entry)
    except Withheld as held:
        return Skip(reason=held.what)
    except (TemplateError, DataError, NotFound) as error:
        return Skip(reason=f"could not be rendered: {error}")


class _Withdrawn(Exception):
    """Tells the mailer to hand nothing over."""
