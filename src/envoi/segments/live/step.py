"""The judge of one person as a pure function of bytes: for hosts that keep states themselves, as Spark does."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from envoi.clock import Instant
from envoi.segments.live.judge import Change, fire, happen, meet
from envoi.segments.live.pack import pack, unpack
from envoi.segments.live.slots.base import FOREVER
from envoi.segments.live.state import ALARM_BITS, Turn

if TYPE_CHECKING:
    from envoi.events.event import PersonId, Stored
    from envoi.segments.live.network import Network


class Step(NamedTuple):
    """What became of one person."""

    state: bytes
    changes: list[Change]
    #: When to look again, if no event comes before; None: never.
    next: Instant | None


def step(network: Network, person: PersonId, state: bytes, *, now: Instant, stored: Stored | None = None) -> Step:
    """The person's state at `now`, when the event arrives if there is one; the state of someone new is empty.

    All that was due before `now` is done first, each at its own instant; what is due at `now` waits, since more events
    may arrive then. An event that the state knows already changes nothing. `now` never goes back from step to step.

    Raises:
        DataError: the state belongs to other conditions.
    """
    turn = Turn([])
    turn.now = now
    turn.seq = stored.seq if stored else 0
    if not state:
        if stored is None:
            return Step(state, [], None)
        found, entered = meet(network, 0, stored, turn)
        changes = [entered] if entered else []
    else:
        found = unpack(network, person, 0, state, turn)
        changes = fire(network, [found], turn, now, FOREVER)
        turn.now = now
        handle = network.handlers.get(stored.event.name) if stored and stored.seq > found.seq else None
        if stored and handle and (change := happen(handle, found, stored, turn)):
            changes.append(change)
    seq = max(found.seq, stored.seq) if stored else found.seq
    due = Instant(turn.alarms[0] >> ALARM_BITS) if turn.alarms else None
    return Step(pack(network, found, now, seq), changes, due)
