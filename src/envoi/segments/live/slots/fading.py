"""Points that lose their worth day by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from envoi.conditions.decay import DAY
from envoi.segments.live.slots.base import Home, Input
from envoi.segments.live.slots.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Faded:
    """What the inputs give, each times its weight by its age in days, is at least `least`; over nothing it is 0."""

    inputs: tuple[Input, ...]
    weights: tuple[int, ...]
    least: int

    @property
    def home(self) -> Home:
        """All that is still worth something; beyond the last weight nothing is."""
        longest = DAY * len(self.weights)
        ends = [longest if one.events.far is None else min(longest, one.events.far) for one in self.inputs]
        inputs = [replace(one, events=replace(one.events, far=far)) for one, far in zip(self.inputs, ends, strict=True)]
        return Home(Fading, tuple(inputs), self.weights)


class Fading(Spans):
    """Remembers what is still worth something."""

    __slots__ = ("weights",)

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Faded]]) -> None:
        super().__init__(number, inputs, atoms)
        self.weights = atoms[0][1].weights

    def worth(self, given: int, age: int, place: int) -> int:
        """The points times the weight; each day begins at another one."""
        return given * self.weights[age // DAY] if super().worth(given, age, place) else 0

    def turns(self, age: int, place: int) -> int:
        """At the ends of the window, and with the next day."""
        end = super().turns(age, place)
        return end and min(end, (age // DAY + 1) * DAY)
