"""How many different values something had: of each value the newest time, and of those the few newest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from envoi.segments.live.slots.base import BEFORE_ALL, FOREVER, Home, Input, Read
from envoi.segments.live.slots.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.conditions.bound import Events, Measure
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.state import Person, Turn

Newest = dict[int | str, int]


@dataclass(frozen=True, slots=True)
class Distinct:
    """The measure has at least `least` different values, one or more, in a window that ends now."""

    events: Events
    measure: Measure
    least: int

    @property
    def home(self) -> Home:
        """One slot for all windows."""
        return Home(Values, (Input(replace(self.events, far=None), Read(self.measure)),))


class Values(Recent[Newest]):
    """Remembers the few values that were last seen, and when."""

    __slots__ = ()

    def take(self, person: Person, turn: Turn, given: Sequence[int | str]) -> None:
        """Keeps the values that were last seen."""
        newest = self.joined(person.held.get(self.number, {}), dict.fromkeys(given, turn.at))
        person.held[self.number] = newest
        if person.bits & self.all != self.all:
            for flag in self.flags:
                until = self.newest(newest, flag.least) + flag.far
                if not person.bits & flag.bit and until > turn.now:
                    turn.flip(person, flag)
                    if flag.far != FOREVER:
                        turn.wake(person, until, flag.bell)

    def newest(self, kept: Newest, least: int) -> int:
        """The time from which on there were so many values."""
        return sorted(kept.values())[-least] if least <= len(kept) else BEFORE_ALL

    def joined(self, one: Newest, other: Newest) -> Newest:
        """The values last seen by both."""
        newest = one | {value: max(at, one.get(value, at)) for value, at in other.items()}
        for value in sorted(newest, key=newest.__getitem__)[: -self.most]:
            del newest[value]
        return newest

    def packed(self, kept: Newest, numbers: Numbers) -> Plain:
        """Values and times, in turns."""
        return [plain for value, at in kept.items() for plain in (value, numbers.place_of_time(at))]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> Newest:
        """Values and times, in turns."""
        return {value: numbers.time(place) for value, place in zip(plain[::2], plain[1::2], strict=True)}
