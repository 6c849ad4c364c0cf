"""Freezes an audience: each person once, and each address once among those who will be written to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from envoi.errors import Conflict
from envoi.messages.ledger import Entry, State, moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from envoi.clock import Instant

#: How many entries are frozen at a time, so that a plan of millions takes no more memory than one of thousands.
TOGETHER = 5_000

#: Of these people, and of these addresses, those that are in the plan already.
Taken = Callable[[Sequence[str], Sequence[str]], tuple[set[str], set[str]]]


def freeze(campaign: str, entries: Iterable[Entry], taken: Taken, *, at: Instant) -> Iterator[list[Entry]]:
    """The entries as a plan stores them, some at a time; before the next are asked for, these have to be stored.

    Entries come planned or already skipped. Of several planned entries with one address the first stays planned; one
    without an address is skipped.

    Raises:
        Conflict: a person is in it twice, or an entry belongs to another campaign or is further than planned.
    """
    left = iter(entries)
    while some := list(islice(left, TOGETHER)):
        people, addresses = taken([each.person for each in some], [each.address for each in some])
        frozen = []
        for entry in some:
            _fits(entry, campaign, people)
            reason = entry.reason or _no_room(entry, addresses)
            state = State.SKIPPED if reason else entry.state
            people.add(entry.person)
            if state is State.PLANNED:
                addresses.add(entry.address)
            frozen.append(moved(entry, state, at, reason=reason, due=entry.due, fence=0, attempts=0))
        yield frozen


def taken_over(campaign: str) -> Conflict:
    """What a plan ends with when another process begins to plan the same campaign: the one that began last goes on."""
    what = f"another process has begun to plan campaign {campaign!r}"
    return Conflict(what, hint="wait until it is done: it plans the same")


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
