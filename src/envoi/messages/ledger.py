"""The ledger's states and what may follow what: every person of a frozen audience ends in exactly one of them.

    planned -> claimed -> submitting -> accepted | rejected | deferred | unknown

`submitting` is committed before a server can accept the mail; `deferred` is claimed again when it is due.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b

import msgspec

from envoi.clock import Instant
from envoi.events.event import PersonId

#: Before what stands in an entry in place of a person who was erased.
ERASED = "erased:"


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

#: States in which a server may hold the message.
MAY_HAVE_ARRIVED = frozenset({State.ACCEPTED, State.UNKNOWN, State.SUBMITTING})

#: What may follow each state. What is planned or deferred may also stay so, and wait longer.
NEXT: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.CLAIMED, State.SKIPPED, State.CANCELLED}),
    # Planned again: handed back, or not finished in time.
    State.CLAIMED: frozenset(
        {State.PLANNED, State.SUBMITTING, State.SKIPPED, State.DEFERRED, State.REJECTED, State.CANCELLED}
    ),
    State.SUBMITTING: frozenset({State.ACCEPTED, State.REJECTED, State.DEFERRED, State.UNKNOWN}),
    State.DEFERRED: frozenset({State.CLAIMED, State.SKIPPED, State.CANCELLED}),
    # Only a person can want this: it may be a second copy.
    State.UNKNOWN: frozenset({State.PLANNED}),
    **{state: frozenset() for state in FINAL - {State.UNKNOWN}},
}

#: The states in which an entry is in a worker's hands.
HELD = (State.CLAIMED, State.SUBMITTING)

_ANY_TIME = Instant(0)

#: Why an entry is unknown that nobody settled.
UNHEARD = "the sender stopped before it heard whether the server took the message"


class Status(StrEnum):
    """What a campaign as a whole is doing."""

    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    #: Mail of it may have gone out of which a restored database knows nothing: a person says how to go on.
    RESTORED = "restored"


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person's place in one campaign's frozen audience."""

    campaign: str
    person: PersonId
    #: Where the mail goes, in normal form; empty for a person without an address.
    address: str
    #: Position in the log of the decision; 0 where none was needed.
    decision: int
    state: State = State.PLANNED
    #: Why it was skipped, rejected or deferred, or for what it waits, in words; empty otherwise.
    reason: str = ""
    #: Grows with each claim; a write with an older fence is refused.
    fence: int = 0
    #: When the state was last set.
    at: Instant = Instant(0)
    #: It is not claimed before; while a worker holds it, when that lease ends.
    due: Instant = Instant(0)
    #: How often a server deferred it.
    attempts: int = 0

    @property
    def message_id(self) -> str:
        """The Message-ID this entry's mail has on every attempt, without angle brackets or host."""
        return blake2b(f"{self.campaign}\0{self.person}".encode(), digest_size=16).hexdigest()

    @property
    def is_erased(self) -> bool:
        """Whether nobody knows any more whose it was."""
        return self.person.startswith(ERASED)


def anonymous(entry: Entry, salt: bytes) -> PersonId:
    """What stands in place of the person once they are erased: nobody can tell who it was without the salt."""
    return PersonId(
        ERASED + blake2b(f"{entry.campaign}\0{entry.person}".encode(), key=salt, digest_size=12).hexdigest()
    )


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """The frozen audience of a campaign: when it was planned, how many people are in it, and how it is sent."""

    at: Instant
    size: int
    status: Status = Status.SENDING
    #: The most messages an hour that all workers together send; 0 for as fast as servers take them.
    rate_per_h: int = 0


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's claim: who, how many, and until when."""

    #: Names one loop at a time.
    worker: str
    #: 0 to claim nothing.
    size: int
    now: Instant
    until: Instant


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of one message."""

    #: `planned` for one that was not tried and goes back.
    state: State
    #: The server's own words, or ours.
    reason: str = ""
    #: When the server or provider says that a deferred message may be tried again, in seconds from now.
    again_s: float | None = None
    #: When it ended and when it is due again; mailers leave both to `deliver`.
    at: Instant = Instant(0)
    due: Instant = Instant(0)


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker brings to its turn."""

    settled: Sequence[tuple[Entry, Receipt]] = ()
    #: Those for which a server waits.
    ready: Sequence[Entry] = ()


class Turned(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn did."""

    #: What ended in this turn or was deferred, as it is now: of the work that whose fence still held, what the gate
    #: skipped, and what others did not finish in time.
    settled: Sequence[Entry] = ()
    #: Ready and now `submitting`: they must be let go.
    released: Sequence[Entry] = ()
    #: Ready, but not to be sent: the gate closed, the lease was lost, or the campaign is not sending.
    withdrawn: Sequence[Entry] = ()
    #: In this worker's hands from now on.
    claimed: Sequence[Entry] = ()
    status: Status = Status.SENDING
    #: When there may be more to claim; None if nothing of the campaign is planned or deferred.
    again_at: Instant | None = None


def moved(  # noqa: PLR0913 - what a change may change
    entry: Entry,
    state: State,
    at: Instant,
    *,
    reason: str = "",
    due: Instant = _ANY_TIME,
    fence: int | None = None,
    attempts: int | None = None,
) -> Entry:
    """The entry in another state; not `replace`, which takes three times as long."""
    return Entry(
        campaign=entry.campaign,
        person=entry.person,
        address=entry.address,
        decision=entry.decision,
        state=state,
        reason=reason,
        fence=entry.fence if fence is None else fence,
        at=at,
        due=due,
        attempts=entry.attempts if attempts is None else attempts,
    )


def settles_from(outcome: State) -> list[State]:
    """The states from which a worker may settle an entry it holds as `outcome`; none if that is no outcome.

    >>> settles_from(State.ACCEPTED), settles_from(State.PLANNED), settles_from(State.CLAIMED)
    ([<State.SUBMITTING: 'submitting'>], [<State.CLAIMED: 'claimed'>], [])
    """
    ends = outcome not in HELD and outcome is not State.CANCELLED
    return [state for state in HELD if ends and outcome in NEXT[state]]
