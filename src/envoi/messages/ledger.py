"""The ledger's states and what may follow what: every person of a frozen audience ends in exactly one of them."""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.errors import Conflict
from envoi.events.event import PersonId

if TYPE_CHECKING:
    from collections.abc import Iterable


class State(StrEnum):
    """Where an entry is."""

    PLANNED = "planned"
    CLAIMED = "claimed"
    #: Handed over, or about to be: committed before the server can accept it.
    SUBMITTING = "submitting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    #: The server said "later"; it may be claimed again.
    DEFERRED = "deferred"
    #: The connection or the process died while submitting: it may have arrived, so it is never sent again by itself.
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


FINAL = frozenset({State.ACCEPTED, State.REJECTED, State.UNKNOWN, State.SKIPPED, State.CANCELLED})

#: What may follow each state; a final state is followed by nothing.
NEXT: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.CLAIMED, State.SKIPPED, State.CANCELLED}),
    State.CLAIMED: frozenset(
        {State.CLAIMED, State.SUBMITTING, State.SKIPPED, State.DEFERRED, State.REJECTED, State.CANCELLED}
    ),
    State.SUBMITTING: frozenset({State.ACCEPTED, State.REJECTED, State.DEFERRED, State.UNKNOWN}),
    State.DEFERRED: frozenset({State.CLAIMED, State.SKIPPED, State.CANCELLED}),
    **{state: frozenset() for state in FINAL},
}

#: The states in which an entry is in a worker's hands.
HELD = (State.CLAIMED, State.SUBMITTING)

#: Why an entry is unknown that nobody settled.
UNHEARD = "the sender stopped before it heard whether the server took the message"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One person's place in one campaign's frozen audience."""

    campaign: str
    person: PersonId
    #: Where the mail goes, in normal form; empty for a person without an address.
    address: str
    #: Position in the log of the decision; 0 where none was needed.
    decision: int
    state: State = State.PLANNED
    #: Why it was skipped, rejected or deferred, in words; empty otherwise.
    reason: str = ""
    #: Grows with each claim; a write with an older fence is refused.
    fence: int = 0
    #: When the state was last set.
    at: Instant = Instant(0)

    @property
    def message_id(self) -> str:
        """The Message-ID this entry's mail has on every attempt, without angle brackets or host."""
        return blake2b(f"{self.campaign}\0{self.person}".encode(), digest_size=16).hexdigest()


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """The frozen audience of a campaign: when it was planned and how many people are in it."""

    at: Instant
    size: int


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's claim: who, how many, and until when."""

    #: Names one loop at a time.
    worker: str
    #: As `Ledger.begin` numbered it. What was deferred in an earlier run is tried again, so once in each; and what this
    #: worker claimed in an earlier one counts as run out, so that it need not wait for its own lease after a crash.
    run: int
    size: int
    now: Instant
    until: Instant


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one message."""

    state: State
    #: The server's own words, or ours.
    reason: str = ""
    #: When; mailers leave it to `deliver`.
    at: Instant = Instant(0)


def freeze(campaign: str, entries: Iterable[Entry], *, at: Instant) -> list[Entry]:
    """The entries as a plan stores them: each person once, and each address once among those who will be written to.

    Entries come planned or already skipped. Of several planned entries with one address the first stays planned; one
    without an address is skipped.

    Raises:
        Conflict: a person is in it twice, or an entry belongs to another campaign or is further than planned.
    """
    people: set[str] = set()
    addresses: set[str] = set()
    frozen = []
    for entry in entries:
        _fits(entry, campaign, people)
        reason = entry.reason or _no_room(entry, addresses)
        state = State.SKIPPED if reason else entry.state
        people.add(entry.person)
        if state is State.PLANNED:
            addresses.add(entry.address)
        frozen.append(msgspec.structs.replace(entry, state=state, reason=reason, fence=0, at=at))
    return frozen


def take(entry: Entry, lease: Lease, *, closed: str) -> Entry:
    """The entry as a claim leaves it: in the worker's hands, or skipped for the reason `closed`."""
    state = State.SKIPPED if closed else State.CLAIMED
    return msgspec.structs.replace(entry, state=state, reason=closed, fence=entry.fence + 1, at=lease.now)


def settles_from(outcome: State) -> list[State]:
    """The states from which a worker may settle an entry it holds as `outcome`; none if that is no outcome.

    >>> settles_from(State.ACCEPTED), settles_from(State.PLANNED), settles_from(State.CLAIMED)
    ([<State.SUBMITTING: 'submitting'>], [], [])
    """
    return [state for state in HELD if outcome in NEXT[state] and outcome not in HELD]


def _fits(entry: Entry, campaign: str, people: set[str]) -> None:
    """Refuses what cannot be in a plan.

    Raises:
        Conflict: it cannot.
    """
    if entry.campaign != campaign:
        raise Conflict(f"an entry of campaign {entry.campaign!r} is in the plan of {campaign!r}")
    if entry.person in people:
        raise Conflict(f"person {entry.person!r} is twice in the plan of {campaign!r}")
    if entry.state not in {State.PLANNED, State.SKIPPED}:
        raise Conflict(f"person {entry.person!r} is {entry.state} before campaign {campaign!r} was planned")


def _no_room(entry: Entry, addresses: set[str]) -> str:
    """Why a planned entry cannot be written to; empty if it can, or was skipped before."""
    if entry.state is State.SKIPPED:
        return ""
    if not entry.address:
        return "no address"
    return "same address as another person" if entry.address in addresses else ""
