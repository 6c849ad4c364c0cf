"""Numbers that are large enough or not: what sums, of any sort, have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from envoi.segments.live.slots.base import Flag, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.segments.live.state import Person, Turn


class Levelled(Protocol):
    """An atom that asks whether a number is large enough."""

    @property
    def least(self) -> int:
        """The smallest number that is."""
        ...


class Level(Flag):
    """Set while a number is at least `least`."""

    __slots__ = ("least",)

    def __init__(self, number: int, atom: Levelled) -> None:
        super().__init__(number)
        self.least = atom.least


class Levels(Slot[Any]):
    """A slot whose flags all look at one number, which is 0 where nothing has happened."""

    __slots__ = ()

    flags: tuple[Level, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Levelled]]) -> None:
        super().__init__(number, inputs)
        self.flags = tuple(Level(flag, atom) for flag, atom in atoms)

    @property
    def base(self) -> int:
        """What holds of 0."""
        return sum(flag.bit for flag in self.flags if flag.least <= 0)

    def compare(self, person: Person, turn: Turn, before: int, after: int) -> None:
        """Flips flags as the number says, if it says the same before and after what alarms of this instant will do."""
        for flag in self.flags:
            holds = after >= flag.least
            if holds == (before >= flag.least) and holds != bool(person.bits & flag.bit):
                turn.flip(person, flag)
