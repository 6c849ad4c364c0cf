"""The moments at which things arrive: never twice the same, and never earlier than one before, across restarts too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.clock import Instant

if TYPE_CHECKING:
    from envoi.clock import Clock


class Moments:
    """A clock that moves at every look at it: what the log says arrived earlier did."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._last = Instant(0)

    def after(self, last: Instant) -> None:
        """Moves on, if need be, to just after what the log says was."""
        self._last = max(last, self._last)

    def next(self) -> Instant:
        """The present, or the microsecond after the last one given if the clock has not come that far."""
        self._last = Instant(max(self.clock.now(), self._last + 1))
        return self._last
