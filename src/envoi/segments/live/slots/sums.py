"""How much something came to: in whole numbers, with an exact instant for every amount that falls out of the window."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from envoi.segments.live.pack import as_plain, as_value
from envoi.segments.live.slots.alarmed import Alarmed
from envoi.segments.live.slots.base import Home, Input
from envoi.segments.live.slots.levels import Levels
from envoi.segments.live.slots.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.state import Person, Turn


@dataclass(frozen=True, slots=True)
class Sum:
    """What the inputs give, each in its own window, comes to at least `least`; over nothing it is 0."""

    inputs: tuple[Input, ...]
    least: int

    @property
    def home(self) -> Home:
        """A number, the amounts in one window that ends now, or what windows of any sort need."""
        windows = {(each.events.far, each.events.near) for each in self.inputs}
        if windows == {(None, 0)}:
            return Home(Total, self.inputs)
        return Home(Sums if len(windows) == 1 and windows.pop()[1] == 0 else Spans, self.inputs)


class Total(Levels):
    """Remembers a sum since ever."""

    __slots__ = ()

    def take(self, person: Person, turn: Turn, given: int) -> None:
        """Adds."""
        person.held[self.number] = person.held.get(self.number, 0) + given
        self.renew(person, turn)

    def renew(self, person: Person, turn: Turn) -> None:
        """Compares anew."""
        total = person.held[self.number]
        self.compare(person, turn, total, total)

    def joined(self, one: int, other: int) -> int:
        """The sum of both."""
        return one + other

    def packed(self, kept: int, numbers: Numbers) -> Plain:  # noqa: ARG002
        """The sum."""
        return as_plain(kept)

    def unpacked(self, plain: int | list[str], numbers: Numbers) -> int:  # noqa: ARG002
        """The sum."""
        return int(as_value(plain))


class Sums(Levels, Alarmed):
    """Remembers [the next alarm, the sum, how many are below 0, time, amount, time, amount...], oldest first."""

    __slots__ = ("far",)

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Sum]]) -> None:
        super().__init__(number, inputs, atoms)
        self.far: int = inputs[0].events.far

    def take(self, person: Person, turn: Turn, given: int) -> None:
        """Adds an amount; one that leaves the window as it arrives never counted."""
        if turn.at + self.far > turn.now:
            kept = person.held.setdefault(self.number, [0, 0, 0])
            _add(kept, turn.at, given)
            flips = len(turn.flips)
            self.renew(person, turn)
            # A positive amount only puts off the end of what holds already, and the alarm will find that out.
            if kept[_NEGATIVE] or len(turn.flips) > flips:
                self.set_alarm(person, turn, kept)

    def look(self, person: Person, turn: Turn, kept: list[int]) -> None:
        """Lets go of what has left the window."""
        self._let_go(kept, turn.now)
        self.compare(person, turn, kept[_SUM], kept[_SUM])

    def next(self, person: Person, kept: list[int], past: int) -> int:  # noqa: ARG002
        """When amounts that leave may first flip a flag."""
        if kept[_NEGATIVE]:
            return kept[_FIRST] + self.far
        least = max((flag.least for flag in self.flags if person.bits & flag.bit), default=0)
        left = kept[_SUM]
        for place in range(_FIRST, len(kept) if least > 0 else 0, 2):
            left -= kept[place + 1]
            if left < least:
                return kept[place] + self.far
        return 0

    def renew(self, person: Person, turn: Turn) -> None:
        """Compares anew."""
        kept = person.held[self.number]
        self._let_go(kept, turn.now - 1)
        leaving, place = 0, _FIRST
        while place < len(kept) and kept[place] + self.far == turn.now:
            leaving += kept[place + 1]
            place += 2
        self.compare(person, turn, kept[_SUM], kept[_SUM] - leaving)

    def joined(self, one: list[int], other: list[int]) -> list[int]:
        """The amounts of both."""
        return _kept(sorted(chain(_amounts(one), _amounts(other)), key=itemgetter(0)))

    def spent(self, kept: list[int], now: int) -> bool:
        """Whether the window has passed by the newest amount."""
        return len(kept) == _FIRST or kept[-2] + self.far < now

    def packed(self, kept: list[int], numbers: Numbers) -> Plain:
        """Times and amounts, in turns."""
        return [each for at, amount in _amounts(kept) for each in (numbers.place_of_time(at), as_plain(amount))]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> list[int]:
        """Times and amounts, in turns."""
        pairs = zip(plain[::2], plain[1::2], strict=True)
        return _kept([(numbers.time(place), as_value(amount)) for place, amount in pairs])

    def _let_go(self, kept: list[int], past: int) -> None:
        """Drops what has left the window by `past`."""
        place, oldest = _FIRST, past - self.far
        while place < len(kept) and kept[place] <= oldest:
            kept[_SUM] -= kept[place + 1]
            kept[_NEGATIVE] -= kept[place + 1] < 0
            place += 2
        if place > _FIRST:
            del kept[_FIRST:place]


_SUM, _NEGATIVE, _FIRST = 1, 2, 3


def _add(kept: list[int], at: int, amount: int) -> None:
    place = len(kept)
    while place > _FIRST and kept[place - 2] > at:
        place -= 2
    kept[place:place] = (at, amount)
    kept[_SUM] += amount
    kept[_NEGATIVE] += amount < 0


def _amounts(kept: list[int]) -> Iterable[tuple[int, int]]:
    return zip(kept[_FIRST::2], kept[_FIRST + 1 :: 2], strict=True)


def _kept(amounts: Iterable[tuple[int, int]]) -> list[int]:
    flat = list(chain.from_iterable(amounts))
    return [0, sum(flat[1::2]), sum(amount < 0 for amount in flat[1::2]), *flat]
