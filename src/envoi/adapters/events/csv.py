"""Records from a CSV file, as spreadsheets and databases write it and as people break it."""

from __future__ import annotations

import csv
from collections import Counter, deque
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from envoi.adapters.events.text import shown
from envoi.errors import DataError, Place
from envoi.events.port import Form, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

    from envoi.adapters.events.text import Line, TextFile
    from envoi.events.event import Value

DELIMITERS = ",;\t|"
#: How many lines are looked at to tell the delimiter.
_SAMPLE = 20


class CsvSource:
    """A CSV file (RFC 4180, any delimiter) whose first line names the columns; blank lines are no records."""

    def __init__(self, file: TextFile, *, delimiter: str = "") -> None:
        """Reads the header.

        Raises:
            NotFound: there is no such file.
            DataError: the file is empty, its header cannot be read, or names a column twice.
        """
        self._file = file
        #: What cuts its lines into cells.
        self.delimiter = delimiter or _sniffed([line.text for line in islice(file.lines(), _SAMPLE)])
        self.columns = _columns(next(self._rows(), None), str(file.path))

    def read(self, start: int = 0) -> Iterator[Record]:
        """Every record from position `start` on."""
        names = tuple(self.columns)
        for position, row in enumerate(islice(self._rows(), start + 1, None), start):
            fault = row.fault
            if not fault and len(row.cells) != len(names):
                fault = f"has {len(row.cells)} cell{'s'[len(row.cells) == 1 :]}, and the header {len(names)}"
            if fault:
                raw = row.raw or self.delimiter.join(row.cells)
                yield Record(position=position, line=row.line, fault=f"the line {fault}", raw=shown(raw))
            else:
                cells: list[Value] = [cell or None for cell in row.cells]
                yield Record(position=position, line=row.line, fields=dict(zip(names, cells, strict=True)))

    def _rows(self) -> Iterator[_Row]:
        feed = _Feed(self._file)
        reader = csv.reader(feed, delimiter=self.delimiter, strict=True)
        while True:
            lines = feed.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                # What a wrong quote made look like one record is one bad line and good lines after it.
                feed.put_back(lines[1:])
                fault = "opens a quote that is not closed, or closes one in the middle of a cell"
                yield _Row(lines[0].number, [], fault, lines[0].text)
                continue
            faulty = next((line for line in lines if line.fault), None)
            if faulty:
                yield _Row(lines[0].number, [], faulty.fault, faulty.raw)
            elif cells:
                yield _Row(lines[0].number, cells)


class _Row(NamedTuple):
    line: int
    cells: list[str]
    fault: str = ""
    raw: str = ""


class _Feed:
    """Hands lines to `csv.reader`, and keeps those of the record at hand, so that they can be read another way."""

    def __init__(self, file: TextFile) -> None:
        self._lines = file.lines()
        self._longest = file.longest_line
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self._length = 0

    def begin(self) -> list[Line]:
        """The list that the lines of the next record will be in."""
        self._taken, self._length = [], 0
        return self._taken

    def put_back(self, lines: Iterable[Line]) -> None:
        """Hands these lines out again, before the others."""
        self._again.extendleft(reversed(list(lines)))

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._taken.append(line)
        self._length += len(line.text)
        if self._length > self._longest:
            raise csv.Error("the record is too long")
        return line.text


def _sniffed(lines: list[str]) -> str:
    """The delimiter that cuts most lines into as many cells as the header, and into more than one."""

    def score(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            widths = []
        return (widths.count(widths[0]), widths[0]) if widths and widths[0] > 1 else (0, 0)

    return max(DELIMITERS, key=score)


def _columns(header: _Row | None, file: str) -> dict[str, Form]:
    if header is None:
        raise DataError(f"the file {file} is empty")
    at = Place(file=file, line=header.line)
    if header.fault:
        hint = 'name its encoding in a mapping file, as encoding = "cp1252"' if "UTF-8" in header.fault else ""
        raise DataError(f"the header {header.fault}", hint=hint, at=at)
    names = [cell.strip() or f"column {number}" for number, cell in enumerate(header.cells, 1)]
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise DataError(f"the header names {twice[0]!r} twice", hint="give each column a name of its own", at=at)
    return dict.fromkeys(names, Form.PLAIN)
