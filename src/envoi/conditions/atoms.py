"""Many leaves judged in one pass: what each counts is a row of a table, which is joined to history once.

A leaf that counts events, or asks how long ago the first or last was, is an atom (which events, in which window) and a
range its value must lie in. Leaves that differ only in the range share an atom. A person's atoms are counted in one
grouping, each range that holds is one bit of a number, and a condition is a test of those bits: fifty conditions cost
little more than one, where a query for each, or a column for each, costs fifty times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeGuard

from envoi.conditions.bound import Age, BoundProperty, Check, EventLeaf, Events
from envoi.conditions.scope_sql import of_filter
from envoi.conditions.sql import bound, held_in, rows_of, sql
from envoi.conditions.tree import Function, Op

if TYPE_CHECKING:
    from envoi.clock import Instant
    from envoi.conditions.bound import BoundFilter, BoundLeaf, Storage
    from envoi.tables import Query

#: Bits a number: each is a whole number of 64 bits with a sign.
_BITS = 60
_LEAST, _MOST = -(1 << 62), 1 << 62
#: What a person's atom is measured by.
_MEASURES: dict[Function | Age, tuple[str, str]] = {
    Function.COUNT: ("counted", "COUNT(*)"),
    Age.OF_LAST: ("newest", "MAX(e.at)"),
    Age.OF_FIRST: ("oldest", "MIN(e.at)"),
}
Range = tuple[int, int]


def fits(leaf: BoundLeaf) -> TypeGuard[EventLeaf]:
    """Whether the leaf can be judged so: line items and events after others need scans of their own."""
    return (
        isinstance(leaf, EventLeaf)
        and leaf.measure.function in _MEASURES
        and not leaf.events.items
        and leaf.events.after is None
    )


@dataclass(slots=True)
class Atoms:
    """The leaves met so far, as rows of the two tables."""

    at: Instant
    #: Which events, by their place in the table.
    events: dict[Events, int] = field(default_factory=dict)
    #: By atom, measure and ranges: the place of the bit.
    bits: dict[tuple[int, str, tuple[Range, ...]], int] = field(default_factory=dict)

    def test(self, leaf: EventLeaf) -> Query:
        """The test of a row of `judged`."""
        passing = self._ranges(leaf)
        without = leaf.check.passes(0 if leaf.measure.function is Function.COUNT else None)
        if without:
            passing = _outside(passing)
        atom = self.events.setdefault(leaf.events, len(self.events))
        measure, _ = _MEASURES[leaf.measure.function]
        place = self.bits.setdefault((atom, measure, tuple(passing)), len(self.bits))
        return sql(f"(held{place // _BITS} & ", bound(1 << place % _BITS), f") {'=' if without else '<>'} 0")

    def _ranges(self, leaf: EventLeaf) -> list[Range]:
        """The values that pass: counts, or instants."""
        found = _passing(leaf.check)
        if leaf.measure.function is Function.COUNT:
            return found
        return sorted((max(self.at - most, _LEAST), min(self.at - least, _MOST)) for least, most in found)

    def words(self) -> int:
        """How many numbers hold the bits."""
        return -(-len(self.bits) // _BITS)

    def tables(self) -> list[tuple[str, Query]]:
        """The tables to be worked out before `people`, by name."""
        names = sorted({measure for _, measure, _ in self.bits})
        measures = {name: text for name, text in _MEASURES.values() if name in names}
        counted = sql(
            "SELECT a.atom, e.person",
            *(f", {text} AS {name}" for name, text in measures.items()),
            " FROM events AS e JOIN ",
            self._atoms(),
            " GROUP BY a.atom, e.person",
        )
        value = " ".join(f"WHEN {n} THEN c.{name}" for n, name in enumerate(measures))
        value = f"CASE t.measure {value} END" if len(measures) > 1 else f"c.{names[0]}"
        rows = [
            (atom, place // _BITS, 1 << place % _BITS, list(measures).index(measure), *each)
            for (atom, measure, ranges), place in self.bits.items()
            for each in ranges
        ]
        words = ", ".join(f"SUM(CASE WHEN t.word = {n} THEN t.bit ELSE 0 END) AS held{n}" for n in range(self.words()))
        held = sql(
            f"SELECT c.person, {words} FROM counted AS c JOIN ",
            rows_of(rows or [(-1, 0, 0, 0, 0, 0)], "t(atom, word, bit, measure, least, most)"),
            f" ON t.atom = c.atom AND {value} BETWEEN t.least AND t.most GROUP BY c.person",
        )
        return [("counted", counted), ("held", held)]

    def _atoms(self) -> Query:
        """The atoms and how an event is found to be one."""
        own = _Filters()
        rows = [
            (n, events.name, *self._window(events), *own.columns(events.where)) for events, n in self.events.items()
        ]
        width = max(len(row) for row in rows)
        columns = ["atom", "name", "after", "until", "filter", *(f"value{n}" for n in range(width - 5))]
        table = rows_of([(*row, *[None] * (width - len(row))) for row in rows], f"a({', '.join(columns)})")
        windows = [self._window(events) for events in self.events]
        earliest, latest = min(after for after, _ in windows), max(until for _, until in windows)
        return sql(
            table,
            " ON e.name = a.name AND e.at > a.after AND e.at <= a.until",
            own.test(),
            " WHERE e.at > ",
            bound(earliest),
            " AND e.at <= ",
            bound(latest),
        )

    def _window(self, events: Events) -> Range:
        """After when, and until when."""
        after = [_LEAST, *([self.at - events.far] if events.far is not None else [])]
        until = [self.at - events.near, *([events.until - 1] if events.until is not None else [])]
        return max([*after, *([events.since - 1] if events.since is not None else [])]), min(until)


@dataclass(slots=True)
class _Filters:
    """Filters of atoms: a value that one property must have stands in the table, others are told apart by number."""

    equal: dict[tuple[Storage, str], int] = field(default_factory=dict)
    others: dict[BoundFilter, int] = field(default_factory=dict)

    def columns(self, where: BoundFilter | None) -> tuple[object, ...]:
        """The number of the filter, and the value of each property that must have one, up to that of this filter."""
        if where is None:
            return (0,)
        if isinstance(where, BoundProperty) and where.check.op is Op.EQ:
            place = self.equal.setdefault((where.storage, where.path), len(self.equal))
            return (0, *[None] * place, where.check.values[0])
        return (self.others.setdefault(where, len(self.others) + 1),)

    def test(self) -> Query:
        """That the event `e` passes the filter of the atom `a`."""
        parts = [
            sql(f" AND (a.value{n} IS NULL OR a.value{n} = ", held_in("e", path, storage), ")")
            for (storage, path), n in self.equal.items()
        ]
        if self.others:
            cases = [sql(f" WHEN {n} THEN ", of_filter(where)) for where, n in self.others.items()]
            parts.append(sql(" AND CASE a.filter", *cases, " ELSE TRUE END"))
        return sql(*parts)


def _passing(check: Check) -> list[Range]:
    """The whole numbers that pass, as ranges that do not meet.

    >>> _passing(Check(Op.IN, (3, 1, 3)))
    [(1, 1), (3, 3)]
    """
    numbers = sorted({int(value) for value in check.values})
    match check.op:
        case Op.EQ | Op.IN:
            return [(number, number) for number in numbers]
        case Op.NE | Op.NOT_IN:
            return _outside([(number, number) for number in numbers])
        case Op.BETWEEN:
            return [(numbers[0], numbers[-1])]
        case Op.LT | Op.LE:
            return [(_LEAST, numbers[0] - (check.op is Op.LT))]
        case Op.GT | Op.GE:
            return [(numbers[0] + (check.op is Op.GT), _MOST)]
        case _:
            return [(_LEAST, _MOST)] if check.op is Op.PRESENT else []


def _outside(ranges: list[Range]) -> list[Range]:
    """What lies in none of the ranges, which are in order.

    >>> _outside([(_LEAST, 0), (3, 3)]) == [(1, 2), (4, _MOST)]
    True
    """
    edges = [_LEAST - 1, *(edge for each in ranges for edge in each), _MOST + 1]
    return [(low + 1, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True) if low + 1 < high]
