"""When a message that a server put off is tried again, and when that is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.bucket import bucket
from envoi.clock import MICROS_PER_SECOND, Instant, duration
from envoi.messages.ledger import State

if TYPE_CHECKING:
    from envoi.messages.ledger import Entry, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Waits twice as long each time, by up to a half more or less, so that not all come back at once."""

    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=4)
    #: How long a message is tried, as its own waits add up.
    give_up_after: timedelta = timedelta(days=2)
    #: No message is tried at or after this moment.
    deadline: Instant | None = None

    def wait(self, entry: Entry) -> timedelta:
        """How long to wait after one more deferral; the same entry waits the same time.

        >>> from envoi.messages.ledger import Entry
        >>> entry = Entry(campaign="spring", person="anna", address="a@example.org", decision=1, attempts=3)
        >>> timedelta(minutes=4) <= Retry().wait(entry) <= timedelta(minutes=12)
        True
        """
        plain = min(self.first * (1 << min(entry.attempts, 30)), self.longest)
        return plain * (0.5 + bucket("retry", f"{entry.message_id}:{entry.attempts}"))

    def after(self, entry: Entry, receipt: Receipt, now: Instant) -> Receipt:
        """The receipt of a deferred entry with the moment of the next try, or rejected if there is to be none."""
        wait = max(duration(self.wait(entry)), int((receipt.again_s or 0.0) * MICROS_PER_SECOND))
        due = Instant(now + wait)
        if self._waited(entry.attempts + 1) <= self.give_up_after and (self.deadline is None or due < self.deadline):
            return replace(receipt, due=due)
        reason = f"gave up after {entry.attempts + 1} tries: {receipt.reason}"
        return replace(receipt, state=State.REJECTED, reason=reason)

    def _waited(self, attempts: int) -> timedelta:
        """How long one has waited after so many tries, but for chance."""
        doubling = 0
        while doubling < attempts and self.first * (1 << doubling) < self.longest:
            doubling += 1
        return self.first * ((1 << doubling) - 1) + self.longest * (attempts - doubling)
