"""Anniversaries: days that come again each year, and begin at midnight where the person is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envoi.clock import Instant
from envoi.conditions import calendar
from envoi.segments.live.slots.alarmed import Alarmed
from envoi.segments.live.slots.base import Flag, Home, TraitInput
from envoi.segments.live.slots.traits import packed_word, unpacked_word, when_said

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from envoi.conditions.bound import Check
    from envoi.events.event import Value
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.base import Door
    from envoi.segments.live.state import Person, Turn

#: When the last word was said, and what it was: the mark of the day, or the name of a zone.
Word = tuple[int, str | None]
_SILENCE: Word = (-1 << 127, None)


@dataclass(frozen=True, slots=True)
class Near:
    """The anniversary of the day in the trait is from `first` to `last` days from today, as the check wants it."""

    key: str
    first: int
    last: int
    zone: tzinfo
    check: Check

    @property
    def home(self) -> Home:
        """The day, and the zone that the person lives in."""
        return Home(Dates, (TraitInput(self.key), TraitInput(calendar.TIME_ZONE)))


class Celebrating(Flag):
    """Set while the anniversary is near."""

    __slots__ = ("atom",)

    def __init__(self, number: int, atom: Near) -> None:
        super().__init__(number)
        self.atom = atom

    def holds(self, words: Sequence[Word], when: int) -> bool:
        """Whether it is near at `when`."""
        mark = words[0][1]
        today = calendar.today(Instant(when), self._zone(words))
        near = None if mark is None else int(mark in calendar.marks(today, self.atom.first, self.atom.last))
        return self.atom.check.passes(near)

    def turns(self, words: Sequence[Word], past: int) -> list[int]:
        """When that may change after `past`, in the next year or two."""
        zone = self._zone(words)
        today = calendar.today(Instant(past), zone)
        days = calendar.turns(words[0][1] or "", self.atom.first, self.atom.last, today)
        return [at for at in (calendar.begins(day, zone) for day in days) if at > past]

    def _zone(self, words: Sequence[Word]) -> tzinfo:
        return calendar.zone_called(words[1][1], self.atom.zone)


class Dates(Alarmed):
    """Remembers [the next alarm, the last word on the day, the last word on the zone]."""

    __slots__ = ()

    flags: tuple[Celebrating, ...]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Near]]) -> None:
        super().__init__(number, inputs)
        self.flags = tuple(Celebrating(flag, atom) for flag, atom in atoms)

    @property
    def base(self) -> int:
        """What holds without a day."""
        return sum(flag.bit for flag in self.flags if flag.atom.check.passes(None))

    def door(self, place: int) -> Door:
        """Tells the day and the zone apart."""
        return _Told(self, place)

    def take(self, person: Person, turn: Turn, given: tuple[Word, Word]) -> None:
        """Keeps the last words."""
        kept = person.held.get(self.number)
        if kept is None:
            kept = person.held[self.number] = [0, _SILENCE, _SILENCE]
        kept[1:] = map(max, kept[1:], given)
        self.renew(person, turn)
        self.set_alarm(person, turn, kept)

    def look(self, person: Person, turn: Turn, kept: list[Any]) -> None:
        """Looks at the calendar anew."""
        for flag in self.flags:
            if flag.holds(kept[1:], turn.now) != bool(person.bits & flag.bit):
                turn.flip(person, flag)

    def next(self, person: Person, kept: list[Any], past: int) -> int:  # noqa: ARG002
        """The next midnight that may matter."""
        return min((at for flag in self.flags for at in flag.turns(kept[1:], past)), default=0)

    def renew(self, person: Person, turn: Turn) -> None:
        """Looks at the calendar anew."""
        self.look(person, turn, person.held[self.number])

    def joined(self, one: list[Any], other: list[Any]) -> list[Any]:
        """The later words."""
        return [0, *map(max, one[1:], other[1:])]

    def packed(self, kept: list[Any], numbers: Numbers) -> Plain:
        """The words, each with its time; of silence nothing."""
        return [[] if word == _SILENCE else [*packed_word(word[0], numbers), word[1]] for word in kept[1:]]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> list[Any]:
        """The words, each with its time."""
        return [0, *((unpacked_word(word[:2], numbers), word[2]) if word else _SILENCE for word in plain)]


class _Told:
    """Where word of the day comes in, or of the zone."""

    __slots__ = ("place", "slot")

    def __init__(self, slot: Dates, place: int) -> None:
        self.slot = slot
        self.place = place

    def take(self, person: Person, turn: Turn, given: Value) -> None:
        """Keeps of the day its mark, and of the zone its name, if it is one."""
        zone = given if isinstance(given, str) and given in calendar.zones() else None
        word = (when_said(turn), zone if self.place else calendar.mark(given))
        self.slot.take(person, turn, (_SILENCE, word) if self.place else (word, _SILENCE))
