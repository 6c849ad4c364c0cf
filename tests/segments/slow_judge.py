"""A judge that keeps everybody's whole history and judges it anew each time: slow, and plainly right."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from envoi.clock import Instant
from envoi.conditions.bound import Bound
from envoi.conditions.facts import facts
from envoi.conditions.rows import judge
from envoi.events.clean import digest
from envoi.events.event import PersonId, Stored
from envoi.segments.port import State
from envoi.segments.transition import BY_TIME, Transition, by_event


class Known(msgspec.Struct):
    """One person."""

    events: list[Stored] = []
    inside: set[str] = set()
    seq: int = 0
    settled: Instant = Instant(0)
    due: Instant | None = None


class SlowJudge:
    """A Judge over the judge of one person."""

    def __init__(self, conditions: Mapping[str, Bound]) -> None:
        self._bound = conditions
        self.conditions = {name: digest(repr(bound)) for name, bound in conditions.items()}
        self._known: dict[PersonId, Known] = {}

    def event(self, stored: Stored) -> Sequence[Transition]:
        known = self._known.setdefault(stored.person, Known())
        if stored.seq <= known.seq:
            return []
        arrival = max(stored.event.seen_at, known.settled)
        found = self._by_time(stored.person, known, Instant(arrival - 1))
        known.events.append(stored)
        known.seq, known.settled = stored.seq, arrival
        return [*found, *self._moves(stored.person, known, arrival, by_event(stored.seq))]

    def merge(self, stored: Stored, other: PersonId) -> Sequence[Transition]:
        known, gone = self._known.setdefault(stored.person, Known()), self._known.get(other)
        if stored.seq <= known.seq:
            if gone is not None and gone.seq < stored.seq:
                del self._known[other]
            return []
        if gone is None:
            return self.event(stored)
        arrival = max(stored.event.seen_at, known.settled)
        found = self._by_time(stored.person, known, Instant(arrival - 1))
        found += self._by_time(other, gone, Instant(arrival - 1))
        known.events += [msgspec.structs.replace(one, person=stored.person) for one in gone.events]
        known.events.append(stored)
        known.seq, known.settled = stored.seq, arrival
        del self._known[other]
        found += [self._move(other, name, arrival, by_event(stored.seq), entered=False) for name in sorted(gone.inside)]
        return [*found, *self._moves(stored.person, known, arrival, by_event(stored.seq))]

    def rebuild(self, person: PersonId, events: Sequence[Stored], by: Stored) -> Sequence[Transition]:
        known = self._known.setdefault(person, Known())
        if by.seq <= known.seq:
            return []
        arrival = max(by.event.seen_at, known.settled)
        found = self._by_time(person, known, Instant(arrival - 1))
        known.events, known.seq, known.settled = list(events), by.seq, arrival
        if events:
            return [*found, *self._moves(person, known, arrival, by_event(by.seq))]
        del self._known[person]
        return [
            *found,
            *(self._move(person, name, arrival, by_event(by.seq), entered=False) for name in sorted(known.inside)),
        ]

    def advance(self, to: Instant, limit: int) -> Sequence[Transition]:
        due = sorted((known.due, person) for person, known in self._known.items() if known.due and known.due <= to)
        found: list[Transition] = []
        for at, person in due[:limit]:
            found += self._by_time(person, self._known[person], at)
        return found

    def due(self) -> Instant | None:
        return min((known.due for known in self._known.values() if known.due), default=None)

    def pack(self, person: PersonId) -> State:
        known = self._known.get(person)
        if known is None:
            return State(person=person, seq=0, body=b"")
        return State(person=person, seq=known.seq, body=msgspec.json.encode(known))

    def unpack(self, states: Iterable[State]) -> None:
        self._known |= {state.person: msgspec.json.decode(state.body, type=Known) for state in states if state.body}

    def people(self) -> Collection[PersonId]:
        return list(self._known)

    def forget(self, person: PersonId) -> None:
        self._known.pop(person, None)

    def segments(self, person: PersonId) -> Collection[str]:
        return self._known[person].inside if person in self._known else ()

    def _by_time(self, person: PersonId, known: Known, to: Instant) -> list[Transition]:
        found: list[Transition] = []
        while known.due is not None and known.due <= to:
            known.settled = known.due
            found += self._moves(person, known, known.due, BY_TIME)
        return found

    def _moves(self, person: PersonId, known: Known, at: Instant, cause: str) -> list[Transition]:
        judged = {name: judge(bound, facts(known.events, at)) for name, bound in self._bound.items()}
        inside = {name for name, found in judged.items() if found.holds}
        known.due = min((found.until for found in judged.values() if found.until), default=None)
        moved, known.inside = sorted(inside ^ known.inside), inside
        return [self._move(person, name, at, cause, entered=name in inside) for name in moved]

    def _move(self, person: PersonId, name: str, at: Instant, cause: str, *, entered: bool) -> Transition:
        condition = self.conditions[name]
        return Transition(segment=name, condition=condition, person=person, entered=entered, at=at, cause=cause)
