"""Everyone's state together: each event judged as it comes, and time as it passes."""

from __future__ import annotations

from heapq import heapify, heappush
from typing import TYPE_CHECKING

from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.segments.live.judge import TIME, Change, catch_up, fire, judged, meet, merge, relive
from envoi.segments.live.network import network
from envoi.segments.live.pack import pack, unpack
from envoi.segments.live.slots.base import FOREVER
from envoi.segments.live.state import ALARM_BITS, BELL_BITS, Person, Turn
from envoi.segments.port import State
from envoi.segments.transition import BY_TIME, Transition, by_event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from envoi.conditions.bound import Bound
    from envoi.events.event import Stored

#: While others' deadlines are overdue, each event does so many of them for each alarm that the last one set: they do
#: not pile up even if nobody calls `advance`, and a million at one midnight do not stand in an event's way.
ON_THE_WAY, MOST_ON_THE_WAY = 8, 64

#: What alarms of people who are gone ring for.
_NOBODY = Person(PersonId(""), 0, 0)


class LiveJudge:
    """Knows of many people what the conditions ask, and says who moves, when exactly, and why.

    It is given every event of the log once, in order, and the time now and then; how late or how often changes nothing.
    """

    def __init__(self, conditions: Mapping[str, Bound]) -> None:
        """Starts with nobody."""
        self._network = network(conditions)
        self._handlers = self._network.handlers
        self._people: dict[PersonId, Person] = {}
        self._numbered: list[Person] = []
        self._alarms: list[int] = []
        self._turn = Turn(self._alarms)
        self._now = Instant(0)
        #: How many alarms were set when some that were overdue had been done.
        self._length = 0
        #: By their bits, the conditions' names and digests.
        self._known = {rule.bit: ((name, self._network.digests[name]),) for name, rule in self._network.rules.items()}

    # -- as transitions: see segments/base.py

    @property
    def conditions(self) -> Mapping[str, str]:
        """The digest of each segment's condition."""
        return self._network.digests

    def event(self, stored: Stored) -> Sequence[Transition]:
        """What changes for the person: by time alone up to the event's arrival, then by the event.

        While deadlines of others are overdue, what a few of them change comes first.
        """
        return self.told(changes) if (changes := self.take(stored)) else ()

    def advance(self, to: Instant, limit: int) -> Sequence[Transition]:
        """Works off up to about `limit` deadlines that are due at or before `to`, in their order."""
        return self.told(self.pass_time(to, limit))

    def due(self) -> Instant | None:
        """When `advance` has something to do; None if nobody would ever move by time alone."""
        return Instant(self._alarms[0] >> ALARM_BITS) if self._alarms else None

    def pack(self, person: PersonId) -> State:
        """What is known of a person, to be stored; of one who is gone, nothing, which is to be stored too."""
        found = self._people.get(person)
        if found is None:
            return State(person=person, seq=self._turn.seq, body=b"")
        seq = max(found.seq, self._turn.seq)
        return State(person=person, seq=seq, body=pack(self._network, found, self._now, seq))

    def unpack(self, states: Iterable[State]) -> None:
        """Takes back what `pack` gave."""
        turn = Turn([])
        for state in states:
            if not state.body:
                continue
            person = unpack(self._network, state.person, len(self._numbered), state.body, turn)
            self._people[state.person] = person
            self._numbered.append(person)
        self._alarms += turn.alarms
        heapify(self._alarms)

    def people(self) -> Collection[PersonId]:
        """Everyone who is known."""
        return self._people.keys()

    def segments(self, person: PersonId) -> Collection[str]:
        """The segments that the person is in, as of the last event or deadline worked off."""
        found = self._people.get(person)
        return [name for name, _ in self._named(found.mask)] if found else ()

    # -- the same as masks, which are cheaper

    def take(self, stored: Stored) -> Sequence[Change]:
        """What an event changes: see `event`."""
        event = stored.event
        now = event.seen_at
        if now > self._now:
            self._now = now
        else:
            now = self._now
        person = self._people.get(stored.person)
        alarms = self._alarms
        earlier = self._overdue(person) if alarms and alarms[0] >> ALARM_BITS < now else ()
        turn = self._turn
        turn.now = now
        turn.seq = seq = stored.seq
        if person is None:
            change = self._meet(stored)
        elif seq <= person.seq or (handle := self._handlers.get(event.name)) is None:
            return earlier
        else:
            # As in `judge.happen`: a call less for each event.
            handle(person, turn, event)
            if not turn.flips:
                return earlier
            change = judged(person, turn, seq)
        if change is None:
            return earlier
        return [*earlier, change] if earlier else (change,)

    def pass_time(self, to: Instant, limit: int) -> list[Change]:
        """What deadlines change: see `advance`."""
        self._now = max(self._now, Instant(to + 1))
        return fire(self._network, self._numbered, self._turn, to + 1, limit)

    def told(self, changes: Iterable[Change]) -> list[Transition]:
        """Changes as transitions."""
        found: list[Transition] = []
        for change in changes:
            person, at = change.person, change.at
            cause = BY_TIME if change.seq == TIME else by_event(change.seq)
            if change.entered:
                for name, digest in self._named(change.entered):
                    found.append(
                        Transition(segment=name, condition=digest, person=person, entered=True, at=at, cause=cause)
                    )
            if change.left:
                for name, digest in self._named(change.left):
                    found.append(
                        Transition(segment=name, condition=digest, person=person, entered=False, at=at, cause=cause)
                    )
        return found

    # -- when two people turn out to be one, or one turns out to be two, and when one asks to be forgotten

    def merge(self, stored: Stored, other: PersonId) -> Sequence[Transition]:
        """By this event of a person, what `other` did is the person's too, and nobody is `other` any more."""
        if self._has_seen(stored.person, stored):
            # Judged again after a crash: what was saved of the person has it, and what is left of the other is old.
            if not self._has_seen(other, stored):
                self.forget(other)
            return []
        changes = list(self.take(stored))
        person, gone, turn = self._people[stored.person], self._people.get(other), self._turn
        if gone is not None and gone is not person:
            before = person.mask
            if changes and changes[-1].seq == stored.seq:
                by_event = changes.pop()
                before ^= by_event.entered ^ by_event.left
            changes += catch_up(self._network, gone, self._alarms, self._now)
            turn.now = self._now
            merge(self._network, person, gone, turn)
            changes.append(Change(other, self._now, stored.seq, 0, gone.mask))
            changes.append(Change(person.id, self._now, stored.seq, person.mask & ~before, before & ~person.mask))
            self.forget(other)
        return self.told(changes)

    def rebuild(self, person: PersonId, events: Iterable[Stored], by: Stored) -> Sequence[Transition]:
        """By this event, someone has done what these events of the log say, in its order, and nothing else.

        So two people who had been taken for one are told apart again: each is rebuilt from what was theirs, which may
        include the event itself. What is told is how the person moves by that, and by time alone before it.
        """
        if self._has_seen(person, by):
            return []
        now = self._now = max(self._now, by.event.seen_at)
        self._turn.seq = by.seq
        known = self._people.get(person)
        changes = catch_up(self._network, known, self._alarms, now) if known else []
        before = known.mask if known else 0
        self.forget(person)
        turn, number = Turn([]), len(self._numbered)
        made = relive(self._network, number, events, turn)
        if made is not None:
            fire(self._network, {number: made}, turn, now, FOREVER)
            made.seq = by.seq
            self._people[person] = made
            self._numbered.append(made)
            for alarm in turn.alarms:
                heappush(self._alarms, alarm)
        after = made.mask if made else 0
        return self.told([*changes, Change(person, now, by.seq, after & ~before, before & ~after)])

    def forget(self, person: PersonId) -> None:
        """Lets go of all that is known of a person."""
        found = self._people.pop(person, None)
        if found is not None:
            self._numbered[found.tag >> BELL_BITS] = _NOBODY

    def _has_seen(self, person: PersonId, stored: Stored) -> bool:
        known = self._people.get(person)
        return known is not None and known.seq >= stored.seq

    def _meet(self, stored: Stored) -> Change | None:
        person, change = meet(self._network, len(self._numbered), stored, self._turn)
        self._people[person.id] = person
        self._numbered.append(person)
        return change

    def _overdue(self, person: Person | None) -> Sequence[Change]:
        """Does some of what is overdue, and all of the person's."""
        alarms, now = self._alarms, self._now
        grown = len(alarms) - self._length
        some = ON_THE_WAY * grown if grown > 1 else ON_THE_WAY
        found = fire(self._network, self._numbered, self._turn, now, min(some, MOST_ON_THE_WAY))
        self._length = len(alarms)
        if person is not None and alarms and alarms[0] >> ALARM_BITS < now:
            found += catch_up(self._network, person, alarms, now)
        return found

    def _named(self, mask: int) -> Sequence[tuple[str, str]]:
        """The name and the digest of each condition in a mask, which mostly is one."""
        one = self._known.get(mask)
        if one is not None:
            return one
        found: list[tuple[str, str]] = []
        while mask:
            lowest = mask & -mask
            mask ^= lowest
            found += self._known[lowest]
        return found
