"""The delivery loop: claim, render, offer to a server, commit what is about to go, let it go, commit how it ended.

All that a server's answers allow at one moment goes into one commit: a turn at the ledger. A crash between two turns
leaves entries that are claimed again, unless they were about to go: a server may have taken those, so they end as
`unknown` and nobody gets a second copy (RFC 1047).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from envoi.clock import MICROS_PER_SECOND, Instant, duration
from envoi.errors import StoreBusy
from envoi.messages.in_hand import InHand
from envoi.messages.ledger import Entry, Lease, State, Status, Turned
from envoi.messages.port import Outgoing, Stopped
from envoi.messages.retry import Retry
from envoi.messages.verdict import Skip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Clock
    from envoi.errors import EnvoiError
    from envoi.messages.port import Book, Gate, Ledger, Mailer

#: The finished messages of some entries, in their order; who cannot be written to is skipped with the reason.
Render = Callable[[Sequence[Entry]], Sequence[Outgoing | Skip]]


def never(_wait_s: float) -> bool:
    """For a loop that nobody ends; it does not wait either."""
    return False


def keep_none(_settled: Sequence[Entry]) -> None:
    """For a ledger whose outcomes nobody logs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that delivery works with."""

    ledger: Ledger
    mailer: Mailer
    clock: Clock
    gate: Gate
    render: Render
    #: Is told of what ended, within the transaction in which it did.
    book: Book = keep_none
    #: Waits so many seconds, but no longer than until the sender is told to end; says whether it was.
    ends: Callable[[float], bool] = never


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who delivers, how much at a time, and how patiently."""

    #: One loop at a time: a name that comes back after a crash goes on at once, another waits for the lease to end.
    name: str
    #: How many are claimed beyond what the mailer has: so many are rendered while servers answer.
    batch: int = 200
    #: Longer than the slowest server takes to answer one message: a lease that ends earlier costs an `unknown`.
    lease: timedelta = timedelta(minutes=15)
    #: The loop ends when nothing falls due for so long.
    patience: timedelta = timedelta(0)
    #: When told to end, how long it waits to hear of what it let go.
    grace: timedelta = timedelta(seconds=30)
    retry: Retry = field(default_factory=Retry)
    #: Whether what was deferred earlier is tried again at once, as a person who starts the sender by hand expects.
    early: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one call of `deliver` did."""

    #: How many entries came to an end or were deferred, by state.
    counts: Mapping[State, int]
    #: Of the campaign, as the loop last saw it.
    status: Status
    #: Why the call ended before the ledger had nothing left to claim, if a server was the reason.
    stopped: EnvoiError | None = None
    #: When there is more to send; None if all that is left is in other workers' hands, or nothing.
    again_at: Instant | None = None


def deliver(campaign: str, desk: Desk, *, worker: Worker, on_settled: Book = keep_none) -> Delivered:
    """Sends what the ledger has planned, each entry at most once, until nothing is left that is due.

    A server that is busy or gone ends the call in good order, as does a campaign that is paused or cancelled: what was
    let go is waited for, all else is handed back. `on_settled` hears of each lot once it is committed.

    Raises:
        NotFound: the campaign was never planned.
        Restored: the ledger was put back from a backup.
        StoreBusy: other processes kept the ledger locked for minutes.
    """
    loop = _Loop(campaign, desk, worker, on_settled)
    desk.ledger.begin(campaign, worker.name, at=desk.clock.now(), early=worker.early)
    return loop.run()


#: How often a turn is tried again that the ledger refused because other processes kept it locked.
_BUSY_TRIES = 20
_LONGEST_POLL_S = 1.0


class _Loop:
    """One call of `deliver`."""

    def __init__(self, campaign: str, desk: Desk, worker: Worker, on_settled: Book) -> None:
        self._campaign = campaign
        self._desk = desk
        self._worker = worker
        self._on_settled = on_settled
        self._hand = InHand(desk.mailer, worker.retry)
        self._counts: Counter[State] = Counter()
        self._stopped: EnvoiError | None = None
        #: When it was told to end, if it was.
        self._ended_at: Instant | None = None
        self._last = Turned(again_at=Instant(0))

    def run(self) -> Delivered:
        while self._goes_on():
            self._fill()
            self._listen()
            self._heed()
            self._turn()
        return Delivered(
            counts=self._counts, status=self._last.status, stopped=self._stopped, again_at=self._last.again_at
        )

    @property
    def _is_ending(self) -> bool:
        """Whether nothing more is offered."""
        return bool(self._stopped or self._ended_at is not None or self._last.status is not Status.SENDING)

    def _goes_on(self) -> bool:
        """Whether there is anything left to do or to wait for."""
        if self._hand.is_empty:
            return not self._is_ending and self._waits_s(self._desk.clock.now()) is not None
        return True

    def _heed(self) -> None:
        """When it is ending, hands back what need not go; what went is waited for, but not for ever."""
        now = self._desk.clock.now()
        if self._ended_at is None and self._desk.ends(0):
            self._ended_at = now
        if self._is_ending:
            self._hand.put_back(now)
        if self._ended_at is not None and now - self._ended_at > duration(self._worker.grace):
            self._hand.abandon(now)

    def _waits_s(self, now: Instant) -> float | None:
        """How long until something is due; None if that is longer than the worker's patience."""
        due = self._last.again_at
        if due is None or due > now + duration(self._worker.patience):
            return None
        return max(0, due - now) / MICROS_PER_SECOND

    def _fill(self) -> None:
        """Offers the mailer as much as it takes."""
        if self._is_ending:
            return
        now = self._desk.clock.now()
        if entries := self._hand.take(self._desk.mailer.room(), now):
            for entry, made in zip(entries, self._desk.render(entries), strict=True):
                self._hand.offer(entry, made, now)

    def _listen(self) -> None:
        """Hears what servers say; waits for them only if there is nothing else to do."""
        hand, mailer = self._hand, self._desk.mailer
        if not hand.is_waiting:
            if hand.is_empty and not self._is_ending:
                self._desk.ends(self._idle_s())
            return
        is_busy = hand.has_news or (hand.stock and mailer.room())
        notices = mailer.poll(0.0 if is_busy else self._idle_s())
        self._stopped = self._stopped or next((one.error for one in notices if isinstance(one, Stopped)), None)
        now = self._desk.clock.now()
        for one in notices:
            if not isinstance(one, Stopped):
                hand.hear(one, now, is_stopped=self._stopped is not None)

    def _idle_s(self) -> float:
        """How long to wait for anything to happen: not past the moment at which more can be claimed."""
        due = self._waits_s(self._desk.clock.now()) if self._wanted() else None
        return _LONGEST_POLL_S if due is None else min(due, _LONGEST_POLL_S)

    def _turn(self) -> None:
        """One commit, if there is news or more to claim."""
        now, due, worker = self._desk.clock.now(), self._last.again_at, self._worker
        size = self._wanted() if due is not None and due <= now else 0
        if not (size or self._hand.has_news):
            return
        lease = Lease(worker=worker.name, size=size, now=now, until=Instant(now + duration(worker.lease)))
        self._last = turned = self._take_turn(lease)
        self._hand.follow(turned, now)
        if turned.settled:
            self._counts.update(entry.state for entry in turned.settled)
            self._on_settled(turned.settled)

    def _wanted(self) -> int:
        """How many more to claim; few at a time are not worth a commit."""
        room = self._worker.batch - len(self._hand.stock)
        return 0 if self._is_ending or 2 * room < self._worker.batch else room

    def _take_turn(self, lease: Lease) -> Turned:
        """The ledger's answer; while others keep it locked, no word of a server is lost."""
        work = self._hand.work()
        for left in reversed(range(_BUSY_TRIES)):
            try:
                return self._desk.ledger.turn(self._campaign, work, lease, gate=self._desk.gate, book=self._desk.book)
            except StoreBusy:
                if not left:
                    raise
                self._desk.ends(_LONGEST_POLL_S)
        raise AssertionError
