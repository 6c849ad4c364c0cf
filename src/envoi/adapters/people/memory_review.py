"""The queue of reviews in memory: for tests and trials, and the plainest form of the contract."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import PersonId
    from envoi.people.match.review import Pair, Review, State


class MemoryReviewQueue:
    """A ReviewQueue in a dictionary."""

    def __init__(self) -> None:
        self._known: dict[Pair, Review] = {}

    def put(self, reviews: Sequence[Review]) -> None:
        """See `ReviewQueue.put`."""
        self._known |= {each.pair: each for each in reviews}

    def drop(self, pairs: Sequence[Pair]) -> None:
        """See `ReviewQueue.drop`."""
        for pair in pairs:
            self._known.pop(pair, None)

    def get(self, pairs: Sequence[Pair]) -> dict[Pair, Review]:
        """See `ReviewQueue.get`."""
        return {pair: self._known[pair] for pair in pairs if pair in self._known}

    def scan(self, state: State, *, offset: int = 0, limit: int = 100) -> list[Review]:
        """See `ReviewQueue.scan`."""
        found = [each for each in self._known.values() if each.state is state]
        return sorted(found, key=lambda each: (-each.at, -each.score, each.pair))[offset : offset + limit]

    def counts(self) -> Mapping[State, int]:
        """See `ReviewQueue.counts`."""
        return Counter(each.state for each in self._known.values())

    def find(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - it holds none
        """How many pairs one of these people is of."""
        return sum(1 for pair in self._known if set(pair) & set(people))

    def erase(self, people: Sequence[PersonId], addresses: Sequence[str]) -> int:  # noqa: ARG002 - it holds none
        """Forgets all pairs that one of these people is of, and returns how many those were."""
        gone = [pair for pair in self._known if set(pair) & set(people)]
        self.drop(gone)
        return len(gone)
