"""A ledger in memory: for tests, and for trying a campaign out; it forgets when the process ends."""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.errors import NotFound, Restored, did_you_mean
from envoi.messages.freeze import TOGETHER, freeze, taken_over
from envoi.messages.ledger import FINAL, HELD, Audience, Entry, State, Status
from envoi.messages.order import RESTORED, Given, moves
from envoi.messages.turn import Course, ordered, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from envoi.clock import Instant
    from envoi.events.event import PersonId
    from envoi.messages.ledger import Lease, Turned, Work
    from envoi.messages.order import Order
    from envoi.messages.port import Book, Gate

_OPEN = (State.PLANNED, State.DEFERRED)


class MemoryLedger:
    """Holds entries in dictionaries; one thread at a time."""

    def __init__(self) -> None:
        self._campaigns: dict[str, dict[str, Entry]] = {}
        #: Of each campaign that is being planned, how often that was begun.
        self._drafts: dict[str, int] = {}
        self._planned_at: dict[str, Instant] = {}
        self._courses: dict[str, Course] = {}
        self._orders: dict[str, list[Given]] = {}
        #: Who holds, or last held, an entry.
        self._workers: dict[tuple[str, str], str] = {}

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """See `Ledger.plan`."""
        if campaign in self._campaigns:
            return False
        left = iter(entries)
        first = list(islice(left, TOGETHER + 1))
        if campaign in self._campaigns:
            return False
        draft = self._drafts[campaign] = self._drafts.get(campaign, 0) + 1
        frozen: dict[str, Entry] = {}
        addresses: set[str] = set()

        def taken(*_: object) -> tuple[set[str], set[str]]:
            return set(frozen), set(addresses)

        for some in freeze(campaign, chain(first, left), taken, at=at):
            frozen.update((entry.person, entry) for entry in some)
            addresses.update(entry.address for entry in some if entry.state is State.PLANNED)
        if self._drafts.pop(campaign, None) != draft:
            raise taken_over(campaign)
        self._campaigns[campaign] = frozen
        self._planned_at[campaign] = at
        self._courses[campaign] = Course(status=Status.SENDING)
        self._orders[campaign] = []
        return True

    def begin(self, campaign: str, worker: str, *, at: Instant, early: bool = False) -> None:
        """See `Ledger.begin`."""
        entries = self._of(campaign)
        if self._courses[campaign].status is Status.RESTORED:
            raise Restored(f"campaign {campaign!r} was restored from a backup", hint=RESTORED)
        for person, entry in entries.items():
            is_left = entry.state in HELD and self._workers[campaign, person] == worker
            if is_left or (early and entry.state is State.DEFERRED):
                entries[person] = replace(entry, due=min(entry.due, at))

    def turn(self, campaign: str, work: Work, lease: Lease, *, gate: Gate, book: Book) -> Turned:
        """See `Ledger.turn`."""
        entries, workers = self._of(campaign), self._workers
        # If the gate raises, nothing has changed.
        rows = _Rows(campaign, dict(entries), dict(workers))
        turned, course = take_turn(rows, self._courses[campaign], work, lease, gate)
        book(turned.settled)
        self._campaigns[campaign], self._workers, self._courses[campaign] = rows.entries, rows.workers, course
        return turned

    def order(self, campaign: str, order: Order, *, at: Instant) -> int:
        """See `Ledger.order`."""
        entries, course = self._of(campaign), self._courses[campaign]
        changed = ordered(course, order, at)
        found = moves(order)
        affected = [entry for entry in entries.values() if found and entry.state in found.states]
        if found:
            entries |= {entry.person: found.moved(entry, at) for entry in affected}
        self._courses[campaign] = changed
        self._orders[campaign].append(Given(order=order, at=at, moved=len(affected)))
        return len(affected)

    def campaigns(self) -> Mapping[str, Audience]:
        """See `Statement.campaigns`."""
        return {name: self._audience(name) for name in self._campaigns}

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """See `Statement.tally`."""
        return Counter((entry.state, entry.reason) for entry in self._campaigns.get(campaign, {}).values())

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """See `Statement.entries`."""
        asked = (campaign, person, state)
        everyone = [entry for entries in self._campaigns.values() for entry in entries.values()]
        found = [each for each in everyone if _matches((each.campaign, each.person, each.state), asked)]
        yield from sorted(found, key=lambda entry: (entry.campaign, entry.person))[:limit]

    def of(self, people: Sequence[PersonId], campaigns: Sequence[str]) -> Sequence[Entry]:
        """See `Statement.of`."""
        asked = [self._campaigns.get(campaign, {}) for campaign in campaigns]
        return [entries[person] for entries in asked for person in people if person in entries]

    def due(self, campaign: str) -> Instant | None:
        """See `Agenda.due`."""
        entries = self._campaigns.get(campaign, {}).values()
        return min((each.due for each in entries if each.state not in FINAL), default=None)

    def orders(self, campaign: str) -> Sequence[Given]:
        """See `Statement.orders`."""
        return list(self._orders.get(campaign, []))

    def _of(self, campaign: str) -> dict[str, Entry]:
        if campaign not in self._campaigns:
            raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, self._campaigns))
        return self._campaigns[campaign]

    def _audience(self, campaign: str) -> Audience:
        course = self._courses[campaign]
        return Audience(
            at=self._planned_at[campaign],
            size=len(self._campaigns[campaign]),
            status=course.status,
            rate_per_h=course.rate_per_h,
        )


class _Rows:
    """See `Rows`: a copy, which takes the place of what it was made from when the turn is over."""

    def __init__(self, campaign: str, entries: dict[str, Entry], workers: dict[tuple[str, str], str]) -> None:
        self._campaign = campaign
        self.entries = entries
        self.workers = workers

    def held(self, people: Sequence[PersonId]) -> Mapping[PersonId, tuple[State, int]]:
        found = [self.entries[person] for person in people if person in self.entries]
        return {entry.person: (entry.state, entry.fence) for entry in found}

    def overdue(self, now: Instant) -> list[Entry]:
        return self._in_order(HELD, now)

    def free(self, now: Instant, size: int) -> list[Entry]:
        return self._in_order(_OPEN, now)[:size]

    def write(self, entries: Sequence[Entry], worker: str) -> None:
        self.entries |= {entry.person: entry for entry in entries}
        self.workers |= {(self._campaign, entry.person): worker for entry in entries}

    def next_due(self) -> Instant | None:
        return min((entry.due for entry in self.entries.values() if entry.state in _OPEN), default=None)

    def _in_order(self, states: Sequence[State], now: Instant) -> list[Entry]:
        found = [entry for entry in self.entries.values() if entry.state in states and entry.due <= now]
        return sorted(found, key=lambda entry: (entry.due, entry.person))


def _matches(entry: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return all(not want or want == has for want, has in zip(asked, entry, strict=True))
