"""Watches the segments of a running project: who moves as events come and time passes, told once and kept.

The judge knows everybody in memory. What it knows is saved behind, the people waiting longest first; after a crash the
log is judged again from the first event that had not been saved, which gives the same transitions with the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.clock import Instant
from envoi.events.event import LOOKING_BACK, NOBODY, forgets
from envoi.people.regroup import Separated, change_of
from envoi.segments.happen import happen
from envoi.segments.transition import BY_TIME, Transition, as_event, by_definition, event_of, from_event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.events.event import Event, PersonId, Stored
    from envoi.events.port import Archive
    from envoi.people.regroup import Change
    from envoi.segments.base import Judge
    from envoi.segments.port import Defined, Memberships, Plan, StateStore

#: People whose state may wait to be saved: so many are judged again after a crash, with the events they had since.
WAITING = 20_000
#: The most states that are saved in one commit.
TOGETHER = 256
#: The most deadlines that are worked off in one commit, and the most people told of after a definition changed.
AT_ONCE = 200

#: Before everything.
NEVER = Instant(0)


@dataclass(slots=True)
class _Heard:
    """What is to be told of new events."""

    #: Who a new definition moved, told before they are gone.
    first: list[Transition] = field(default_factory=list)
    moves: list[Transition] = field(default_factory=list)

    def put_under(self, gone: PersonId, into: PersonId) -> None:
        """Has what is still to be told of someone who is gone told under the id of who they are: theirs is no more."""
        for some in (self.first, self.moves):
            some[:] = [replace(one, under=into) if (one.under or one.person) == gone else one for one in some]


@dataclass(slots=True)
class Watch:
    """One judge with its stores; one thread uses it."""

    judge: Judge
    memberships: Memberships
    states: StateStore
    plan: Plan
    #: What is told of someone who turns out to be two people is looked up here.
    archive: Archive
    #: The position in the log up to which everything has been judged.
    head: int = 0
    now: Instant = NEVER
    #: The position in the log up to which who moved is in the memberships already.
    noted: int = 0
    #: Who changed since being saved, the longest waiting first, and the position of the first event not saved.
    unsaved: dict[PersonId, int] = field(default_factory=dict)
    #: Who has not been told of since a definition changed.
    untold: dict[PersonId, None] = field(default_factory=dict)
    #: Who was erased, and the position of the event that says so: another judge that is being taught has to know.
    gone: dict[PersonId, int] = field(default_factory=dict)
    #: Who turned out to be whom, until that is saved.
    joined: dict[PersonId, PersonId] = field(default_factory=dict)
    _defined: dict[str, Defined] = field(init=False)
    #: Whether all that was to be judged as of before the plan has been.
    _is_past: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self._defined = {one.segment: one for one in self.plan.segments}

    def follow(self, new: Sequence[Stored], now: Instant) -> list[tuple[PersonId, Event]]:
        """What follows at `now` from new events of the log: who moves by them, and, once at each moment, by time.

        No event that arrived at or before `now` may come later than this.
        """
        if moves := [move for stored in new if stored.seq > self.noted and (move := from_event(stored))]:
            self.memberships.note(moves)
        heard = _Heard()
        found = heard.moves
        event, unsaved = self.judge.event, self.unsaved
        for stored in new:
            if stored.person == NOBODY or forgets(stored.event):
                self._forget(stored)
                continue
            unsaved.setdefault(stored.person, stored.seq)
            if stored.event.name in LOOKING_BACK:
                self._look_back(stored, heard)
            else:
                found += event(stored)
            self.head = stored.seq
        events = [*_as_events(heard.first, now), *self._told(found, now)]
        if now > self.now:
            self.now = now
            events += self._on_time(now)
            self.save()
        return events

    def _look_back(self, stored: Stored, heard: _Heard) -> None:
        """Who moves where earlier events count otherwise from now on."""
        if change := change_of(stored.event):
            self._regroup(change, stored, heard)
        else:
            heard.moves += happen(self.judge, stored, self.archive)

    def _regroup(self, change: Change, stored: Stored, heard: _Heard) -> None:
        """Who moves where people turn out to be one, or one to be two."""
        if isinstance(change, Separated):
            self.unsaved.setdefault(change.to, stored.seq)
            heard.moves += happen(self.judge, stored, self.archive)
            return
        gone = change.gone
        if gone in self.untold:
            heard.first += self._of_definition(gone, [move for move in heard.moves if move.person == gone])
        self.unsaved.setdefault(gone, stored.seq)
        self.joined[gone] = change.into
        heard.moves += happen(self.judge, stored, self.archive)
        heard.put_under(gone, change.into)

    def _on_time(self, now: Instant) -> list[tuple[PersonId, Event]]:
        """What time alone has changed, and what a new definition has: a bounded part of it."""
        found: Sequence[Transition] = ()
        if (due := self.judge.due()) is not None and due <= now:
            found = self.judge.advance(now, AT_ONCE)
            due = self.judge.due()
        events = self._told(found, now)
        for move in found:
            self.unsaved.setdefault(move.person, self.head + 1)
        # Only now: what was due before these definitions is still to be kept apart from what follows from them.
        self._is_past = self.head >= self.plan.seq and (due is None or due > self.plan.at)
        if self.untold and self._is_past:
            for person in list(islice(self.untold, AT_ONCE)):
                events += _as_events(self._of_definition(person, ()), now)
        return events

    def save(self, *, all_of_them: bool = False) -> None:
        """Saves the states that have been waiting longest, if too many wait."""
        excess = len(self.unsaved) - (0 if all_of_them else WAITING)
        if excess < (1 if all_of_them else TOGETHER // 8):
            return
        people = dict.fromkeys(islice(self.unsaved, min(excess, TOGETHER)))
        for person in list(people):
            # That someone is gone is saved with what they did where it is now, and never before.
            while (into := self.joined.get(person)) is not None and into not in people:
                people[into] = None
                person = into  # noqa: PLW2901
        packed = [self.judge.pack(person) for person in people]
        for person in people:
            self.unsaved.pop(person, None)
            self.joined.pop(person, None)
        self.states.save(self.plan.number, packed, self.saved)

    def tell_of_definitions(self) -> None:
        """From now on, tells bit by bit of everybody whom a new or edited segment moved, if that has not been done."""
        if not self.plan.announced:
            self.untold = dict.fromkeys(self.judge.people())

    def note_told(self) -> None:
        """Notes that everybody has been told of, if that is so."""
        if not self.plan.announced and not self.untold:
            self.plan = replace(self.plan, announced=True)
            self.states.adopt(self.plan, self.saved)

    def _forget(self, stored: Stored) -> None:
        """Lets go of a person who was erased: nobody is told that they left, as nobody was there."""
        self.head = stored.seq
        if stored.person == NOBODY:
            return
        self.gone[stored.person] = stored.seq
        self.unsaved.pop(stored.person, None)
        self.untold.pop(stored.person, None)
        self.judge.forget(stored.person)
        inside = self.memberships.of(stored.person)
        self.memberships.note([_out(segment, stored) for segment in inside])

    @property
    def saved(self) -> int:
        """The position in the log up to which all that it did to people has been saved."""
        return next(iter(self.unsaved.values()), self.head + 1) - 1

    def _told(self, found: Sequence[Transition], now: Instant) -> list[tuple[PersonId, Event]]:
        """The transitions as events; who moves before having been told of is told of first."""
        if self.untold or not self._is_past:
            moved: dict[PersonId, list[Transition]] = {}
            for move in filter(self._is_after_definition, found):
                moved.setdefault(move.person, []).append(move)
            found = [
                move
                for person, moves in moved.items()
                for move in (*(self._of_definition(person, moves) if person in self.untold else ()), *moves)
            ]
        return _as_events(found, now)

    def _is_after_definition(self, move: Transition) -> bool:
        """Whether the segment already had this condition: what would have been before is not written into the past."""
        defined = self._defined[move.segment]
        return move.at > defined.at if move.cause == BY_TIME else event_of(move.cause) > defined.seq

    def _of_definition(self, person: PersonId, moves: Sequence[Transition]) -> list[Transition]:
        """How the person, before these moves, differs from what had been told."""
        del self.untold[person]
        before = set(self.judge.segments(person))
        for move in moves:
            before ^= {move.segment}
        return [
            Transition(
                segment=segment,
                condition=self._defined[segment].condition if segment in self._defined else "",
                person=person,
                entered=segment in before,
                at=self.plan.at,
                cause=by_definition(self.plan.seq),
            )
            for segment in sorted(before ^ self.memberships.of(person).keys())
        ]


def _out(segment: str, stored: Stored) -> Transition:
    """A way out that is noted, and told nowhere."""
    return Transition(
        segment=segment, condition="", person=stored.person, entered=False, at=stored.event.at, cause=BY_TIME
    )


def _as_events(found: Sequence[Transition], now: Instant) -> list[tuple[PersonId, Event]]:
    return [(move.under or move.person, as_event(move, now)) for move in found]
