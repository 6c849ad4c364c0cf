"""How fast mail goes to each destination: no faster than its rate, and not at all for a while after it said "later".

A destination is the domain of an address. After a few messages in a row that it put off, it is left alone, twice as
long each time, until it takes one again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Stands for every destination without a rate of its own.
OTHERS = "*"
#: So many refusals are an accident.
_IN_A_ROW = 3
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 30.0, 900.0
#: Messages may come so much before their time, since a network does not keep a beat.
_EARLY_S = 1.0
#: Destinations of which nothing is worth remembering are forgotten when there are more.
_MOST = 50_000


@dataclass(slots=True)
class _Destination:
    #: When the next message is in time, and the time that the last of those that wait was told.
    next_at: float = 0.0
    promised: float = 0.0
    refused: int = 0
    paused_until: float = 0.0


class Pace:
    """Keeps every destination's; times are seconds of any clock that does not go back."""

    def __init__(self, per_minute: Mapping[str, float] | None = None) -> None:
        """Takes the most messages a minute by domain; `*` is for each of all others."""
        self._per_minute = dict(per_minute or {})
        self._known: dict[str, _Destination] = {}

    def wait_s(self, domain: str, now: float) -> float:
        """0 if a message may go now, and then it counts; else in how many seconds to ask again.

        Each message that has to wait is told its own time.

        >>> pace = Pace({"example.org": 60})
        >>> [pace.wait_s("example.org", 100.0) for _ in range(4)]
        [0.0, 0.0, 2.0, 3.0]
        """
        rate = self._per_minute.get(domain) or self._per_minute.get(OTHERS)
        known = self._known.get(domain)
        if known is None:
            if not rate:
                return 0.0
            known = self._of(domain)
        if known.paused_until > now:
            return known.paused_until - now
        if not rate:
            return 0.0
        gap = 60 / rate
        if known.next_at <= now + _EARLY_S:
            known.next_at = max(known.next_at, now) + gap
            return 0.0
        known.promised = max(known.promised + gap, known.next_at)
        return known.promised - now

    def refused(self, domain: str, now: float) -> None:
        """The destination said "later"."""
        known = self._of(domain)
        known.refused += 1
        if known.refused >= _IN_A_ROW:
            doubled = _FIRST_PAUSE_S * 2.0 ** (known.refused - _IN_A_ROW)
            known.paused_until = now + min(doubled, _LONGEST_PAUSE_S)

    def accepted(self, domain: str) -> None:
        """The destination took a message."""
        if known := self._known.get(domain):
            known.refused, known.paused_until = 0, 0.0

    def _of(self, domain: str) -> _Destination:
        if domain not in self._known:
            if len(self._known) >= _MOST:
                self._known = {name: each for name, each in self._known.items() if each.refused or each.promised}
            self._known[domain] = _Destination()
        return self._known[domain]
