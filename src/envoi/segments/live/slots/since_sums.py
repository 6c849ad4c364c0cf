"""How much something came to since something else last happened: the amounts since then, in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from envoi.segments.live.pack import as_plain, as_value
from envoi.segments.live.slots.base import Home, Input
from envoi.segments.live.slots.levels import Levels

if TYPE_CHECKING:
    from envoi.conditions.bound import Events
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.base import Door, Read
    from envoi.segments.live.state import Person, Turn


@dataclass(frozen=True, slots=True)
class SumSince:
    """What is read of events later than the last of those they come after comes to at least `least`; of none, 0."""

    events: Events
    read: Read
    after: Events
    least: int

    @property
    def home(self) -> Home:
        """One slot for each pair of events and what is read."""
        return Home(SumsSince, (Input(replace(self.events, after=None), self.read), Input(self.after)))


class SumsSince(Levels):
    """Remembers [the last time of that since which is added up, the sum, time, amount, time, amount...], oldest first.

    As long as that has not happened the sum is of what may count when it comes late.
    """

    __slots__ = ()

    def door(self, place: int) -> Door:
        """Tells the events apart."""
        return _After(self) if place else self

    def take(self, person: Person, turn: Turn, given: int) -> None:
        """Adds an amount, unless it came before."""
        kept = person.held.setdefault(self.number, [None, 0])
        if kept[_AFTER] is None or turn.at > kept[_AFTER]:
            place = len(kept)
            while place > _FIRST and kept[place - 2] > turn.at:
                place -= 2
            kept[place:place] = (turn.at, given)
            kept[_SUM] += given
            self.renew(person, turn)

    def begin(self, person: Person, turn: Turn) -> None:
        """Lets go of what came before, if this is the last so far."""
        kept = person.held.setdefault(self.number, [None, 0])
        if kept[_AFTER] is None or turn.at > kept[_AFTER]:
            kept[_AFTER] = turn.at
            _let_go(kept)
            self.renew(person, turn)

    def renew(self, person: Person, turn: Turn) -> None:
        """Compares anew."""
        kept = person.held[self.number]
        total = 0 if kept[_AFTER] is None else kept[_SUM]
        self.compare(person, turn, total, total)

    def joined(self, one: list[Any], other: list[Any]) -> list[Any]:
        """The amounts of both since the later one."""
        after = max((kept[_AFTER] for kept in (one, other) if kept[_AFTER] is not None), default=None)
        amounts = sorted(pair for kept in (one, other) for pair in _amounts(kept))
        kept = [after, one[_SUM] + other[_SUM], *chain.from_iterable(amounts)]
        if after is not None:
            _let_go(kept)
        return kept

    def packed(self, kept: list[Any], numbers: Numbers) -> Plain:
        """The time, or -1; then times and amounts, in turns."""
        after = kept[_AFTER]
        amounts = (plain for at, given in _amounts(kept) for plain in (numbers.place_of_time(at), as_plain(given)))
        return [-1 if after is None else numbers.place_of_time(after), *amounts]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> list[Any]:
        """The same, and the sum."""
        after, *rest = plain
        amounts = [as_value(given) for given in rest[1::2]]
        pairs = zip((numbers.time(place) for place in rest[::2]), amounts, strict=True)
        return [None if after < 0 else numbers.time(after), sum(amounts), *chain.from_iterable(pairs)]


_AFTER, _SUM, _FIRST = 0, 1, 2


def _amounts(kept: list[Any]) -> list[tuple[int, int]]:
    return list(zip(kept[_FIRST::2], kept[_FIRST + 1 :: 2], strict=True))


def _let_go(kept: list[Any]) -> None:
    place = _FIRST
    while place < len(kept) and kept[place] <= kept[_AFTER]:
        kept[_SUM] -= kept[place + 1]
        place += 2
    del kept[_FIRST:place]


class _After:
    """Where that comes in since which is added up."""

    __slots__ = ("slot",)

    def __init__(self, slot: SumsSince) -> None:
        self.slot = slot

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Counts anew from the later one on."""
        self.slot.begin(person, turn)
