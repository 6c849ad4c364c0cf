"""How many mails a domain that servers do not know yet sends on a day: a few at first, then more; the rest waits.

Campaigns that are being sent at the same time share what a day allows: what one does not use is the others'.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from envoi.clock import Instant, duration
from envoi.conditions.calendar import begins, today
from envoi.messages.ledger import State
from envoi.messages.verdict import Go, Verdict, Wait

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import tzinfo

    from envoi.clock import Clock
    from envoi.messages.ledger import Entry
    from envoi.messages.port import Gate
    from envoi.settings import WarmUp

#: How long a mail waits whose campaign has had its share of the day, before it looks whether the others leave some.
LOOK_AGAIN = timedelta(minutes=5)


class DayBook(Protocol):
    """How many mails went from a domain on a day, by campaign; within the transaction of the turn that sends them."""

    def sent(self, domain: str, day: Instant) -> Mapping[str, int]:
        """The numbers of the day that began at `day`."""
        ...

    def add(self, domain: str, day: Instant, campaign: str, mails: int) -> None:
        """Counts so many more."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The most that is sent between two moments."""

    most: int
    since: Instant
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Warmth:
    """What the first days of a domain allow, and what has been sent of it."""

    domain: str
    warm_up: WarmUp
    #: The project's, whose days they are.
    zone: tzinfo
    book: DayBook
    clock: Clock
    #: The campaigns that have mail to send now.
    sharers: Callable[[], Collection[str]] = tuple


def allowance(warm_up: WarmUp, at: Instant, zone: tzinfo) -> Allowance | None:
    """What may be sent on the day it is at `at` in the project's zone; None: as much as there is.

    Before the first day what it allows holds already.

    >>> from datetime import UTC, date
    >>> from envoi.clock import parse_instant
    >>> from envoi.settings import WarmUp
    >>> new = WarmUp(starts=date(2026, 11, 1), per_day=(50, 100))
    >>> allowance(new, parse_instant("2026-11-02T12:00Z"), UTC).most, allowance(new, parse_instant("2026-11-03"), UTC)
    (100, None)
    """
    day = today(at, zone)
    place = max((day - warm_up.starts).days, 0)
    if place >= len(warm_up.per_day):
        return None
    after = begins(day + timedelta(days=1), zone)
    return Allowance(most=warm_up.per_day[place], since=begins(day, zone), until=after)


def warmed(gate: Gate, campaign: str, warmth: Warmth) -> Gate:
    """The same gate, behind which no more mails of a campaign go on a day than its share of what the domain may send.

    What is about to be handed over is counted; what is only claimed is not, as it may come to nothing.
    """

    def slow(entries: Sequence[Entry]) -> list[Verdict]:
        verdicts, now = list(gate(entries)), warmth.clock.now()
        allowed = allowance(warmth.warm_up, now, warmth.zone)
        going = [place for place, said in enumerate(verdicts) if isinstance(said, Go)]
        if allowed is None or not going:
            return verdicts
        sent = warmth.book.sent(warmth.domain, allowed.since)
        left = max(allowed.most - sum(sent.values()), 0)
        share = _share(allowed.most, sent, {campaign, *warmth.sharers()}) - sent.get(campaign, 0)
        room = max(min(left, share), 0)
        for n, place in enumerate(going):
            if n >= room:
                verdicts[place] = _later(allowed, now, is_spent=n >= left)
        gone = sum(entries[place].state is State.CLAIMED for place in going[:room])
        if gone:
            warmth.book.add(warmth.domain, allowed.since, campaign, gone)
        return verdicts

    return slow


def _share(most: int, sent: Mapping[str, int], sharers: Collection[str]) -> int:
    """What each of those who share gets of what the others have left, rounded up."""
    used = sum(mails for campaign, mails in sent.items() if campaign not in sharers)
    return -(-max(most - used, 0) // len(sharers))


def _later(allowed: Allowance, now: Instant, *, is_spent: bool) -> Wait:
    reason = f"warm-up: {allowed.most:,} mails today"
    soon = Instant(now + duration(LOOK_AGAIN))
    return Wait(until=allowed.until if is_spent else min(soon, allowed.until), reason=reason)
