"""Freezes an audience: each person once, and each address once among those who will be written to.

Few people are planned in one commit. Of many some thousand go into each, so that others can write meanwhile, and the
plan counts from the last on. A ledger in SQL brings a `Draft`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from envoi.errors import Conflict, Restored
from envoi.messages.ledger import Entry, State, moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from envoi.clock import Instant

#: How many entries are frozen at a time, so that a plan of millions takes no more memory than one of thousands.
TOGETHER = 5_000

#: Of these people, and of these addresses, those that are in the plan already.
Taken = Callable[[Sequence[str], Sequence[str]], tuple[set[str], set[str]]]


class Draft(Protocol):
    """A campaign's plan on its way into a database."""

    def commit(self) -> AbstractContextManager[None]:
        """One commit; nothing is open before it and after it."""
        ...

    def begin(self) -> bool:
        """Makes this the one plan that goes on; False if the campaign is planned.

        Raises:
            Restored: mail of it went out that this database does not know of.
        """
        ...

    def hold(self) -> None:
        """Sees that nobody has begun another since.

        Raises:
            Conflict: somebody has.
        """
        ...

    def clear(self, most: int) -> int:
        """Takes out so many entries, at most, of a plan that was never finished; returns how many."""
        ...

    def taken(self, people: Sequence[str], addresses: Sequence[str]) -> tuple[set[str], set[str]]:
        """See `Taken`."""
        ...

    def add(self, entries: Sequence[Entry], at: Instant) -> None:
        """Stores frozen entries."""
        ...

    def end(self, size: int, at: Instant) -> None:
        """From now on it counts."""
        ...


def plan(draft: Draft, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
    """See `Ledger.plan`; who asked whether it is planned already need not have the entries made."""
    left = iter(entries)
    first = list(islice(left, TOGETHER + 1))
    if len(first) > TOGETHER:
        return _written(draft, campaign, chain(first, left), at, commit=draft.commit)
    with draft.commit():
        return _written(draft, campaign, first, at, commit=nullcontext)


def _written(
    draft: Draft,
    campaign: str,
    entries: Iterable[Entry],
    at: Instant,
    *,
    commit: Callable[[], AbstractContextManager[None]],
) -> bool:
    with commit():
        if not draft.begin():
            return False
    cleared = TOGETHER
    while cleared == TOGETHER:
        with commit():
            draft.hold()
            cleared = draft.clear(TOGETHER)
    size = 0
    for some in freeze(campaign, entries, draft.taken, at=at):
        with commit():
            draft.hold()
            draft.add(some, at)
        size += len(some)
    with commit():
        draft.hold()
        draft.end(size, at)
    return True


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


def went_out(campaign: str) -> Restored:
    """What a plan ends with where mail of the campaign went out in a time that the database knows nothing of."""
    what = f"mail of campaign {campaign!r} went out before the project was restored from an older backup"
    return Restored(what, hint="give the campaign another name to send it once more")


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
