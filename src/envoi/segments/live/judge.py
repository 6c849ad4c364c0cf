"""The judge of one person: how an event, or time alone, changes what is known, and with it the conditions that hold.

At one instant, what was due before it comes first, then its events, then what is due at it. So a state says until when
it is settled, and whoever wakes it late, early, twice or never changes nothing but when the news is heard.
"""

from __future__ import annotations

from heapq import heappop, heappush, heapreplace
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.segments.live.slots.base import FOREVER
from envoi.segments.live.state import ALARM_BITS, BELL, BELL_BITS, ONE_PERSON, WHOSE, Person, Turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from envoi.events.event import Stored
    from envoi.segments.live.handlers import Handler
    from envoi.segments.live.network import Network

#: A cause that is no event: time alone.
TIME = 0


class Change(msgspec.Struct, frozen=True, gc=False):
    """Which conditions a person came under and went out of at one instant."""

    person: PersonId
    at: Instant
    #: The position in the log of the event that caused it, or TIME.
    seq: int
    #: As masks of `Rule.bit`.
    entered: int
    left: int


def meet(network: Network, number: int, stored: Stored, turn: Turn) -> tuple[Person, Change | None]:
    """Someone new, by a first event: before it no condition held, not even one that asks for nothing."""
    person = Person(stored.person, number, network.bits)
    person.mask = network.mask
    if (handle := network.handlers.get(stored.event.name)) is not None:
        happen(handle, person, stored, turn)
    entered = Change(person.id, turn.now, stored.seq, person.mask, 0)
    return person, entered if person.mask else None


def happen(handle: Handler, person: Person, stored: Stored, turn: Turn) -> Change | None:
    """Applies an event that arrives at `turn.now` as number `turn.seq`, after all that was due before."""
    handle(person, turn, stored.event)
    return judged(person, turn, turn.seq) if turn.flips else None


def merge(network: Network, person: Person, other: Person, turn: Turn) -> None:
    """Adds what the other did, who turned out to be the same person; both have been settled up to `turn.now`."""
    for number in other.held:
        network.slots[number].merge(person, other, turn)
    judged(person, turn, turn.seq)


def judged(person: Person, turn: Turn, seq: int) -> Change | None:
    """Judges those conditions that the flips of this turn can have changed."""
    bits, flips = person.bits, turn.flips
    mask = old = person.mask
    for flag in flips:
        tries, sure, tests = flag.on if bits & flag.bit else flag.off
        for rule, care, want in tries:
            if bits & care == want:
                mask |= rule
        if sure:
            holding, failing = sure
            mask |= holding
            mask ^= mask & failing
        for rule, test in tests:
            if mask & rule and not test(bits):
                mask ^= rule
    flips.clear()
    moved = mask ^ old
    if not moved:
        return None
    person.mask = mask
    return Change(person.id, turn.now, seq, moved & mask, moved & old)


def fire(
    network: Network, people: Mapping[int, Person] | Sequence[Person], turn: Turn, before: int, limit: int
) -> list[Change]:
    """Rings what is due before an instant, about `limit` bells at most, each at its own instant, in their order.

    All that is due for a person at one instant is done before any condition is judged.
    """
    alarms, bells, flips = turn.alarms, network.bells, turn.flips
    bound = before << ALARM_BITS
    changes: list[Change] = []
    while alarms and (head := alarms[0]) < bound and limit > 0:
        whose = head >> BELL_BITS
        person = people[whose & ONE_PERSON]
        turn.now = head >> ALARM_BITS  # type: ignore[assignment]  # Instant() would cost a call
        end = whose + 1 << BELL_BITS
        last = 0
        while head < end:
            limit -= 1
            # Who was caught up with may have set an alarm twice.
            again = 0 if head == last else bells[head & BELL].ring(person, turn)
            last = head
            if again:
                heapreplace(alarms, again << ALARM_BITS | head & WHOSE)
            else:
                heappop(alarms)
            if not alarms:
                break
            head = alarms[0]
        if flips and (change := judged(person, turn, TIME)):
            changes.append(change)
    return changes


def relive(network: Network, number: int, events: Iterable[Stored], turn: Turn) -> Person | None:
    """Someone as these events of the log have made them, in its order; None if nothing happened to them."""
    person: Person | None = None
    for stored in events:
        now = Instant(max(turn.now, stored.event.seen_at))
        if person is not None:
            fire(network, {number: person}, turn, now, FOREVER)
        turn.now, turn.seq = now, stored.seq
        handle = network.handlers.get(stored.event.name)
        if person is None:
            person, _ = meet(network, number, stored, turn)
        elif handle is not None:
            happen(handle, person, stored, turn)
    return person


def catch_up(network: Network, person: Person, alarms: list[int], before: int) -> list[Change]:
    """Does what is due for one person before an instant, ahead of other people's alarms in the heap of all."""
    turn = Turn([])
    for number in person.held:
        for at, bell in network.slots[number].alarms(person):
            turn.wake(person, at, bell)
    had = set(turn.alarms)
    changes = fire(network, {person.tag >> BELL_BITS: person}, turn, before, FOREVER)
    for alarm in turn.alarms:
        if alarm not in had:
            heappush(alarms, alarm)
    return changes
