"""What slots with an alarm of their own have in common: time changes what they remember, or how it is seen."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from envoi.segments.live.slots.base import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from envoi.segments.live.state import Person, Turn


class Alarmed(Slot[list[Any]]):
    """Remembers [the next alarm or 0, ...]; an alarm may come too early, but never too late."""

    __slots__ = ()

    @abstractmethod
    def look(self, person: Person, turn: Turn, kept: list[Any]) -> None:
        """Does what is due at `turn.now`, and flips flags."""

    @abstractmethod
    def next(self, person: Person, kept: list[Any], past: int) -> int:
        """When to look again after `past`, if nothing more happens; 0 for never."""

    def ring(self, person: Person, turn: Turn) -> int:
        """Looks, if this is the alarm that is set."""
        kept = person.held.get(self.number)
        if kept is None or kept[0] != turn.now:
            return 0
        self.look(person, turn, kept)
        kept[0] = at = self.next(person, kept, turn.now)
        return at

    def alarms(self, person: Person) -> Iterable[tuple[int, int]]:
        """The one."""
        at = person.held[self.number][0]
        return [(at, self.bell)] if at else []

    def arm(self, person: Person, turn: Turn) -> None:
        """Sets the alarm that is known, or else the one that is needed."""
        kept = person.held[self.number]
        if kept[0]:
            turn.wake(person, kept[0], self.bell)
        else:
            self.set_alarm(person, turn, kept)

    def set_alarm(self, person: Person, turn: Turn, kept: list[Any]) -> None:
        """Sets the alarm, which may be for `turn.now` itself, unless there is an earlier one."""
        at = self.next(person, kept, turn.now - 1)
        if at and (not kept[0] or at < kept[0]):
            kept[0] = at
            turn.wake(person, at, self.bell)
