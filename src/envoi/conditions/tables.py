"""The judge of everyone: a condition as one SQL query over history, as it was at any moment.

Each leaf is a set of people, found by one scan; the condition is then set algebra over people. A leaf that holds for a
person without any event (`did not`, `count < 3`) is asked the other way round and its set is taken away. The text is
the portable subset of envoi/tables.py: the same on every engine, and no value is part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.clock import Instant
from envoi.conditions.bound import Age, EventLeaf, Named, PointsLeaf, Storage, TraitLeaf
from envoi.conditions.tree import All, AnyOf, Function, Not, Op
from envoi.tables import Query, column, quoted

if TYPE_CHECKING:
    from envoi.conditions.bound import Bound, BoundFilter, BoundLeaf, Check, Events


def as_query(condition: Bound, at: Instant, *, select: str = "id", tail: str = "ORDER BY id") -> Query:
    """The people for whom the condition held at `at`, among those seen by then; `select` names columns of `people`."""
    writer = _Writer(at)
    algebra = writer.algebra(condition)
    leaves = f"WITH {', '.join(writer.leaves)} " if writer.leaves else ""
    sql = f"{leaves}SELECT {select} FROM people WHERE first_at <= ? AND {algebra} {tail}"
    return Query(sql.rstrip(), (*writer.values, at))


def sizes_query(conditions: dict[str, Bound], at: Instant) -> Query:
    """How many people each condition held for at `at`: one row with a column a condition, named as in `conditions`."""
    writer = _Writer(at)
    counts = [f"COALESCE(SUM(CASE WHEN {writer.algebra(bound)} THEN 1 ELSE 0 END), 0)" for bound in conditions.values()]
    leaves = f"WITH {', '.join(writer.leaves)} " if writer.leaves else ""
    return Query(f"{leaves}SELECT {', '.join(counts)} FROM people WHERE first_at <= ?", (*writer.values, at))


def item_filter(where: BoundFilter) -> Query:
    """A condition over line items `i` alone, to go after WHERE."""
    writer = _Writer(Instant(0))
    sql = writer.filter(where)
    return Query(sql, tuple(writer.values))


@dataclass(slots=True)
class _Writer:
    """The leaves met so far, each once, with the values bound in them, in order."""

    at: Instant
    leaves: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)
    names: dict[tuple[BoundLeaf, bool], str] = field(default_factory=dict)

    def algebra(self, condition: Bound) -> str:
        if isinstance(condition, All):
            return "(" + " AND ".join(self.algebra(part) for part in condition.parts) + ")"
        if isinstance(condition, AnyOf):
            return "(" + " OR ".join(self.algebra(part) for part in condition.parts) + ")"
        if isinstance(condition, Not):
            return f"NOT {self.algebra(condition.part)}"
        if isinstance(condition, Named):
            return self.algebra(condition.part)
        without = condition.check.passes(_over_nothing(condition))
        return f"{'NOT ' if without else ''}number IN (SELECT person FROM {self._leaf(condition, opposite=without)})"

    def _leaf(self, leaf: BoundLeaf, *, opposite: bool) -> str:
        if (leaf, opposite) not in self.names:
            if isinstance(leaf, TraitLeaf):
                scan, check = self._trait(leaf)
            elif isinstance(leaf, PointsLeaf):
                scan, check = self._points(leaf)
            else:
                scan, check = self._measured(leaf)
            name = self.names[leaf, opposite] = f"leaf{len(self.names)}"
            self.leaves.append(f"{name} AS ({scan} {f'NOT ({check})' if opposite else check})")
        return self.names[leaf, opposite]

    # -- leaves; a function that binds values does so in the order in which its text has them

    def _trait(self, leaf: TraitLeaf) -> tuple[str, str]:
        self.values += [leaf.key, self.at]
        newest = "ROW_NUMBER() OVER (PARTITION BY t.person ORDER BY t.at DESC, t.seq DESC) AS newest"
        held = f'SELECT t.person, t."{_kind(leaf.storage)}" AS held, {newest}'
        latest = f'{held} FROM traits AS t WHERE t."key" = ? AND t.at <= ?'
        return f"SELECT person FROM ({latest}) AS latest WHERE newest = 1 AND", self._check("held", leaf.check)

    def _points(self, leaf: PointsLeaf) -> tuple[str, str]:
        scans = []
        for points, events in leaf.parts:
            self.values.append(points)
            scans.append(f"SELECT e.person AS person, ? AS given FROM {self._scope(events)}")
        given = " UNION ALL ".join(scans)
        return f"SELECT person FROM ({given}) AS given GROUP BY person HAVING", self._check("SUM(given)", leaf.check)

    def _measured(self, leaf: EventLeaf) -> tuple[str, str]:
        scope = self._scope(leaf.events, each_item=leaf.measure.of_item)
        measured = _column(leaf.measure.path, leaf.measure.storage, of_item=leaf.measure.of_item)
        return f"SELECT e.person AS person FROM {scope} GROUP BY e.person HAVING", self._having(leaf, measured)

    def _having(self, leaf: EventLeaf, measured: str) -> str:
        match leaf.measure.function:
            case Function.COUNT:
                return self._check("COUNT(*)", leaf.check)
            case Function.SUM:
                return self._check(f"COALESCE(SUM({measured}), 0)", leaf.check)
            case Function.DISTINCT:
                return self._check(f"COUNT(DISTINCT {measured})", leaf.check)
            case Function.AVERAGE:
                # Sums of whole numbers instead of a quotient: no engine rounds it. Of 38 digits, lest it overflow.
                mark = f"CAST(? AS DECIMAL(38, 0)) * COUNT({measured})"
                return self._check(f"SUM({measured})", leaf.check, mark=mark)
            case Function.MIN | Function.MAX:
                return self._check(f"{leaf.measure.function.upper()}({measured})", leaf.check)
            case Age.OF_LAST | Age.OF_FIRST:
                edge = "MAX" if leaf.measure.function is Age.OF_LAST else "MIN"
                self.values.append(self.at)
                return self._check(f"? - {edge}(e.at)", leaf.check)

    def _scope(self, events: Events, *, each_item: bool = False) -> str:
        """FROM and WHERE for the events; `e` is the event, and `i` each line item that passes, if asked for."""
        parts = self._window(events, "e")
        if each_item:
            self.values.append(events.items)
            parts.append("i.list = ?")
        if events.items and not each_item:
            parts.append(self._some_item(events))
        elif events.where is not None:
            parts.append(self.filter(events.where))
        join = " JOIN items AS i ON i.seq = e.seq" if each_item else ""
        return f"events AS e{join} WHERE {' AND '.join(parts)}"

    def _some_item(self, events: Events) -> str:
        self.values.append(events.items)
        parts = ["i.seq = e.seq", "i.list = ?", *self._window(events, "i")]
        if events.where is not None:
            parts.append(self.filter(events.where))
        return f"EXISTS (SELECT 1 FROM items AS i WHERE {' AND '.join(parts)})"

    def _window(self, events: Events, row: str) -> list[str]:
        far = None if events.far is None else self.at - events.far
        bounds = {
            "name =": events.name,
            "at <=": self.at - events.near,
            "at >": far,
            "at >=": events.since,
            "at <": events.until,
        }
        asked = {column: bound for column, bound in bounds.items() if bound is not None}
        self.values += asked.values()
        return [f"{row}.{column} ?" for column in asked]

    def filter(self, part: BoundFilter) -> str:
        if isinstance(part, All):
            return "(" + " AND ".join(self.filter(one) for one in part.parts) + ")"
        if isinstance(part, AnyOf):
            return "(" + " OR ".join(self.filter(one) for one in part.parts) + ")"
        if isinstance(part, Not):
            # A comparison with a missing value is NULL in SQL, and so is NOT NULL; for us it is false, so NOT is true.
            return f"NOT COALESCE({self.filter(part.part)}, FALSE)"
        return self._check(_column(part.path, part.storage, of_item=part.of_item), part.check)

    def _check(self, value: str, check: Check, *, mark: str = "?") -> str:
        self.values += _operands(check)
        marks = (" AND " if check.op is Op.BETWEEN else ", ").join(mark for _ in check.values)
        return _OPERATORS[check.op].format(value=value, marks=marks)


_OPERATORS = {
    **{op: f"{{value}} {op} {{marks}}" for op in (Op.EQ, Op.LT, Op.LE, Op.GT, Op.GE)},
    Op.NE: "{value} <> {marks}",
    Op.BETWEEN: "{value} BETWEEN {marks}",
    Op.IN: "{value} IN ({marks})",
    Op.NOT_IN: "{value} NOT IN ({marks})",
    Op.CONTAINS: "POSITION(? IN {value}) > 0",
    Op.STARTS: "LEFT({value}, ?) = ?",
    Op.ENDS: "RIGHT({value}, ?) = ?",
    Op.MISSING: "{value} IS NULL",
    Op.PRESENT: "{value} IS NOT NULL",
}


def _operands(check: Check) -> list[object]:
    if check.op in (Op.STARTS, Op.ENDS):
        return [len(str(check.values[0])), check.values[0]]
    return list(check.values)


def _over_nothing(leaf: BoundLeaf) -> int | None:
    """The leaf's value for a person with no event in scope."""
    counted = isinstance(leaf, EventLeaf) and leaf.measure.function in (Function.COUNT, Function.SUM, Function.DISTINCT)
    return 0 if counted or isinstance(leaf, PointsLeaf) else None


def _column(path: str, storage: Storage, *, of_item: bool) -> str:
    return f"{'i' if of_item else 'e'}.{quoted(column(_kind(storage), path))}"


def _kind(storage: Storage) -> str:
    """The kind of column that holds it."""
    return Storage.NUM if storage is Storage.TIME else storage
