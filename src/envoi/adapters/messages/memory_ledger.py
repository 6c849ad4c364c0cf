"""A ledger in memory: for tests, and for trying a campaign out; it forgets when the process ends."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from envoi.errors import NotFound, did_you_mean
from envoi.messages.ledger import UNHEARD, Audience, Entry, Lease, Receipt, State, freeze, settles_from, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from envoi.clock import Instant

_Key = tuple[str, str]


class MemoryLedger:
    """Holds entries in a dictionary; one thread at a time."""

    def __init__(self) -> None:
        self._campaigns: dict[str, Audience] = {}
        self._runs: Counter[str] = Counter()
        self._entries: dict[_Key, Entry] = {}
        #: The latest claim of each entry that was ever claimed.
        self._leases: dict[_Key, Lease] = {}

    def plan(self, campaign: str, entries: Iterable[Entry], *, at: Instant) -> bool:
        """See `Ledger.plan`."""
        if campaign in self._campaigns:
            return False
        frozen = freeze(campaign, entries, at=at)
        self._entries |= {_key(entry): entry for entry in frozen}
        self._campaigns[campaign] = Audience(at=at, size=len(frozen))
        return True

    def begin(self, campaign: str) -> int:
        """See `Ledger.begin`."""
        if campaign not in self._campaigns:
            raise NotFound(f"campaign {campaign!r} was never planned", hint=did_you_mean(campaign, self._campaigns))
        self._runs[campaign] += 1
        return self._runs[campaign]

    def claim(self, campaign: str, lease: Lease, *, gate: Callable[[Entry], str]) -> list[Entry]:
        """See `Ledger.claim`."""
        mine = sorted((entry for entry in self._entries.values() if entry.campaign == campaign), key=_key)
        taken: list[Entry] = []
        for entry in mine:
            if sum(each.state is State.CLAIMED for each in taken) < lease.size and self._is_free(entry, lease):
                taken.append(take(entry, lease, closed=gate(entry)))
        # Stored only now: a gate that raises has claimed nothing.
        self._give_up(mine, lease)
        self._entries |= {_key(entry): entry for entry in taken}
        self._leases |= {_key(entry): lease for entry in taken}
        return [entry for entry in taken if entry.state is State.CLAIMED]

    def submitting(self, entry: Entry, *, at: Instant, gate: Callable[[Entry], str]) -> bool:
        """See `Ledger.submitting`."""
        closed = gate(entry)
        state = State.SKIPPED if closed else State.SUBMITTING
        moved = self._move(entry, Receipt(state=state, reason=closed, at=at), [State.CLAIMED])
        return moved and not closed

    def settle(self, entry: Entry, receipt: Receipt) -> bool:
        """See `Ledger.settle`."""
        return self._move(entry, receipt, settles_from(receipt.state))

    def campaigns(self) -> Mapping[str, Audience]:
        """See `Statement.campaigns`."""
        return dict(self._campaigns)

    def tally(self, campaign: str) -> Mapping[tuple[State, str], int]:
        """See `Statement.tally`."""
        return Counter((entry.state, entry.reason) for entry in self._entries.values() if entry.campaign == campaign)

    def entries(self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000) -> Iterator[Entry]:
        """See `Statement.entries`."""
        asked = (campaign, person, state)
        found = [each for each in self._entries.values() if _matches((each.campaign, each.person, each.state), asked)]
        yield from sorted(found, key=_key)[:limit]

    def _is_free(self, entry: Entry, lease: Lease) -> bool:
        if entry.state is State.DEFERRED:
            return self._leases[_key(entry)].run < lease.run
        return entry.state is State.PLANNED or (entry.state is State.CLAIMED and self._has_run_out(entry, lease))

    def _has_run_out(self, entry: Entry, lease: Lease) -> bool:
        held = self._leases[_key(entry)]
        return held.until <= lease.now or (held.worker == lease.worker and held.run < lease.run)

    def _give_up(self, entries: list[Entry], lease: Lease) -> None:
        unheard = Receipt(state=State.UNKNOWN, reason=UNHEARD, at=lease.now)
        for entry in entries:
            if entry.state is State.SUBMITTING and self._has_run_out(entry, lease):
                self.settle(entry, unheard)

    def _move(self, entry: Entry, receipt: Receipt, before: list[State]) -> bool:
        present = self._entries.get(_key(entry))
        if present is None or present.fence != entry.fence or present.state not in before:
            return False
        self._entries[_key(entry)] = replace(present, state=receipt.state, reason=receipt.reason, at=receipt.at)
        return True


def _key(entry: Entry) -> _Key:
    return entry.campaign, entry.person


def _matches(entry: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return all(not want or want == has for want, has in zip(asked, entry, strict=True))
