"""Sequences: that something was followed by something else, or was not while there was time for it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from envoi.conditions.bound import Measure
from envoi.conditions.tree import Function
from envoi.segments.live.slots.alarmed import Alarmed
from envoi.segments.live.slots.base import BEFORE_ALL, FOREVER, Flag, Home, Input, Read

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.conditions.bound import FollowedLeaf
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.base import Door
    from envoi.segments.live.state import Person, Turn

#: Times, oldest first.
Times = list[int]


@dataclass(frozen=True, slots=True)
class Followed:
    """Some first event was followed, or was not: a leaf that asks for one, and for none after another event."""

    leaf: FollowedLeaf

    @property
    def home(self) -> Home:
        """A slot for this leaf alone."""
        leaf = self.leaf
        given = Read(Measure(Function.DISTINCT, leaf.path, storage=leaf.storage)) if leaf.path else None
        first = replace(leaf.first, far=None, near=0)
        return Home(Sequences, (Input(first, given), Input(leaf.then, given)), leaf)


class Sequences(Alarmed):
    """Remembers [the next alarm, firsts and thens by the value that must be the same, firsts that were followed].

    Among the firsts that have a value are those that were not followed. The flag looks at one sort of them: each makes
    it hold from when it is `delay` old until it is `far` old.
    """

    __slots__ = ("delay", "far", "happened", "near", "within")

    flags: tuple[Flag]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Followed]]) -> None:
        super().__init__(number, inputs)
        ((flag, atom),) = atoms
        leaf = atom.leaf
        self.flags = (Flag(flag),)
        self.happened, self.within = leaf.happened, leaf.within
        self.far, self.near = leaf.first.far, leaf.first.near
        self.delay = self.near if leaf.happened else max(self.near, leaf.within or 0)

    def door(self, place: int) -> Door:
        """Tells firsts and thens apart."""
        return _First(self) if place == 0 else _Then(self)

    def take(self, person: Person, turn: Turn, given: tuple[list[Any] | None, bool]) -> None:
        """Keeps the time, if it may matter."""
        values, is_first = given
        if self.far is not None and turn.at + self.far <= turn.now:
            return
        kept = person.held.setdefault(self.number, [0, {}, []])
        key = values[0] if values else ""
        if key not in kept[_BY_VALUE]:
            self._let_go(kept, turn.now - 1)
        self._add(kept, key, turn.at, is_first=is_first)
        self._forget(kept, key, turn.now - 1)
        self.renew(person, turn)
        self.set_alarm(person, turn, kept)

    def look(self, person: Person, turn: Turn, kept: list[Any]) -> None:
        """At the end of a delay or of the window."""
        self._let_go(kept, turn.now)
        (flag,) = self.flags
        if self._holds(kept, turn.now) != bool(person.bits & flag.bit):
            turn.flip(person, flag)

    def next(self, person: Person, kept: list[Any], past: int) -> int:  # noqa: ARG002
        """When the oldest time is old enough, or leaves the window."""
        oldest = self._oldest(kept, past)
        if oldest is None:
            return 0
        if self.delay and oldest + self.delay > past:
            return oldest + self.delay
        return 0 if self.far is None else oldest + self.far

    def renew(self, person: Person, turn: Turn) -> None:
        """Flips the flag if that is so before and after what the alarm of this instant will do."""
        kept = person.held[self.number]
        (flag,) = self.flags
        holds = self._holds(kept, turn.now)
        if holds != bool(person.bits & flag.bit) and holds == self._holds(kept, turn.now - 1):
            turn.flip(person, flag)

    def joined(self, one: list[Any], other: list[Any]) -> list[Any]:
        """The times of both."""
        kept = [0, {key: (firsts[:], thens[:]) for key, (firsts, thens) in one[_BY_VALUE].items()}, one[_FOLLOWED][:]]
        for at in other[_FOLLOWED]:
            insort(kept[_FOLLOWED], at)
        for key, (firsts, thens) in other[_BY_VALUE].items():
            for at in firsts:
                self._add(kept, key, at, is_first=True)
            for at in thens:
                self._add(kept, key, at, is_first=False)
        return kept

    def spent(self, kept: list[Any], now: int) -> bool:
        """Whether nothing is left in the window."""
        lists = [kept[_FOLLOWED], *(times for both in kept[_BY_VALUE].values() for times in both)]
        newest = max((times[-1] for times in lists if times), default=BEFORE_ALL)
        return newest + (FOREVER if self.far is None else self.far) < now

    def packed(self, kept: list[Any], numbers: Numbers) -> Plain:
        """The times: those that were followed, then value, firsts and thens, in turns."""

        def places(times: Times) -> Plain:
            return [numbers.place_of_time(at) for at in times]

        by_value = kept[_BY_VALUE].items()
        return [
            places(kept[_FOLLOWED]),
            *(plain for key, (one, two) in by_value for plain in (key, places(one), places(two))),
        ]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> list[Any]:
        """The times."""

        def times(places: list[int]) -> Times:
            return [numbers.time(place) for place in places]

        followed, *rest = plain
        threes = zip(*[iter(rest)] * 3, strict=True)
        return [0, {key: (times(firsts), times(thens)) for key, firsts, thens in threes}, times(followed)]

    # -- what was followed

    def _add(self, kept: list[Any], key: Any, at: int, *, is_first: bool) -> None:  # noqa: ANN401 - a value of any sort
        """Keeps a time under its value; firsts that were followed go apart, or are forgotten."""
        firsts, thens = kept[_BY_VALUE].setdefault(key, ([], []))
        followed: Times = []
        if is_first:
            place = bisect_right(thens, at)
            if place < len(thens) and (self.within is None or thens[place] <= at + self.within):
                followed = [at]
            else:
                insort(firsts, at)
        else:
            insort(thens, at)
            begin, end = 0 if self.within is None else bisect_left(firsts, at - self.within), bisect_left(firsts, at)
            followed = firsts[begin:end]
            del firsts[begin:end]
        if self.happened:
            for one in followed:
                insort(kept[_FOLLOWED], one)

    # -- what may still matter

    def _let_go(self, kept: list[Any], past: int) -> None:
        """Drops all that cannot matter after `past`, whatever comes late."""
        if self.far is not None:
            del kept[_FOLLOWED][: bisect_right(kept[_FOLLOWED], past - self.far)]
        for key in list(kept[_BY_VALUE]):
            self._forget(kept, key, past)

    def _forget(self, kept: list[Any], key: Any, past: int) -> None:  # noqa: ANN401 - a value of any sort
        """Drops what cannot matter of one value."""
        firsts, thens = kept[_BY_VALUE].get(key, ([], []))
        oldest = BEFORE_ALL if self.far is None else past - self.far
        if self.happened:
            oldest = max(oldest, self._sure(kept, past))
            if self.far is None and oldest > BEFORE_ALL:
                kept[_BY_VALUE].clear()
                return
        del firsts[: bisect_right(firsts, oldest)]
        del thens[: bisect_right(thens, oldest)]
        if self.within is None:
            # Whatever was before the last then was followed.
            del thens[:-1]
            if not self.happened and not self.near:
                del firsts[:-1]
            if self.happened and self.far is None:
                del firsts[1:]
        if not firsts and not thens:
            kept[_BY_VALUE].pop(key, None)

    def _sure(self, kept: list[Any], past: int) -> int:
        """The newest that was followed and is old enough: what is older matters no longer."""
        followed = kept[_FOLLOWED]
        place = bisect_right(followed, past - self.near) if self.near else len(followed)
        if not place:
            return BEFORE_ALL
        del followed[: place - 1]
        return int(followed[0])

    # -- what the flag looks at

    def _holds(self, kept: list[Any], when: int) -> bool:
        """Whether some such time counts at `when`; without a delay one counts at once."""
        oldest = self._oldest(kept, when)
        return oldest is not None and (not self.delay or oldest + self.delay <= when)

    def _oldest(self, kept: list[Any], when: int) -> int | None:
        """The oldest time that is in the window at `when`."""
        first = BEFORE_ALL if self.far is None else when - self.far
        found = (times[place] for times in self._looked_at(kept) if (place := bisect_right(times, first)) < len(times))
        return min(found, default=None)

    def _looked_at(self, kept: list[Any]) -> Iterator[Times]:
        if self.happened:
            yield kept[_FOLLOWED]
        else:
            for firsts, _ in kept[_BY_VALUE].values():
                yield firsts


_BY_VALUE, _FOLLOWED = 1, 2


class _First:
    """Where what may be followed comes in."""

    __slots__ = ("slot",)

    def __init__(self, slot: Sequences) -> None:
        self.slot = slot

    def take(self, person: Person, turn: Turn, given: list[Any] | None) -> None:
        """Hands it on."""
        self.slot.take(person, turn, (given, True))


class _Then(_First):
    """Where what may follow comes in."""

    __slots__ = ()

    def take(self, person: Person, turn: Turn, given: list[Any] | None) -> None:
        """Hands it on."""
        self.slot.take(person, turn, (given, False))
