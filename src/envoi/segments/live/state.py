"""One person's state in memory, and the turn in which an event or an instant is applied to it."""

from __future__ import annotations

from heapq import heappush
from typing import TYPE_CHECKING, Any

from envoi.clock import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.events.event import PersonId, Value
    from envoi.segments.live.slots.base import Flag

#: An alarm is one whole number, so that a heap of a million is small and quick: instant, person, bell.
BELL_BITS = 24
ALARM_BITS = 40 + BELL_BITS
BELL = (1 << BELL_BITS) - 1
ONE_PERSON = (1 << 40) - 1
WHOSE = (1 << ALARM_BITS) - 1


class Person:
    """What is known of one person, as far as conditions ask."""

    __slots__ = ("bits", "held", "id", "mask", "seq", "tag")

    def __init__(self, person: PersonId, number: int, bits: int) -> None:
        self.id = person
        #: The person's number where it stands in an alarm.
        self.tag = number << BELL_BITS
        #: Which flags are set.
        self.bits = bits
        #: Which conditions hold.
        self.mask = 0
        #: By number of slot, what it remembers. Any: each slot finds only what it put there.
        self.held: dict[int, Any] = {}
        #: Events up to this position of the log had been applied when the state was read.
        self.seq = 0


class Turn:
    """One event, or one instant, while it is applied to one person."""

    __slots__ = ("alarms", "at", "flips", "now", "props", "seq")

    def __init__(self, alarms: list[int]) -> None:
        #: A heap, of this person's alarms or of everyone's.
        self.alarms = alarms
        #: The instant of the turn; of an event its arrival.
        self.now = Instant(0)
        #: When the event happened, at or before `now`.
        self.at = 0
        #: The event's position in the log.
        self.seq = 0
        #: Its properties.
        self.props: Mapping[str, Value] = {}
        #: The flags that changed and have not been heard yet.
        self.flips: list[Flag] = []

    def flip(self, person: Person, flag: Flag) -> None:
        """Changes a flag."""
        person.bits ^= flag.bit
        self.flips.append(flag)

    def wake(self, person: Person, at: int, bell: int) -> None:
        """Sets an alarm."""
        heappush(self.alarms, at << ALARM_BITS | person.tag | bell)
