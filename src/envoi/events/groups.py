"""Consecutive lines that belong together, as the lines of an order do, folded into one record."""

from __future__ import annotations

from bisect import bisect_left
from hashlib import blake2b
from math import fsum
from struct import unpack
from typing import TYPE_CHECKING

from envoi.events.port import Record
from envoi.events.values import Unfit, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from envoi.events.event import Value
    from envoi.events.mapping import Lines

#: A group longer than this goes on in a further part, so that a wrong `group` cannot fill the memory.
LONGEST = 10_000
_MOST_PARTS = 1 << 32


class Group(Record, frozen=True, kw_only=True, gc=False):
    """Several lines as one record: the fields of the first, the list of items, and the sums."""

    lines: tuple[Record, ...]
    #: 1; from 2 on if lines of the same group stood apart in the source.
    part: int

    @property
    def place(self) -> str:
        """From where to where."""
        first, last = self.lines[0].place, self.lines[-1].place
        return first if first == last else f"{first} to {last}"


class Folding:
    """Folds lines into groups; remembers in bounded memory which groups there were."""

    def __init__(self, lines: Lines, *, keys: Iterable[str], item: Callable[[Mapping[str, Value]], Value]) -> None:
        """Lines are one group while the columns of `lines.group` are equal, and those of the person's `keys` too.

        So an order that changes hands is not credited to whoever stands in its first line. `item` makes a line's item.
        """
        self._lines = lines
        self._item = item
        self._same = tuple(dict.fromkeys((*lines.group, *keys)))
        self._seen = _Seen()
        #: Groups that were a further part of an earlier one, because the source is not sorted by `group`.
        self.parted = 0

    def fold(self, records: Iterable[Record], start: int = 0) -> Iterator[Record]:
        """Groups and unreadable lines from position `start` on, in order; a group's position is that of its first line.

        `records` begin at 0 all the same, for the groups before `start` decide which part of its group a later one is.
        """
        return (record for record in self._fold(records) if record.position >= start)

    def _fold(self, records: Iterable[Record]) -> Iterator[Record]:
        held: list[Record] = []
        faulty: list[Record] = []
        same: list[Value] = []
        for record in records:
            found = same if record.fault else [record.fields.get(column) for column in self._same]
            if held and (found != same or len(held) + len(faulty) == LONGEST):
                yield self._group(held)
                yield from faulty
                held, faulty = [], []
            same = found
            if not record.fault:
                held.append(record)
            elif held:
                faulty.append(record)
            else:
                yield record
        if held:
            yield self._group(held)
            yield from faulty

    def _part(self, key: list[Value]) -> int:
        if None in key:
            raise Unfit("is missing, so its event is unknown").within(self._lines.group[key.index(None)])
        return self._seen.part(key)

    def _group(self, held: list[Record]) -> Group:
        first = held[0]
        fields, fault = dict(first.fields), ""
        key = [first.fields.get(column) for column in self._lines.group]
        part = 1
        try:
            part = self._part(key)
            fields[self._lines.into] = [self._item(record.fields) for record in held]
            fields |= {name: _sum(held, columns) for name, columns in self._lines.sums.items()}
        except Unfit as unfit:
            fault = str(unfit)
        self.parted += part > 1
        return Group(position=first.position, line=first.line, fields=fields, fault=fault, lines=tuple(held), part=part)


def group_id(key: Iterable[Value], part: int = 1) -> str:
    """The id of a group's event, by the values of its columns and which part of the group it is.

    >>> group_id(["shop 7", 536365]), group_id(["536365"], 2)
    ('shop 7:536365', '536365:2')
    """
    return ":".join([*map(text, key), *([str(part)] if part > 1 else [])])


def _sum(lines: list[Record], columns: tuple[str, ...]) -> float:
    """The sum of the products of `columns`, to the millionth; a line where one is missing adds nothing."""
    products = []
    for line in lines:
        product: float = 1
        for column in columns:
            value = line.fields.get(column)
            try:
                product *= 0 if value is None else number(value)
            except Unfit as unfit:
                raise unfit.within(column) from None
        products.append(product)
    return round(fsum(products), 6)


class _Seen:
    """Which groups there were: a Bloom filter of 16 MB (Bloom 1970).

    It never forgets one, so no part is taken for a repeat of another and lost. It may think that it saw a group it did
    not see: once in ten million groups while there are a million, once in three hundred at ten million. That only names
    a first part ":2".
    """

    _BITS = 1 << 27

    def __init__(self) -> None:
        self._table = bytearray(self._BITS // 8)

    def part(self, key: Sequence[Value]) -> int:
        """Which part of its group comes now, from 1: the first whose name no part of any group has."""
        part = 1
        if self._has(group_id(key)):
            part = bisect_left(range(_MOST_PARTS), 1, lo=2, key=lambda n: not self._has(group_id(key, n)))
        for bit in self._bits(group_id(key, part)):
            self._table[bit >> 3] |= 1 << (bit & 7)
        return part

    def _has(self, name: str) -> bool:
        return all(self._table[bit >> 3] >> (bit & 7) & 1 for bit in self._bits(name))

    def _bits(self, name: str) -> list[int]:
        return [word % self._BITS for word in unpack("<5I", blake2b(name.encode(), digest_size=20).digest())]
