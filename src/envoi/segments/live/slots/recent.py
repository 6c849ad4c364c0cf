"""What holds until something is too long ago: flags that time clears, and slots that know the newest times."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from envoi.segments.live.slots.base import FOREVER, Flag, Kept, Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from envoi.conditions.bound import Events
    from envoi.segments.live.state import Person, Turn


class Within(Flag):
    """Set until the `least`-th newest time is `far` old; it has an alarm exactly as long as it is set."""

    __slots__ = ("far", "least", "slot")

    def __init__(self, number: int, slot: Recent[Any], least: int, events: Events) -> None:
        super().__init__(number)
        self.slot = slot
        self.least = least
        self.far = FOREVER if events.far is None else events.far

    def ring(self, person: Person, turn: Turn) -> int:
        """Clears the flag, unless later events have put that off."""
        if not person.bits & self.bit:
            return 0
        until = self.slot.newest(person.held[self.slot.number], self.least) + self.far
        if until > turn.now:
            return until
        person.bits ^= self.bit
        turn.flips.append(self)
        return 0


class Recent(Slot[Kept]):
    """Remembers enough of the newest times to say when the n-th newest was."""

    __slots__ = ("all", "longest", "most")

    flags: tuple[Within, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Any]]) -> None:
        super().__init__(number, inputs)
        flags = [Within(flag, self, atom.least, atom.events) for flag, atom in atoms]
        self.flags = tuple(sorted(flags, key=lambda flag: flag.least))
        self.all = sum(flag.bit for flag in flags)
        #: So many of the newest are enough.
        self.most = max(flag.least for flag in flags)
        self.longest = max(flag.far for flag in flags)

    @abstractmethod
    def newest(self, kept: Kept, least: int) -> int:
        """The `least`-th newest time; BEFORE_ALL if there are fewer."""

    def alarms(self, person: Person) -> Iterable[tuple[int, int]]:
        """One for each flag that is set, and that time will clear."""
        kept = person.held[self.number]
        for flag in self.flags:
            if person.bits & flag.bit and flag.far != FOREVER:
                yield self.newest(kept, flag.least) + flag.far, flag.bell

    def spent(self, kept: Kept, now: int) -> bool:
        """Whether all windows have passed by the newest time."""
        return self.newest(kept, 1) + self.longest < now

    def renew(self, person: Person, turn: Turn) -> None:
        """Sets and clears flags by the times."""
        kept = person.held[self.number]
        for flag in self.flags:
            if (self.newest(kept, flag.least) + flag.far > turn.now) != bool(person.bits & flag.bit):
                turn.flip(person, flag)
