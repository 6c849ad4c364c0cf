"""What matching needs from outside: something that weighs the evidence of pairs, a queue of them, and who merges."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.events.event import PersonId
    from envoi.people.match.blocking import Block
    from envoi.people.match.record import People
    from envoi.people.match.review import Pair, Review, State

#: What members of a household do not share; the rest they do, and it says less than it seems to.
PERSONAL = frozenset({Kind.GIVEN, Kind.EMAIL, Kind.DATE, Kind.IDENTIFIER})


class Weighed(NamedTuple):
    """The evidence that two records are of one person, in bits.

    Ten bits make it a thousand times as likely as it was; -3 bits an eighth as likely.
    """

    left: int
    right: int
    #: From what is a person's own.
    personal: float
    #: From what a household shares.
    shared: float


class Linker(Protocol):
    """Something that weighs pairs of records."""

    @property
    def name(self) -> str:
        """What it is called in the answer."""
        ...

    def weigh(self, people: People, blocks: Sequence[Block]) -> list[Weighed]:
        """The pairs in these blocks, each once with the lower number first; those clearly of two may be left out."""
        ...


class ReviewQueue(Protocol):
    """Pairs of people that somebody is to look at, or has: one review a pair."""

    def put(self, reviews: Sequence[Review]) -> None:
        """Stores these in one commit, each in place of the pair's earlier one.

        Raises:
            StoreFailed: the disk is full or failed; then none is stored.
            StoreBusy: another process kept the store locked too long; then none is stored.
        """
        ...

    def drop(self, pairs: Sequence[Pair]) -> None:
        """Forgets these pairs in one commit; raises as `put` does."""
        ...

    def get(self, pairs: Sequence[Pair]) -> dict[Pair, Review]:
        """The reviews of those of these pairs that have one."""
        ...

    def scan(self, state: State, *, offset: int = 0, limit: int = 100) -> list[Review]:
        """Reviews of that state: what was said last first, and of equal ones the most likely pair."""
        ...

    def counts(self) -> Mapping[State, int]:
        """How many there are of each state that has any."""
        ...


class Merge(Protocol):
    """Makes two people one."""

    def __call__(self, one: PersonId, other: PersonId, *, because: str, by: str, score: float) -> PersonId:
        """Whose id the two have from now on; two who are one already stay it.

        Raises:
            Conflict: they may not be one.
        """
        ...


class Separate(Protocol):
    """Makes two people of one again, who were merged."""

    def __call__(self, one: PersonId, other: PersonId, *, because: str, by: str) -> None:
        """Each has what was theirs; two who are two already stay it.

        Raises:
            Conflict: they cannot be told apart any more.
        """
        ...
