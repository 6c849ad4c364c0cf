"""What no shorter memory answers: the events that a leaf speaks of are kept while they may matter, and judged again.

It asks the judge of whole histories, envoi/conditions/rows.py, at every event: right for any leaf, and slower the more
events are kept. docs/why/0009-live-judge.md says which leaves come here.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from envoi.clock import Instant
from envoi.conditions.bound import NthLeaf
from envoi.conditions.facts import Facts
from envoi.conditions.rows import holds_at, turning_points
from envoi.events.event import Event, PersonId, Stored
from envoi.segments.live.slots.alarmed import Alarmed
from envoi.segments.live.slots.asked import OfEvents, properties_of, scopes_of, whenever
from envoi.segments.live.slots.base import BEFORE_ALL, FOREVER, Flag, Home, Input, Keep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import Value
    from envoi.segments.live.pack import Numbers, Plain
    from envoi.segments.live.slots.base import Door
    from envoi.segments.live.state import Person, Turn


@dataclass(frozen=True, slots=True)
class Again:
    """The leaf holds."""

    leaf: OfEvents

    @property
    def home(self) -> Home:
        """A slot for this leaf alone."""
        scopes = [each for scope in scopes_of(self.leaf) for each in (scope.events, scope.after) if each]
        kept: dict[str, set[str]] = {}
        for each in scopes:
            kept.setdefault(each.name, set()).update(properties_of(self.leaf, each))
        given = {name: Keep(tuple(sorted(properties))) for name, properties in kept.items()}
        inputs = dict.fromkeys(whenever(each) for each in scopes)
        return Home(History, tuple(Input(each, given[each.name]) for each in inputs), self.leaf)


class Entry(NamedTuple):
    """An event."""

    at: int
    seq: int
    #: Through which input it came in; it may come in through several.
    place: int
    #: As far as the leaf asks.
    stored: Stored


class History(Alarmed):
    """Remembers [the next alarm, entry, entry...], oldest first."""

    __slots__ = ("leaf", "places", "scopes")

    flags: tuple[Flag]

    def __init__(self, number: int, inputs: tuple[Any, ...], atoms: Sequence[tuple[int, Again]]) -> None:
        super().__init__(number, inputs)
        ((flag, atom),) = atoms
        self.flags = (Flag(flag),)
        self.leaf = atom.leaf
        self.scopes = scopes_of(self.leaf)
        #: Through which input each of those that the leaf speaks of comes in.
        places = {each.events: place for place, each in enumerate(inputs)}
        self.places = {
            each: places[whenever(each)] for scope in self.scopes for each in (scope.events, scope.after) if each
        }

    @property
    def base(self) -> int:
        """What holds where nothing has happened."""
        return self.flags[0].bit if self._holds([0], Instant(0)) else 0

    def door(self, place: int) -> Door:
        """Tells inputs apart."""
        return _Through(self, place)

    def take(self, person: Person, turn: Turn, given: Entry) -> None:
        """Keeps the event and judges anew; what time alone does at this very instant is left to the alarm."""
        kept = person.held.setdefault(self.number, [0])
        place = bisect_left(kept, given[:3], 1, key=_order)
        if place < len(kept) and _order(kept[place]) == given[:3]:
            return
        (flag,) = self.flags
        is_by_time = kept[0] == turn.now and self._holds(kept, turn.now) != bool(person.bits & flag.bit)
        kept.insert(place, given)
        if not is_by_time:
            self.renew(person, turn)
        kept[1:] = self._needed(kept[1:], turn.now - 1)
        self.set_alarm(person, turn, kept)

    def look(self, person: Person, turn: Turn, kept: list[Any]) -> None:
        """Judges anew."""
        self.renew(person, turn)
        kept[1:] = self._needed(kept[1:], turn.now)

    def next(self, person: Person, kept: list[Any], past: int) -> int:  # noqa: ARG002
        """When something comes into a window, or leaves it."""
        return min(turning_points(self.leaf, self._facts(kept, Instant(past))), default=0)

    def renew(self, person: Person, turn: Turn) -> None:
        """Judges anew."""
        (flag,) = self.flags
        if self._holds(person.held[self.number], turn.now) != bool(person.bits & flag.bit):
            turn.flip(person, flag)

    def joined(self, one: list[Any], other: list[Any]) -> list[Any]:
        """The events of both."""
        return [0, *sorted(one[1:] + other[1:], key=_order)]

    def spent(self, kept: list[Any], now: int) -> bool:  # noqa: ARG002
        """Whether there are no events."""
        return len(kept) == 1

    def packed(self, kept: list[Any], numbers: Numbers) -> Plain:
        """The alarm; then of each event the time, the position, the input and the properties, in turns."""
        alarm, *entries = kept
        fours = (
            (numbers.place_of_time(at), numbers.place(seq), place, stored.event.props)
            for at, seq, place, stored in entries
        )
        return [numbers.place_of_time(alarm) if alarm else -1, *chain.from_iterable(fours)]

    def unpacked(self, plain: list[Any], numbers: Numbers) -> list[Any]:
        """The alarm and the events."""
        alarm, *rest = plain
        fours = zip(*[iter(rest)] * 4, strict=True)
        entries = (_entry(numbers.time(at), numbers.number(seq), place, props) for at, seq, place, props in fours)
        return [0 if alarm < 0 else numbers.time(alarm), *entries]

    # -- the leaf over what is kept

    def _holds(self, kept: list[Any], at: Instant) -> bool:
        return holds_at(self.leaf, self._facts(kept, at), at)

    def _facts(self, kept: list[Any], now: Instant) -> Facts:
        """What the leaf asks for, which has been found already."""
        events: list[list[Stored]] = [[] for _ in self.inputs]
        for _, _, place, stored in kept[1:]:
            events[place].append(stored)
        return Facts(
            now=now, events={}, traits={}, passing={each: events[place] for each, place in self.places.items()}
        )

    # -- what may still matter, whatever comes late

    def _needed(self, entries: list[Entry], now: int) -> list[Entry]:
        last = {entry.place: entry.at for entry in entries}
        #: By input, the time up to which nothing matters.
        cuts: dict[int, int] = {}
        for scope in self.scopes:
            cut = BEFORE_ALL if scope.far is None else now - scope.far
            if scope.after is not None:
                after = self.places[scope.after]
                cut = max(cut, last.get(after, BEFORE_ALL))
                cuts[after] = min(cuts.get(after, FOREVER), last.get(after, FOREVER) - 1)
            place = self.places[scope.events]
            cuts[place] = min(cuts.get(place, FOREVER), cut)
        needed = [entry for entry in entries if entry.at > cuts[entry.place]]
        leaf = self.leaf
        return _nearest(leaf, needed, now) if isinstance(leaf, NthLeaf) and not leaf.events.after else needed


class _Through:
    """Where one input comes in."""

    __slots__ = ("place", "slot")

    def __init__(self, slot: History, place: int) -> None:
        self.slot = slot
        self.place = place

    def take(self, person: Person, turn: Turn, given: dict[str, Value]) -> None:
        """Makes an entry of the event."""
        self.slot.take(person, turn, _entry(turn.at, turn.seq, self.place, given))


def _order(entry: Entry) -> tuple[int, int, int]:
    return entry[:3]


def _entry(at: int, seq: int, place: int, props: dict[str, Value]) -> Entry:
    when = Instant(at)
    event = Event(id="", source="", name="", keys={}, at=when, seen_at=when, props=props)
    return Entry(at, seq, place, Stored(seq=seq, person=PersonId(""), event=event))


def _nearest(leaf: NthLeaf, entries: list[Entry], now: int) -> list[Entry]:
    """The first few, or the last one that is old enough and all that come after it."""
    place, events = leaf.place, leaf.events
    if place > 0:
        return entries[:place] if events.far is None else entries
    settled = sum(entry.at + events.near <= now for entry in entries)
    return entries[max(settled - 1, 0) :]
