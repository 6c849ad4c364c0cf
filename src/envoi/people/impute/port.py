"""What estimating asks of the outside: a way to fill the holes of a table of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    Column = Sequence[float | None]


class Filler(Protocol):
    """Fills the holes of a table of numbers, each column from what all of them tell."""

    @property
    def name(self) -> str:
        """What it does, as people read it beside an estimate."""
        ...

    def fill(self, columns: Sequence[Column]) -> Sequence[Sequence[float]]:
        """The same columns without holes; what was there stays. Every column has a value somewhere."""
        ...
