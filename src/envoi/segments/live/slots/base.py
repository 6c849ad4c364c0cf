"""The contract of the parts of a person's state: an atom is what is asked, a slot remembers what answers it.

A new kind of condition is one new file: its atom, and the slot that folds events into the answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from envoi.conditions.bound import Events, Measure
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.state import Person, Turn

Kept = TypeVar("Kept")

#: Longer than any window.
FOREVER = 1 << 62
#: A time so early that no window reaches it.
BEFORE_ALL = -(1 << 63)


@dataclass(frozen=True, slots=True)
class Read:
    """Taken from an event: the values of a measure, or by how much in all they exceed `above`, so many times."""

    measure: Measure
    above: int | None = None
    times: int = 1


@dataclass(frozen=True, slots=True)
class Keep:
    """The properties with these names are taken from an event."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """Events that touch a slot, and what it is given of each; a window that moves is the slot's own business."""

    events: Events
    #: A number: always that one. None: nothing, that it happened is enough.
    given: Read | Keep | int | None = None


@dataclass(frozen=True, slots=True)
class TraitInput:
    """Word of a trait touches the slot, which is given the value."""

    key: str


class Kind(Protocol):
    """Makes a slot from its number, its inputs, and its atoms with their numbers."""

    def __call__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Any]], /) -> Slot[Any]:
        """The slot. Any: a kind of slot is the home of its own kind of atom only."""
        ...


class Atom(Protocol):
    """What one bit of a person's state says; equal atoms are one bit, whoever asks."""

    def __hash__(self) -> int:
        """Equal atoms are equal values."""
        ...

    @property
    def home(self) -> Home:
        """Where the answer is found."""
        ...


@dataclass(frozen=True, slots=True)
class Home:
    """A kind of slot and what touches it: atoms with equal homes are read from one slot."""

    kind: Kind
    inputs: tuple[Input | TraitInput, ...]
    #: What else tells such slots apart.
    more: Hashable = None


#: What a flip means to conditions. First those that hold if bits & care == want, as (condition, care, want). Then, if
#: there are any, the mask of those that certainly hold now and the mask of those that certainly do not. Then those that
#: hold no longer if a test fails.
Watch = tuple[
    tuple[tuple[int, int, int], ...], tuple[()] | tuple[int, int], tuple[tuple[int, Callable[[int], bool]], ...]
]
_UNWATCHED: Watch = ((), (), ())


class Flag:
    """One bit: whether an atom holds."""

    __slots__ = ("bell", "bit", "number", "off", "on")

    def __init__(self, number: int) -> None:
        self.number = number
        self.bit = 1 << number
        self.bell = number << 1
        #: What it means when the bit is set, and when it is cleared.
        self.on = self.off = _UNWATCHED

    def ring(self, person: Person, turn: Turn) -> int:  # noqa: ARG002
        """See `Bell`; time alone changes nothing, unless a kind of flag says so."""
        return 0


class Bell(Protocol):
    """What an alarm rings: a flag or a slot."""

    def ring(self, person: Person, turn: Turn) -> int:
        """Flips what is due at `turn.now`; the next instant to ring at, 0 if none.

        It may ring too early, too often, and for a person it has nothing to do with.
        """
        ...


class Door(Protocol):
    """Where events come in."""

    def take(self, person: Person, turn: Turn, given: Any) -> None:  # noqa: ANN401 - what the input says
        """Remembers an event, flips flags, sets alarms."""
        ...


class Slot(ABC, Generic[Kept]):
    """One thing remembered about each person, and the flags that are read from it.

    Time is left to alarms: what the edges of a window decide at `turn.now` itself is flipped when the alarm of that
    instant rings, after its events. A slot that has nothing to remember of a person has no entry in `Person.held`.
    """

    __slots__ = ("bell", "flags", "inputs", "number")

    #: What is read from it.
    flags: tuple[Flag, ...]

    def __init__(self, number: int, inputs: tuple[Input | TraitInput, ...]) -> None:
        self.number = number
        self.bell = number << 1 | 1
        #: What touches it.
        self.inputs = inputs

    @property
    def base(self) -> int:
        """The bits that are set where nothing has happened."""
        return 0

    def door(self, place: int) -> Door:  # noqa: ARG002
        """Where the input at `place` comes in."""
        return self

    @abstractmethod
    def take(self, person: Person, turn: Turn, given: Any) -> None:  # noqa: ANN401 - what the input says
        """Remembers an event, flips flags, sets alarms."""

    def ring(self, person: Person, turn: Turn) -> int:  # noqa: ARG002
        """See `Bell`; time alone changes nothing in the slot as a whole, unless a kind of slot says so."""
        return 0

    def alarms(self, person: Person) -> Iterable[tuple[int, int]]:  # noqa: ARG002
        """The alarms that are set for the person: when, and which bell."""
        return ()

    def arm(self, person: Person, turn: Turn) -> None:
        """Sets the alarms that are needed, after the person's entry was read or put in place of another."""
        for at, bell in self.alarms(person):
            turn.wake(person, at, bell)

    @abstractmethod
    def renew(self, person: Person, turn: Turn) -> None:
        """Flips flags to what the person's entry says."""

    def merge(self, person: Person, other: Person, turn: Turn) -> None:
        """Adds what is remembered of another, who turned out to be the same person, as if one had done it all."""
        theirs = other.held.get(self.number)
        if theirs is not None:
            mine = person.held.get(self.number)
            person.held[self.number] = theirs if mine is None else self.joined(mine, theirs)
            self.renew(person, turn)
            self.arm(person, turn)

    @abstractmethod
    def joined(self, one: Kept, other: Kept) -> Kept:
        """What it would remember of the events of both."""

    def spent(self, kept: Kept, now: int) -> bool:  # noqa: ARG002
        """Whether nothing it remembers can matter any more after all that was due before `now`."""
        return False

    @abstractmethod
    def packed(self, kept: Kept, numbers: Numbers) -> Plain:
        """What it remembers, to be written; instants by their places among the numbers."""

    @abstractmethod
    def unpacked(self, plain: Any, numbers: Numbers) -> Kept:  # noqa: ANN401 - what `packed` made
        """What it remembered."""
