"""Where in a text an offset is, as people count."""

from __future__ import annotations

from envoi.errors import Place


def place(source: str, offset: int) -> Place:
    r"""The line and column of an offset.

    >>> str(place("one\ntwo", 5))
    'line 2, column 2'
    """
    return Place(line=source.count("\n", 0, offset) + 1, column=offset - source.rfind("\n", 0, offset))
