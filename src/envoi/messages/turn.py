"""One turn of a worker at the ledger: what ended is booked, what is ready is let go, more is claimed; all or nothing.

Pure but for the rows it is given, so that all ledgers follow the same rules: a ledger brings `Rows` within one of its
transactions, and commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.messages.ledger import FINAL, UNHEARD, Entry, State, Status, Turned, moved, settles_from
from envoi.messages.order import after
from envoi.messages.verdict import Go, Skip, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import PersonId
    from envoi.messages.ledger import Lease, Receipt, Work
    from envoi.messages.order import Order
    from envoi.messages.port import Gate

#: Entries that the gate holds back do not count as claimed: after so many lots of them a turn ends all the same.
_MOST_LOTS = 10
_HOUR = 3600 * MICROS_PER_SECOND


class Rows(Protocol):
    """One campaign's entries, within one transaction."""

    def held(self, people: Sequence[PersonId]) -> Mapping[PersonId, tuple[State, int]]:
        """State and fence of these people's entries, locked until the end of the transaction."""
        ...

    def overdue(self, now: Instant) -> list[Entry]:
        """What is claimed or submitting and was not finished in time."""
        ...

    def free(self, now: Instant, size: int) -> list[Entry]:
        """Up to `size` planned or deferred entries that are due, by due and person, which no other worker gets now."""
        ...

    def write(self, entries: Sequence[Entry], worker: str) -> None:
        """Puts these in place of what is there."""
        ...

    def next_due(self) -> Instant | None:
        """When the first planned or deferred entry is due; None if there is none."""
        ...


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """How a campaign is being sent."""

    status: Status
    rate_per_h: int = 0
    #: By the rate, all that was claimed so far should have been claimed by then.
    paced_until: Instant = Instant(0)


def take_turn(rows: Rows, course: Course, work: Work, lease: Lease, gate: Gate) -> tuple[Turned, Course]:
    """What a turn does, and the course after it; what it changes is written to the rows."""
    settled = _booked(rows, work.settled)
    released, withdrawn, stopped = _released(rows, course, work.ready, lease, gate)
    rows.write([*settled, *released, *stopped], lease.worker)
    late = [_given_up(entry, lease.now) for entry in rows.overdue(lease.now)]
    rows.write(late, lease.worker)
    claimed: list[Entry] = []
    closed: list[Entry] = []
    if course.status is Status.SENDING and lease.size:
        claimed, closed = _claimed(rows, min(lease.size, allowance(course, lease.now)), lease, gate)
    course = paced(course, len(claimed), lease.now)
    turned = Turned(
        settled=[
            *(entry for entry in settled if entry.state is not State.PLANNED),
            *(entry for entry in [*stopped, *late, *closed] if entry.state in FINAL),
        ],
        released=released,
        withdrawn=withdrawn,
        claimed=claimed,
        status=course.status,
        again_at=_again_at(rows, course, lease.now),
    )
    return turned, course


def allowance(course: Course, now: Instant) -> int:
    """How many the rate lets through at `now`: at most what it lets through in a second, but one at least.

    >>> course = Course(status=Status.SENDING, rate_per_h=7200)
    >>> allowance(course, Instant(0)), allowance(paced(course, 2, Instant(0)), Instant(500_000))
    (2, 1)
    """
    if not course.rate_per_h:
        return 1 << 30
    ahead = max(0, course.paced_until - now) * course.rate_per_h
    return max(0, _burst(course) + -ahead // _HOUR)


def paced(course: Course, claimed: int, now: Instant) -> Course:
    """The course after so many were claimed at `now` (the generic cell rate algorithm, as of ITU-T I.371)."""
    if not course.rate_per_h or not claimed:
        return course
    # Rounded up: the rate is not exceeded.
    takes = -(-claimed * _HOUR // course.rate_per_h)
    return msgspec.structs.replace(course, paced_until=Instant(max(course.paced_until, now) + takes))


def ordered(course: Course, order: Order, at: Instant) -> Course:
    """The course after an order; what the rate had still to wait for is waited for at the new one.

    Raises:
        Conflict: it cannot be done with a campaign in this status.
    """
    status = after(order, course.status)
    rate = course.rate_per_h if order.rate_per_h is None else order.rate_per_h
    left = max(0, course.paced_until - at) * course.rate_per_h // rate if rate else 0
    return Course(status=status, rate_per_h=rate, paced_until=Instant(at + left if left else 0))


def _burst(course: Course) -> int:
    return max(1, course.rate_per_h // 3600)


def _again_at(rows: Rows, course: Course, now: Instant) -> Instant | None:
    """When there may be more to claim."""
    due = rows.next_due() if course.status is Status.SENDING else None
    if due is None or not course.rate_per_h or allowance(course, now):
        return due
    return Instant(max(due, course.paced_until - (_burst(course) - 1) * _HOUR // course.rate_per_h))


def _booked(rows: Rows, settled: Sequence[tuple[Entry, Receipt]]) -> list[Entry]:
    """Those that this worker still holds, as they ended."""
    held = rows.held([entry.person for entry, _ in settled]) if settled else {}
    none = (State.CANCELLED, -1)
    found = [(entry, receipt, *held.get(entry.person, none)) for entry, receipt in settled]
    return [
        _after(entry, receipt)
        for entry, receipt, state, fence in found
        if fence == entry.fence and state in _FROM[receipt.state]
    ]


def _released(
    rows: Rows, course: Course, ready: Sequence[Entry], lease: Lease, gate: Gate
) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Those that are about to be handed over; those that are not; and of these, as they are now, whom it changed."""
    held = rows.held([entry.person for entry in ready]) if ready else {}
    mine = [entry for entry in ready if held.get(entry.person) == (State.CLAIMED, entry.fence)]
    go: list[Entry] = []
    stopped: list[Entry] = []
    if course.status is not Status.SENDING:
        stopped = [moved(entry, State.PLANNED, lease.now) for entry in mine]
    elif mine:
        for entry, verdict in zip(mine, gate(mine), strict=True):
            if isinstance(verdict, Go):
                go.append(moved(entry, State.SUBMITTING, lease.now, due=lease.until))
            else:
                stopped.append(_held_back(entry, verdict, lease.now))
    going = {entry.person for entry in go}
    return go, [entry for entry in ready if entry.person not in going], stopped


def _claimed(rows: Rows, size: int, lease: Lease, gate: Gate) -> tuple[list[Entry], list[Entry]]:
    """Those now in the worker's hands, and those that the gate holds back."""
    claimed: list[Entry] = []
    closed: list[Entry] = []
    for _ in range(_MOST_LOTS):
        found = rows.free(lease.now, size - len(claimed)) if len(claimed) < size else []
        if not found:
            break
        lot = [
            moved(entry, State.CLAIMED, lease.now, due=lease.until, fence=entry.fence + 1)
            if isinstance(verdict, Go)
            else _held_back(entry, verdict, lease.now)
            for entry, verdict in zip(found, gate(found), strict=True)
        ]
        rows.write(lot, lease.worker)
        claimed += [entry for entry in lot if entry.state is State.CLAIMED]
        closed += [entry for entry in lot if entry.state is not State.CLAIMED]
    return claimed, closed


#: From which states a worker may settle each outcome.
_FROM = {state: frozenset(settles_from(state)) for state in State}


def _after(entry: Entry, receipt: Receipt) -> Entry:
    """A held entry as it ended."""
    attempts = entry.attempts + (receipt.state is State.DEFERRED)
    return moved(entry, receipt.state, receipt.at, reason=receipt.reason, due=receipt.due, attempts=attempts)


def _held_back(entry: Entry, verdict: Skip | Wait, now: Instant) -> Entry:
    """An entry that the gate skips or lets wait; never for no time at all, or it would be asked about again at once."""
    if isinstance(verdict, Skip):
        return moved(entry, State.SKIPPED, now, reason=verdict.reason)
    state = State.DEFERRED if entry.state is State.DEFERRED else State.PLANNED
    return moved(entry, state, now, reason=verdict.reason, due=max(verdict.until, Instant(now + 1)))


def _given_up(entry: Entry, now: Instant) -> Entry:
    """An entry whose worker was not heard of in time."""
    if entry.state is State.SUBMITTING:
        return moved(entry, State.UNKNOWN, now, reason=UNHEARD)
    return moved(entry, State.PLANNED, now)
