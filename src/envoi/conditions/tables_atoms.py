"""Many leaves judged at once: what each counts is a row of a table, which is joined to history.

A leaf that counts events, or asks how long ago the first or last was, is an atom (which events, in which window) and a
range its value must lie in. Leaves that differ only in the range share an atom. A person's atoms are counted in one
grouping, each range that holds is one bit of a number, and a condition is a test of those bits: fifty conditions cost
little more than one, where a query for each, or a column for each, costs fifty times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypeGuard

from envoi.conditions.bound import Age, BoundProperty, Check, EventLeaf, Events
from envoi.conditions.tables_scope import of_filter, span
from envoi.conditions.tables_sql import bound, held_in, joined, rows_of, sql
from envoi.conditions.tree import Function, Op

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.clock import Instant
    from envoi.conditions.bound import BoundFilter, BoundLeaf
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
        names = {measure for _, measure, _ in self.bits}
        measures = {name: text for name, text in _MEASURES.values() if name in names}
        measured = "".join(f", {text} AS {name}" for name, text in measures.items())
        counted = joined(" UNION ALL ", (self._counted(asked, measured) for asked in self._asked()))
        value = " ".join(f"WHEN {n} THEN c.{name}" for n, name in enumerate(measures))
        value = f"CASE t.measure {value} END" if len(measures) > 1 else f"c.{next(iter(measures))}"
        columns = [f"held{n}" for n in range(self.words())]
        held = sql(
            f"SELECT c.person, {', '.join(f'SUM(t.{name}) AS {name}' for name in columns)} FROM counted AS c JOIN ",
            rows_of(self._told_apart(list(measures)), f"t(atom, measure, least, most, {', '.join(columns)})"),
            f" ON t.atom = c.atom AND {value} BETWEEN t.least AND t.most GROUP BY c.person",
        )
        return [("counted", counted), ("held", held)]

    def _told_apart(self, measures: Sequence[str]) -> list[tuple[int, ...]]:
        """By atom and measure, the ranges of values for which the same bits hold, and these bits."""
        wanted: dict[tuple[int, str], list[tuple[Range, int]]] = {}
        for (atom, measure, ranges), place in self.bits.items():
            wanted.setdefault((atom, measure), []).extend((each, place) for each in ranges)
        rows = []
        for (atom, measure), several in wanted.items():
            edges = {edge for (least, most), _ in several for edge in (least, most + 1)}
            for least, beyond in pairwise(sorted(edges)):
                places = [place for (low, high), place in several if low <= least <= high]
                if places:
                    rows.append((atom, measures.index(measure), least, beyond - 1, *self._words(places)))
        return rows

    def _words(self, places: Sequence[int]) -> list[int]:
        """The numbers with the bits at these places."""
        return [sum(1 << place % _BITS for place in places if place // _BITS == n) for n in range(self.words())]

    # -- one pass over history for all atoms that ask the same

    def _asked(self) -> list[tuple[str, list[Events]]]:
        """The atoms by the column for which each names a value: engines look that up, and try other filters in turn."""
        found: dict[str, list[Events]] = {}
        for events in self.events:
            found.setdefault(_named_value(events.where)[0], []).append(events)
        return list(found.items())

    def _counted(self, asked: tuple[str, list[Events]], measured: str) -> Query:
        """What is measured of each atom of these and each person."""
        column, atoms = asked
        spans = [self._span(events) for events in atoms]
        # What an atom asks for is a value of the column, or the number of a filter.
        filters = {where: n for n, where in enumerate(dict.fromkeys(events.where for events in atoms))}
        asks = [_named_value(events.where)[1] if column else filters[events.where] for events in atoms]
        rows = [
            (self.events[events], events.name, after, until, ask)
            for events, (after, until), ask in zip(atoms, spans, asks, strict=True)
        ]
        return sql(
            f"SELECT a.atom, e.person{measured} FROM events AS e JOIN ",
            rows_of(rows, "a(atom, name, after, until, asks)"),
            " ON e.name = a.name AND e.at > a.after AND e.at <= a.until AND ",
            sql(f"{column} = a.asks") if column else _by_number(filters),
            " WHERE e.at > ",
            bound(min(after for after, _ in spans)),
            " AND e.at <= ",
            bound(max(until for _, until in spans)),
            " GROUP BY a.atom, e.person",
        )

    def _span(self, events: Events) -> Range:
        """After when, and until when."""
        after, until = span(events, self.at)
        return _LEAST if after is None else after, until


def _named_value(where: BoundFilter | None) -> tuple[str, int | str]:
    """The column of an event for which a filter names the one value that passes, and that value; else no column."""
    if isinstance(where, BoundProperty) and where.check.op is Op.EQ:
        return held_in("e", where.path, where.storage), where.check.values[0]
    return "", ""


def _by_number(filters: Mapping[BoundFilter | None, int]) -> Query:
    """That the event `e` passes the filter whose number the atom `a` asks for."""
    cases = [sql(f" WHEN {n} THEN ", of_filter(where)) for where, n in filters.items() if where is not None]
    return sql("CASE a.asks", *cases, " ELSE TRUE END") if cases else sql("TRUE")


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
