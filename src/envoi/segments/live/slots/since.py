"""How often something happened since something else last did: a few of its newest times, and the newest of that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from envoi.segments.live.slots.base import Flag, Home, Input, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.conditions.bound import Events
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.base import Door
    from envoi.segments.live.state import Person, Turn

#: The newest time of that since which is counted, None if there is none; and the newest times, oldest first.
Both = tuple[int | None, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class TimesSince:
    """At least `least` such events, one or more, are later than the last of those they come after."""

    events: Events
    after: Events
    least: int

    @property
    def home(self) -> Home:
        """One slot for each pair of events."""
        return Home(Since, (Input(replace(self.events, after=None)), Input(self.after)))


class Since(Slot[Both]):
    """Remembers the newest times of both."""

    __slots__ = ("most",)

    flags: tuple[Enough, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, TimesSince]]) -> None:
        super().__init__(number, inputs)
        self.flags = tuple(Enough(flag, atom.least) for flag, atom in atoms)
        self.most = max(flag.least for flag in self.flags)

    def door(self, place: int) -> Door:
        """Tells the events apart."""
        return _After(self) if place else self

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Keeps the newest times."""
        self.add(person, turn, (None, (turn.at,)))

    def add(self, person: Person, turn: Turn, more: Both) -> None:
        """Remembers more."""
        kept = person.held.get(self.number)
        person.held[self.number] = more if kept is None else self.joined(kept, more)
        self.renew(person, turn)

    def renew(self, person: Person, turn: Turn) -> None:
        """Sets and clears flags by the times."""
        after, times = person.held[self.number]
        since = 0 if after is None else sum(at > after for at in times)
        for flag in self.flags:
            if (since >= flag.least) != bool(person.bits & flag.bit):
                turn.flip(person, flag)

    def joined(self, one: Both, other: Both) -> Both:
        """The newest of both."""
        after = max((at for at in (one[0], other[0]) if at is not None), default=None)
        return after, tuple(sorted(one[1] + other[1])[-self.most :])

    def packed(self, kept: Both, numbers: Numbers) -> Plain:
        """The times; that since which is counted comes first, or -1."""
        after, times = kept
        return [-1 if after is None else numbers.place_of_time(after), *(numbers.place_of_time(at) for at in times)]

    def unpacked(self, plain: list[int], numbers: Numbers) -> Both:
        """The times."""
        after, *times = plain
        return None if after < 0 else numbers.time(after), tuple([numbers.time(place) for place in times])


class Enough(Flag):
    """Set while there are at least `least` since then."""

    __slots__ = ("least",)

    def __init__(self, number: int, least: int) -> None:
        super().__init__(number)
        self.least = least


class _After:
    """Where that comes in since which is counted."""

    __slots__ = ("slot",)

    def __init__(self, slot: Since) -> None:
        self.slot = slot

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Counts anew from the later one on."""
        self.slot.add(person, turn, (turn.at, ()))
