"""Everyone's state together: each event judged as it comes, and time as it passes."""

from __future__ import annotations

from heapq import heapify
from typing import TYPE_CHECKING

from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.segments.live.judge import TIME, Change, catch_up, fire, judged, meet, merge
from envoi.segments.live.network import network
from envoi.segments.live.pack import pack, unpack
from envoi.segments.live.state import ALARM_BITS, BELL_BITS, Person, Turn
from envoi.segments.port import State
from envoi.segments.transition import BY_TIME, Transition, by_event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

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
        self._routes = self._network.routes
        self._people: dict[PersonId, Person] = {}
        self._numbered: list[Person] = []
        self._alarms: list[int] = []
        self._turn = Turn(self._alarms)
        self._now = Instant(0)
        #: How many alarms were set when some that were overdue had been done.
        self._length = 0
        #: By their bits, the conditions' names and digests.
        self._known = {rule.bit: (name, self._network.digests[name]) for name, rule in self._network.rules.items()}

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
        """What is known of a person, to be stored."""
        found = self._people[person]
        seq = max(found.seq, self._turn.seq)
        return State(person=person, seq=seq, body=pack(self._network, found, self._now, seq))

    def unpack(self, states: Iterable[State]) -> None:
        """Takes back what `pack` gave."""
        turn = Turn([])
        for state in states:
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
        return [self._known[rule][0] for rule in _ones(self._people[person].mask)]

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
        elif seq <= person.seq or (route := self._routes.get(event.name)) is None:
            return earlier
        else:
            # As in `judge.happen`: a call less for each event.
            turn.at = event.at
            always, gates = route
            for door, given in always:
                door.take(person, turn, given)
            for gate in gates:
                for door, given in gate(event):
                    door.take(person, turn, given)
            change = judged(person, turn, seq) if turn.flips else None
        if change is None:
            return earlier
        return [*earlier, change] if earlier else [change]

    def pass_time(self, to: Instant, limit: int) -> list[Change]:
        """What deadlines change: see `advance`."""
        self._now = max(self._now, Instant(to + 1))
        return fire(self._network, self._numbered, self._turn, to + 1, limit)

    def told(self, changes: Iterable[Change]) -> list[Transition]:
        """Changes as transitions."""
        found: list[Transition] = []
        for change in changes:
            cause = BY_TIME if change.seq == TIME else by_event(change.seq)
            for entered, mask in ((True, change.entered), (False, change.left)):
                for rule in _ones(mask):
                    name, digest = self._known[rule]
                    found.append(
                        Transition(
                            segment=name,
                            condition=digest,
                            person=change.person,
                            entered=entered,
                            at=change.at,
                            cause=cause,
                        )
                    )
        return found

    # -- when two people turn out to be one, and when one asks to be forgotten

    def merge(self, stored: Stored, other: PersonId) -> Sequence[Transition]:
        """By this event of a person, what `other` did is the person's too, and nobody is `other` any more."""
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

    def forget(self, person: PersonId) -> None:
        """Lets go of all that is known of a person."""
        found = self._people.pop(person, None)
        if found is not None:
            self._numbered[found.tag >> BELL_BITS] = _NOBODY

    def _meet(self, stored: Stored) -> Change | None:
        person, change = meet(self._network, len(self._numbered), stored, self._turn)
        self._people[person.id] = person
        self._numbered.append(person)
        return change

    def _overdue(self, person: Person | None) -> Sequence[Change]:
        """Does some of what is overdue, and all of the person's."""
        alarms, now = self._alarms, self._now
        some = min(ON_THE_WAY * max(len(alarms) - self._length, 1), MOST_ON_THE_WAY)
        found = fire(self._network, self._numbered, self._turn, now, some)
        self._length = len(alarms)
        if person is not None and alarms and alarms[0] >> ALARM_BITS < now:
            found += catch_up(self._network, person, alarms, now)
        return found


def _ones(mask: int) -> Iterator[int]:
    """Each bit that is set, as a mask of its own."""
    while mask:
        one = mask & -mask
        mask ^= one
        yield one
