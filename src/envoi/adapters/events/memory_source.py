"""Records that are in memory already."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from envoi.events.port import Form, Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from envoi.events.event import Value


class MemorySource:
    """A list of rows."""

    def __init__(self, rows: Sequence[Mapping[str, Value]], *, columns: Mapping[str, Form] | None = None) -> None:
        """Takes the rows; without `columns`, they are those of the first row."""
        first = rows[0] if rows else {}
        self._rows = rows
        self.columns = dict.fromkeys(first, Form.PLAIN) if columns is None else columns

    def read(self, start: int = 0) -> Iterator[Record]:
        """Every row from position `start` on."""
        for position, row in enumerate(islice(self._rows, start, None), start):
            yield Record(position=position, fields=dict(row))
