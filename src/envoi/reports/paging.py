"""A page of a long list: which part of it is shown, and what there is before and after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """The `number`th page, from 1, of `size` lines each."""

    number: int = 1
    size: int = 50

    @property
    def offset(self) -> int:
        """How many lines come before it.

        >>> Page(3, size=20).offset
        40
        """
        return (self.number - 1) * self.size

    def last(self, total: int) -> int:
        """The number of the last page of `total` lines; a list of none has one empty page.

        >>> [Page(size=20).last(total) for total in (0, 20, 21)]
        [1, 1, 2]
        """
        return max(-(-total // self.size), 1)
