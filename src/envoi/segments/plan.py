"""Takes up the watching of segments where it ended, or anew where the segments are not the same any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.segments.port import Defined, Plan
from envoi.segments.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.clock import Instant
    from envoi.events.port import Archive
    from envoi.segments.base import Judge
    from envoi.segments.port import Memberships, State, StateStore


def take_up(  # noqa: PLR0913 - what a watch is made of
    judge: Judge, states: StateStore, memberships: Memberships, archive: Archive, *, head: int, now: Instant
) -> Watch:
    """A watch that knows what was saved, and has the log after that left to judge; `head` is the log's last position.

    Raises:
        StoreFailed: the disk is full or failed.
    """
    plan, saved = states.plan()
    # Who moves is noted in the commit that puts it into the log; only what was begun anew notes it all again.
    noted = head if plan.number and plan.announced else 0
    if {one.segment: one.condition for one in plan.segments} == dict(judge.conditions):
        judge.unpack(_saved(states, plan.number))
    else:
        plan, saved = next_plan(plan, judge.conditions, head=head, now=now), 0
    # Written even where nothing changes: a disk that takes nothing is found out before anyone is answered.
    states.adopt(plan, saved)
    return Watch(
        judge=judge, memberships=memberships, states=states, archive=archive, plan=plan, head=saved, noted=noted
    )


def next_plan(plan: Plan, conditions: Mapping[str, str], *, head: int, now: Instant) -> Plan:
    """The plan after this one; a segment whose condition is still the same has had it since it first did."""
    known = {(one.segment, one.condition): one for one in plan.segments}
    segments = tuple(
        known.get(pair) or Defined(segment=pair[0], condition=pair[1], seq=head, at=now) for pair in conditions.items()
    )
    return Plan(number=plan.number + 1, segments=segments, seq=head, at=now, announced=False)


def _saved(states: StateStore, number: int) -> Iterator[State]:
    after = ""
    while some := states.load(number, after):
        yield from some
        after = some[-1].person
