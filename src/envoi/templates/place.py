"""Where in a text an offset is, as people count."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from envoi.errors import Place

if TYPE_CHECKING:
    from collections.abc import Callable


def place(source: str, offset: int) -> Place:
    r"""The line and column of an offset.

    >>> str(place("one\ntwo", 5))
    'line 2, column 2'
    """
    return Place(line=source.count("\n", 0, offset) + 1, column=offset - source.rfind("\n", 0, offset))


def places(source: str, file: str = "") -> Callable[[int], Place]:
    r"""What gives the places of many offsets of one text, in a time that hardly grows with its length.

    >>> str(places("one\ntwo", "a.hbs")(5))
    'a.hbs:2:2'
    """
    starts = [0]
    while newline := source.find("\n", starts[-1]) + 1:
        starts.append(newline)

    def find(offset: int) -> Place:
        line = bisect_right(starts, offset)
        return Place(file=file, line=line, column=offset - starts[line - 1] + 1)

    return find
