"""How often something happened: in a window that ends now, a few of the newest times are all that matters."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, replace
from heapq import heappush
from typing import TYPE_CHECKING, Any

from envoi.segments.live.slots.base import BEFORE_ALL, FOREVER, Home, Input
from envoi.segments.live.slots.ever import Oldest, Tally
from envoi.segments.live.slots.recent import Recent
from envoi.segments.live.state import ALARM_BITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.conditions.bound import Events
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.state import Person, Turn


@dataclass(frozen=True, slots=True)
class Times:
    """At least `least` such events, one or more, lie in a window that is open at one end or at both."""

    events: Events
    least: int

    @property
    def home(self) -> Home:
        """A few times, or only their number, of all such events whenever they happened."""
        far, near = self.events.far, self.events.near
        kind = Oldest if near else Tally if far is None and self.least > 1 else newest
        return Home(kind, (Input(replace(self.events, far=None, near=0)),))


class Newest(Recent[list[int]]):
    """Remembers the few newest times, oldest first."""

    __slots__ = ("fewest",)

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Times]]) -> None:
        super().__init__(number, inputs, atoms)
        #: With fewer no flag is set.
        self.fewest = self.flags[0].least

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Keeps the newest times."""
        at, times = turn.at, person.held.get(self.number)
        if times is None:
            person.held[self.number] = times = [at]
        else:
            if at >= times[-1]:
                times.append(at)
            else:
                insort(times, at)
            if len(times) > self.most:
                del times[0]
        bits, count = person.bits, len(times)
        if count >= self.fewest and bits & self.all != self.all:
            now = turn.now
            for flag in self.flags:
                if bits & flag.bit:
                    continue
                if flag.least > count:
                    break
                until = times[-flag.least] + flag.far
                if until > now:
                    person.bits |= flag.bit
                    turn.flips.append(flag)
                    if until < FOREVER:
                        heappush(turn.alarms, until << ALARM_BITS | person.tag | flag.bell)

    def newest(self, kept: list[int], least: int) -> int:
        """The time since which it happened so often."""
        return kept[-least] if least <= len(kept) else BEFORE_ALL

    def joined(self, one: list[int], other: list[int]) -> list[int]:
        """The newest of both."""
        return sorted(one + other)[-self.most :]

    def packed(self, kept: list[int], numbers: Numbers) -> Plain:
        """The times."""
        return [numbers.place_of_time(at) for at in kept]

    def unpacked(self, plain: list[int], numbers: Numbers) -> list[int]:
        """The times."""
        return [numbers.time(place) for place in plain]


class Last(Recent[int]):
    """Remembers the newest time, where that is enough."""

    __slots__ = ()

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Keeps the later time."""
        at, held, number = turn.at, person.held, self.number
        last = held.get(number)
        if last is None or at > last:
            held[number] = at
        else:
            at = last
        bits = person.bits
        if bits & self.all != self.all:
            now = turn.now
            for flag in self.flags:
                if not bits & flag.bit and (until := at + flag.far) > now:
                    person.bits |= flag.bit
                    turn.flips.append(flag)
                    if until < FOREVER:
                        heappush(turn.alarms, until << ALARM_BITS | person.tag | flag.bell)

    def newest(self, kept: int, least: int) -> int:  # noqa: ARG002
        """That time."""
        return kept

    def joined(self, one: int, other: int) -> int:
        """The later one."""
        return max(one, other)

    def packed(self, kept: int, numbers: Numbers) -> Plain:
        """The time."""
        return numbers.place_of_time(kept)

    def unpacked(self, plain: int, numbers: Numbers) -> int:
        """The time."""
        return numbers.time(plain)


def newest(number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Times]]) -> Newest | Last:
    """The slot for a few newest times, or for one."""
    return (Newest if any(atom.least > 1 for _, atom in atoms) else Last)(number, inputs, atoms)
