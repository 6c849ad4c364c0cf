"""What holds for ever once it holds: that something has happened so often, or long enough ago."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from envoi.segments.live.slots.base import Flag, Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.counts import Times
    from envoi.segments.live.state import Person, Turn


class Ago(Flag):
    """Set from the instant on at which the `least`-th oldest time is `near` old."""

    __slots__ = ("least", "near", "slot")

    def __init__(self, number: int, slot: int, atom: Times) -> None:
        super().__init__(number)
        self.slot = slot
        self.least = atom.least
        self.near = atom.events.near

    def since(self, person: Person) -> int:
        """When it will be set; 0 if that has happened, or is not in sight."""
        times: tuple[int, ...] = person.held.get(self.slot, ())
        return 0 if person.bits & self.bit or self.least > len(times) else times[self.least - 1] + self.near

    def ring(self, person: Person, turn: Turn) -> int:
        """Sets the flag."""
        since = self.since(person)
        if not since or since > turn.now:
            return since
        turn.flip(person, self)
        return 0


class Oldest(Slot[tuple[int, ...]]):
    """Remembers the few oldest times, oldest first: what was more than a while ago stays so."""

    __slots__ = ("most",)

    flags: tuple[Ago, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Times]]) -> None:
        super().__init__(number, inputs)
        self.flags = tuple(Ago(flag, number, atom) for flag, atom in atoms)
        self.most = max(flag.least for flag in self.flags)

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Keeps the oldest times."""
        times = person.held.get(self.number, ())
        if len(times) < self.most or turn.at < times[-1]:
            person.held[self.number] = self.joined(times, (turn.at,))
            self.renew(person, turn)
            self.arm(person, turn)

    def alarms(self, person: Person) -> Iterable[tuple[int, int]]:
        """One for each flag whose time will come."""
        return [(since, flag.bell) for flag in self.flags if (since := flag.since(person))]

    def renew(self, person: Person, turn: Turn) -> None:
        """Sets flags whose time came before now."""
        for flag in self.flags:
            if 0 < flag.since(person) < turn.now:
                turn.flip(person, flag)

    def joined(self, one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
        """The oldest of both."""
        return tuple(sorted(one + other)[: self.most])

    def packed(self, kept: tuple[int, ...], numbers: Numbers) -> Plain:
        """The times."""
        return [numbers.place_of_time(at) for at in kept]

    def unpacked(self, plain: list[int], numbers: Numbers) -> tuple[int, ...]:
        """The times."""
        return tuple([numbers.time(place) for place in plain])


class Often(Flag):
    """Set for ever once something has happened `least` times."""

    __slots__ = ("least",)

    def __init__(self, number: int, least: int) -> None:
        super().__init__(number)
        self.least = least


class Tally(Slot[int]):
    """Remembers how often, and stops counting when that is enough."""

    __slots__ = ("all", "most", "reached")

    flags: tuple[Often, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Times]]) -> None:
        super().__init__(number, inputs)
        self.flags = tuple(Often(flag, atom.least) for flag, atom in atoms)
        self.all = sum(flag.bit for flag in self.flags)
        self.most = max(flag.least for flag in self.flags)
        #: The flag that each number sets.
        self.reached = {flag.least: flag for flag in self.flags}

    def take(self, person: Person, turn: Turn, given: None) -> None:  # noqa: ARG002
        """Counts one more."""
        if person.bits & self.all != self.all:
            held, number = person.held, self.number
            held[number] = count = held.get(number, 0) + 1
            if count in self.reached:
                turn.flip(person, self.reached[count])

    def renew(self, person: Person, turn: Turn) -> None:
        """Sets flags that the count has reached."""
        count = person.held[self.number]
        for flag in self.flags:
            if flag.least <= count and not person.bits & flag.bit:
                turn.flip(person, flag)

    def joined(self, one: int, other: int) -> int:
        """The sum."""
        return min(one + other, self.most)

    def packed(self, kept: int, numbers: Numbers) -> Plain:  # noqa: ARG002
        """The count."""
        return kept

    def unpacked(self, plain: int, numbers: Numbers) -> int:  # noqa: ARG002
        """The count."""
        return plain
