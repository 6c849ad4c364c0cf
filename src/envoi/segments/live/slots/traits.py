"""What was last told about a person: the word with the latest time counts, whatever order words come in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envoi.conditions.facts import stored_form
from envoi.segments.live.slots.base import Flag, Home, Slot, TraitInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.conditions.bound import Check, Storage
    from envoi.events.event import Value
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.state import Person, Turn

#: Positions in the log have no more.
SEQ_BITS = 48


def when_said(turn: Turn) -> int:
    """When a word was said, and its position in the log: at equal times the later one counts."""
    return turn.at << SEQ_BITS | turn.seq


def packed_word(said: int, numbers: Numbers) -> list[int]:
    """The time and the position, to be written."""
    return [numbers.place_of_time(said >> SEQ_BITS), numbers.place(said & (1 << SEQ_BITS) - 1)]


def unpacked_word(plain: list[int], numbers: Numbers) -> int:
    """When it was said."""
    at, seq = plain
    return numbers.time(at) << SEQ_BITS | numbers.number(seq)


@dataclass(frozen=True, slots=True)
class Told:
    """The latest value of the trait passes."""

    key: str
    storage: Storage
    check: Check

    @property
    def home(self) -> Home:
        """One slot a trait."""
        return Home(Trait, (TraitInput(self.key),))


class Trait(Slot[int]):
    """Remembers when the last word was said."""

    __slots__ = ("all",)

    flags: tuple[Passing, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Told]]) -> None:
        super().__init__(number, inputs)
        self.flags = tuple(Passing(flag, atom) for flag, atom in atoms)
        self.all = sum(flag.bit for flag in self.flags)

    @property
    def base(self) -> int:
        """What holds of a missing value."""
        return sum(flag.bit for flag in self.flags if flag.atom.check.passes(None))

    def take(self, person: Person, turn: Turn, given: Value) -> None:
        """Judges the value, if it is the latest."""
        said = when_said(turn)
        if said >= person.held.get(self.number, said):
            person.held[self.number] = said
            for flag in self.flags:
                passes = flag.atom.check.passes(stored_form(given, flag.atom.storage))
                if passes != bool(person.bits & flag.bit):
                    turn.flip(person, flag)

    def merge(self, person: Person, other: Person, turn: Turn) -> None:
        """Takes over what the other's flags say, if that is the later word."""
        theirs = other.held.get(self.number)
        if theirs is not None and theirs > person.held.get(self.number, theirs - 1):
            person.held[self.number] = theirs
            for flag in self.flags:
                if (person.bits ^ other.bits) & flag.bit:
                    turn.flip(person, flag)

    def renew(self, person: Person, turn: Turn) -> None:
        """What is remembered says nothing that flags do not."""

    def joined(self, one: int, other: int) -> int:
        """The later word."""
        return max(one, other)

    def packed(self, kept: int, numbers: Numbers) -> Plain:
        """The time and the position."""
        return packed_word(kept, numbers)

    def unpacked(self, plain: list[int], numbers: Numbers) -> int:
        """The time and the position."""
        return unpacked_word(plain, numbers)


class Passing(Flag):
    """Set while the value passes."""

    __slots__ = ("atom",)

    def __init__(self, number: int, atom: Told) -> None:
        super().__init__(number)
        self.atom = atom
