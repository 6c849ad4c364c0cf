"""What a delivery loop has in hand: claimed entries, those that the mailer has, and news for the next turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.messages.ledger import UNHEARD, Entry, Receipt, State, Work
from envoi.messages.port import Ready
from envoi.messages.verdict import Skip

if TYPE_CHECKING:
    from envoi.messages.ledger import Turned
    from envoi.messages.port import Mailer, Outgoing, Settled
    from envoi.messages.retry import Retry


class InHand:
    """Knows every entry by its message id, in the one place where it is."""

    def __init__(self, mailer: Mailer, retry: Retry) -> None:
        self._mailer = mailer
        self._retry = retry
        #: Claimed, and not offered yet.
        self.stock: dict[str, Entry] = {}
        #: With the mailer: not to be let go yet, and let go.
        self._offered: dict[str, Entry] = {}
        self._gone: dict[str, Entry] = {}
        #: News for the next turn.
        self._ready: dict[str, Entry] = {}
        self._settled: list[tuple[Entry, Receipt]] = []

    @property
    def is_empty(self) -> bool:
        """Whether all that was claimed is settled."""
        return not (self.stock or self._offered or self._gone or self._ready or self._settled)

    @property
    def is_waiting(self) -> bool:
        """Whether the mailer has something of which it has not said all."""
        return bool(self._offered or self._gone)

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell the ledger."""
        return bool(self._ready or self._settled)

    def take(self, room: int, now: Instant) -> list[Entry]:
        """The entries to offer next; those whose lease has ended are somebody else's by now."""
        taken: list[Entry] = []
        while self.stock and len(taken) < room:
            entry = self.stock.pop(next(iter(self.stock)))
            if entry.due > now:
                taken.append(entry)
        return taken

    def offer(self, entry: Entry, made: Outgoing | Skip, now: Instant) -> None:
        """Hands a rendered message to the mailer, or books that there is none."""
        if isinstance(made, Skip):
            self._settled.append((entry, Receipt(state=State.SKIPPED, reason=made.reason, at=now)))
        else:
            self._offered[made.message_id] = entry
            self._mailer.offer(made)

    def hear(self, notice: Ready | Settled, now: Instant, *, is_stopped: bool) -> None:
        """Takes in what the mailer says of one message; one that `is_stopped` has not tried to send what it had."""
        name, was_let_go = notice.message_id, notice.message_id in self._gone
        if isinstance(notice, Ready):
            self._ready[name] = self._offered.pop(name)
            return
        entry = self._gone.pop(name, None) or self._ready.pop(name, None) or self._offered.pop(name)
        receipt = replace(notice.receipt, at=now)
        if receipt.state is State.DEFERRED and is_stopped and not was_let_go:
            receipt = Receipt(state=State.PLANNED, at=now)
        elif receipt.state is State.DEFERRED:
            receipt = self._retry.after(entry, receipt, now)
        elif receipt.state is State.PLANNED and receipt.again_s:
            # Not tried: the mailer keeps the pace of its destination.
            receipt = replace(receipt, due=Instant(now + int(receipt.again_s * MICROS_PER_SECOND)))
        self._settled.append((entry, receipt))

    def put_back(self, now: Instant) -> None:
        """Gives back what was not offered, and what is ready to go."""
        self._give_back(self.stock, now)
        for name in self._ready:
            self._mailer.release(name, go=False)
        self._give_back(self._ready, now)

    def abandon(self, now: Instant) -> None:
        """Hears no more of what the mailer has: what was let go may have arrived."""
        self._mailer.close()
        self._give_back(self._offered, now)
        unheard = Receipt(state=State.UNKNOWN, reason=UNHEARD, at=now)
        self._settled += [(entry, unheard) for entry in self._gone.values()]
        self._gone.clear()

    def work(self) -> Work:
        """The news, for a turn; it stays here until the turn is over."""
        return Work(settled=self._settled, ready=list(self._ready.values()))

    def follow(self, turned: Turned, now: Instant) -> None:
        """Does what the ledger said: lets messages go or withdraws them, and takes in what was claimed."""
        self._settled = []
        names = {entry.person: name for name, entry in self._ready.items()}
        self._ready.clear()
        for entry in turned.withdrawn:
            self._mailer.release(names[entry.person], go=False)
        for entry in turned.released:
            name = names[entry.person]
            self._gone[name] = entry
            self._mailer.release(name, go=True)
        for entry in turned.claimed:
            self._take_in(entry, now)

    def _take_in(self, entry: Entry, now: Instant) -> None:
        """One that was claimed; it may be in hand already by a claim that is void by now."""
        name = entry.message_id
        if name in self._gone:
            copy = Receipt(state=State.DEFERRED, reason="an earlier copy is still on its way", at=now)
            self._settled.append((entry, self._retry.after(entry, copy, now)))
        elif name in self._offered:
            # The same mail, and the mailer has it: it goes under the new claim.
            self._offered[name] = entry
        else:
            self.stock[name] = entry

    def _give_back(self, entries: dict[str, Entry], now: Instant) -> None:
        back = Receipt(state=State.PLANNED, at=now)
        self._settled += [(entry, back) for entry in entries.values()]
        entries.clear()
