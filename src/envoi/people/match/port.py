"""What matching needs from outside: something that weighs the evidence of each pair of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from envoi.people.match.record import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from envoi.people.match.blocking import Block
    from envoi.people.match.record import People

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
