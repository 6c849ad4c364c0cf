"""The judge of everyone: a condition as one SQL query over history, as it was at any moment.

Each leaf is a set of people, found by one scan; the condition is then set algebra over people. A leaf that holds for a
person without any event (`did not`, `count < 3`) is asked the other way round and its set is taken away. The text is
the portable subset of envoi/tables.py: the same on every engine, and no value is part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.conditions.bound import Named
from envoi.conditions.scans import over_nothing, scan
from envoi.conditions.scope_sql import of_filter
from envoi.conditions.sql import bound, joined, sql
from envoi.conditions.tree import All, AnyOf, Not

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant
    from envoi.conditions.bound import Bound, BoundFilter, BoundLeaf
    from envoi.tables import Query


def as_query(condition: Bound, at: Instant, *, select: str = "id", tail: str = "ORDER BY id") -> Query:
    """The people for whom the condition held at `at`, among those seen by then; `select` names columns of `people`."""
    algebra = Algebra(at)
    holds = algebra.of(condition)
    people = sql(
        f"SELECT {select} FROM people WHERE first_at <= ", bound(at), " AND ", holds, f" {tail}" if tail else ""
    )
    return sql(algebra.sets(), people)


def sizes_query(conditions: Mapping[str, Bound], at: Instant) -> Query:
    """How many people each condition held for at `at`: one row with a column a condition, named as in `conditions`."""
    algebra = Algebra(at)
    counts = [
        sql("COALESCE(SUM(CASE WHEN ", algebra.of(each), " THEN 1 ELSE 0 END), 0)") for each in conditions.values()
    ]
    people = sql("SELECT ", joined(", ", counts), " FROM people WHERE first_at <= ", bound(at))
    return sql(algebra.sets(), people)


def item_filter(where: BoundFilter) -> Query:
    """A condition over line items `i` alone, to go after WHERE."""
    return of_filter(where)


@dataclass(slots=True)
class Algebra:
    """Conditions as tests of a row of `people`, and the sets that these speak of, each once."""

    at: Instant
    #: By what they are sets of: their names and texts.
    leaves: dict[tuple[BoundLeaf, bool], tuple[str, Query]] = field(default_factory=dict)
    #: The named parts, by the object each is, in the order in which they can be worked out.
    parts: dict[int, tuple[str, Query]] = field(default_factory=dict)

    def of(self, condition: Bound) -> Query:
        """Whether it holds."""
        if isinstance(condition, All):
            return sql("(", joined(" AND ", map(self.of, condition.parts)), ")")
        if isinstance(condition, AnyOf):
            return sql("(", joined(" OR ", map(self.of, condition.parts)), ")")
        if isinstance(condition, Not):
            return sql("NOT ", self.of(condition.part))
        if isinstance(condition, Named):
            return sql(f"number IN (SELECT number FROM {self._part(condition.part)})")
        without = condition.check.passes(over_nothing(condition))
        return sql(f"{'NOT ' if without else ''}number IN (SELECT person FROM {self._leaf(condition, without)})")

    def _part(self, part: Bound) -> str:
        """A named part is worked out once, however many are built on it."""
        if id(part) not in self.parts:
            people = sql("SELECT number FROM people WHERE ", self.of(part))
            self.parts[id(part)] = f"part{len(self.parts)}", people
        return self.parts[id(part)][0]

    def _leaf(self, leaf: BoundLeaf, opposite: bool) -> str:  # noqa: FBT001
        if (leaf, opposite) not in self.leaves:
            self.leaves[leaf, opposite] = f"leaf{len(self.leaves)}", scan(leaf, self.at, opposite=opposite)
        return self.leaves[leaf, opposite][0]

    def sets(self) -> Query:
        """What goes before SELECT."""
        named = [sql(f"{name} AS (", text, ")") for name, text in (*self.leaves.values(), *self.parts.values())]
        return sql("WITH ", joined(", ", named), " ") if named else sql()
