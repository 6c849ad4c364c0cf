"""Numbers that time changes: what each event adds comes, and goes again, at instants that are known when it happens."""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING, Any

from envoi.segments.live.pack import as_plain, as_value
from envoi.segments.live.slots.alarmed import Alarmed
from envoi.segments.live.slots.levels import Levelled, Levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.base import Door
    from envoi.segments.live.state import Person, Turn

#: When what it adds changes next, when it happened, through which input, and how much that gave.
Entry = tuple[int, int, int, int]


class Spans(Levels, Alarmed):
    """Remembers [the next alarm, the number, a heap of entries]: what changes no more is in the number alone."""

    __slots__ = ("windows",)

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Levelled]]) -> None:
        super().__init__(number, inputs, atoms)
        self.windows = [(each.events.far, each.events.near) for each in inputs]

    def worth(self, given: int, age: int, place: int) -> int:
        """What so much adds at that age."""
        far, near = self.windows[place]
        return given if age >= near and (far is None or age < far) else 0

    def turns(self, age: int, place: int) -> int:
        """The next age at which that changes; 0 if it never will."""
        far, near = self.windows[place]
        return near if age < near else far if far is not None and age < far else 0

    def door(self, place: int) -> Door:
        """Tells inputs apart: each has its own window."""
        return _Through(self, place)

    def take(self, person: Person, turn: Turn, given: tuple[int, int]) -> None:
        """Adds what an input gives, as of before the alarms of this instant."""
        place, amount = given
        kept = person.held.setdefault(self.number, [0, 0, []])
        age = max(turn.now - 1 - turn.at, 0)
        kept[_NUMBER] += self.worth(amount, age, place)
        if turning := self.turns(age, place):
            heappush(kept[_HEAP], (turn.at + turning, turn.at, place, amount))
        self.renew(person, turn)
        self.set_alarm(person, turn, kept)

    def look(self, person: Person, turn: Turn, kept: list[Any]) -> None:
        """Changes what is to change now."""
        heap: list[Entry] = kept[_HEAP]
        while heap and heap[0][0] <= turn.now:
            when, at, place, amount = heap[0]
            kept[_NUMBER] += self._gains(heap[0])
            if turning := self.turns(when - at, place):
                heapreplace(heap, (at + turning, at, place, amount))
            else:
                heappop(heap)
        self.compare(person, turn, kept[_NUMBER], kept[_NUMBER])

    def next(self, person: Person, kept: list[Any], past: int) -> int:  # noqa: ARG002
        """When the first of them does."""
        heap: list[Entry] = kept[_HEAP]
        return heap[0][0] if heap else 0

    def renew(self, person: Person, turn: Turn) -> None:
        """Compares anew."""
        _, number, heap = person.held[self.number]
        after = number
        if heap and heap[0][0] == turn.now:
            after += sum(self._gains(entry) for entry in heap if entry[0] == turn.now)
        self.compare(person, turn, number, after)

    def joined(self, one: list[Any], other: list[Any]) -> list[Any]:
        """What both add."""
        heap = one[_HEAP] + other[_HEAP]
        heapify(heap)
        return [0, one[_NUMBER] + other[_NUMBER], heap]

    def spent(self, kept: list[Any], now: int) -> bool:  # noqa: ARG002
        """Whether it is as if nothing had happened."""
        return kept[1:] == [0, []]

    def packed(self, kept: list[Any], numbers: Numbers) -> Plain:
        """The number; then inputs, times and amounts, in turns."""
        _, number, heap = kept
        entries = (
            plain for _, at, place, amount in heap for plain in (place, numbers.place_of_time(at), as_plain(amount))
        )
        return [as_plain(number), *entries]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> list[Any]:
        """The same; what was due before the state was settled has been done."""
        number, *rest = plain
        heap = []
        for place, time, amount in zip(*[iter(rest)] * 3, strict=True):
            at = numbers.time(time)
            turning = self.turns(max(numbers.settled - 1 - at, 0), place)
            heap.append((at + turning, at, place, as_value(amount)))
        heapify(heap)
        return [0, as_value(number), heap]

    def _gains(self, entry: Entry) -> int:
        """By how much the number grows when the entry is due."""
        when, at, place, amount = entry
        return self.worth(amount, when - at, place) - self.worth(amount, when - 1 - at, place)


_NUMBER, _HEAP = 1, 2


class _Through:
    """Where one input comes in."""

    __slots__ = ("place", "slot")

    def __init__(self, slot: Spans, place: int) -> None:
        self.slot = slot
        self.place = place

    def take(self, person: Person, turn: Turn, given: int) -> None:
        """Hands on what is given; what leaves the window as it arrives never counted."""
        far = self.slot.windows[self.place][0]
        if far is None or turn.at + far > turn.now:
            self.slot.take(person, turn, (self.place, given))
