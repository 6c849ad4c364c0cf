"""How properties of events and fields of people are filled: the most frequent values, and how many have none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from envoi.conditions.tree import (
    After,
    All,
    AnyOf,
    Compared,
    Did,
    Followed,
    Measured,
    Not,
    Nth,
    Op,
    Property,
    Since,
    Trait,
)
from envoi.events.catalogue import Kind
from envoi.events.number import SCALE
from envoi.reports.sample import sampled
from envoi.tables import Query, column, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from envoi.clock import Instant
    from envoi.conditions.tree import Condition, Deed, Filter, Scope
    from envoi.events.catalogue import Catalogue
    from envoi.tables import Tables

#: Of a field's values, so many are told.
MOST_VALUES = 8
_HELD = {Kind.NUMBER: "num", Kind.TIME: "num", Kind.BOOLEAN: "bool"}
#: Of these there are as many values as people.
_WITHOUT_VALUES = (Kind.TIME, Kind.ITEMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """How a field is filled: of how many events, line items or people so many have it."""

    total: int
    filled: int
    #: The most frequent first, as they are written, and how often each is there.
    values: Sequence[tuple[str, int]]
    #: The share of the people that was looked at.
    share: float

    @property
    def empty(self) -> float:
        """The share of those that lack it.

        >>> Filled(total=8, filled=6, values=(), share=1.0).empty
        0.25
        """
        return 1 - self.filled / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A property of an event, or, where the event is empty, a field of people."""

    event: str
    path: str


def filled(field: Field, catalogue: Catalogue, tables: Tables, at: Instant, *, share: float = 1.0) -> Filled | None:
    """How the field was filled at `at`, among that share of the people; None if the plan does not know it."""
    found = _rows(field, catalogue)
    if found is None:
        return None
    kind, rows, values = found
    held, values = quoted_of(kind), (*values, at)
    counted = Query(f"SELECT COUNT(*) AS total, COUNT({held}) AS filled FROM ({rows}) AS r", values)
    sums = tables.query(sampled(counted, share)).to_pylist()[0]
    total = _people(tables, at, share) if not field.event else int(sums["total"])
    if kind in _WITHOUT_VALUES:
        return Filled(total=total, filled=int(sums["filled"]), values=(), share=share)
    sql = f"SELECT {held} AS held, COUNT(*) AS n FROM ({rows}) AS r WHERE {held} IS NOT NULL GROUP BY held"
    most = tables.query(sampled(Query(f"{sql} ORDER BY n DESC, held LIMIT {MOST_VALUES}", values), share)).to_pylist()
    # Where no value comes twice, as with addresses, none is more frequent than another.
    told = [(_told(row["held"], kind), int(row["n"])) for row in most if int(most[0]["n"]) > 1]
    return Filled(total=total, filled=int(sums["filled"]), values=told, share=share)


def quoted_of(kind: Kind) -> str:
    """The column in which `_rows` gives the values."""
    return _HELD.get(kind, "text")


def _rows(field: Field, catalogue: Catalogue) -> tuple[Kind, str, tuple[object, ...]] | None:
    """The kind of the field, and the rows in which it may stand; the last value to bind is the moment."""
    if not field.event:
        planned = catalogue.traits.get(field.path)
        newest = (
            'SELECT num, bool, text, ROW_NUMBER() OVER (PARTITION BY person ORDER BY "at" DESC, seq DESC) AS place'
            ' FROM traits WHERE "key" = ? AND "at" <= ?'
        )
        latest = f"SELECT num, bool, text FROM ({newest}) AS every WHERE place = 1"
        return (planned.kind, latest, (field.path,)) if planned else None
    plan = catalogue.events.get(field.event)
    planned = plan.find(field.path) if plan else None
    if plan is None or planned is None or planned.kind is Kind.ITEMS:
        return None
    items, path = plan.split(field.path)
    held = quoted_of(planned.kind)
    value = f"{quoted(column(held, path))} AS {held}"
    if items:
        return planned.kind, f'SELECT {value} FROM items WHERE name = ? AND list = ? AND "at" <= ?', (plan.name, items)
    return planned.kind, f'SELECT {value} FROM events WHERE name = ? AND "at" <= ?', (plan.name,)


def _people(tables: Tables, at: Instant, share: float) -> int:
    seen = Query("SELECT COUNT(*) AS n FROM people WHERE first_at <= ?", (at,))
    return int(tables.query(sampled(seen, share)).column("n")[0].as_py())


def _told(held: int | str, kind: Kind) -> str:
    if kind is Kind.NUMBER:
        return f"{(Decimal(held) / SCALE).normalize():f}"
    if kind is Kind.BOOLEAN:
        return "true" if held else "false"
    return str(held)


# -- which fields a condition uses


def used(condition: Condition) -> list[Field]:
    """The fields whose values the condition compares, each once; who asks only whether one is missing expects that."""
    return list(dict.fromkeys(_used(condition)))


def _used(condition: Condition) -> Iterator[Field]:
    if isinstance(condition, All | AnyOf):
        for part in condition.parts:
            yield from _used(part)
    elif isinstance(condition, Not):
        yield from _used(condition.part)
    elif isinstance(condition, Trait) and condition.test.op not in (Op.MISSING, Op.PRESENT):
        yield Field(event="", path=condition.name)
    elif isinstance(condition, Did | Measured | Compared | Since | Followed | Nth):
        yield from _of_deed(condition)


def _of_deed(deed: Deed) -> Iterator[Field]:
    match deed:
        case Compared():
            yield from _of_scope(deed.left.scope, deed.left.path)
            yield from _of_scope(deed.right.scope, deed.right.path)
        case Followed():
            yield from _of_scope(deed.first, deed.same)
            yield from _of_scope(deed.then, deed.same)
        case _:
            yield from _of_scope(deed.scope, deed.path if isinstance(deed, Measured) else "")
    if isinstance(deed, Nth):
        yield from _of_filter(deed.scope.event, deed.had)


def _of_scope(scope: Scope, path: str = "") -> Iterator[Field]:
    if path:
        yield Field(event=scope.event, path=path)
    yield from _of_filter(scope.event, scope.where)
    if isinstance(scope.window, After):
        yield from _of_filter(scope.window.event, scope.window.where)


def _of_filter(event: str, part: Filter | None) -> Iterator[Field]:
    if isinstance(part, Property):
        if part.test.op not in (Op.MISSING, Op.PRESENT):
            yield Field(event=event, path=part.path)
    elif part is not None:
        for one in (part.part,) if isinstance(part, Not) else part.parts:
            yield from _of_filter(event, one)
