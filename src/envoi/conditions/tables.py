"""The judge of everyone: a condition as one SQL query over history, as it was at any moment.

Each leaf is a set of people, found by one scan; the condition is then set algebra over people. A leaf that holds for a
person without any event (`did not`, `count < 3`) is asked the other way round and its set is taken away. The text is
the portable subset of envoi/tables.py: the same on every engine, and no value is part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from envoi.conditions.bound import EventLeaf, Named
from envoi.conditions.facts import Facts
from envoi.conditions.rows import holds_at
from envoi.conditions.tables_atoms import Atoms, fits
from envoi.conditions.tables_leaves import scan, scan_of_all
from envoi.conditions.tables_scope import of_filter
from envoi.conditions.tables_sql import bound, joined, sql
from envoi.conditions.tree import All, AnyOf, Not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from envoi.clock import Instant
    from envoi.conditions.bound import Bound, BoundFilter, Events
    from envoi.tables import Query


def as_query(condition: Bound, at: Instant, *, select: str = "id", tail: str = "ORDER BY id") -> Query:
    """The people for whom the condition held at `at`, among those seen by then; `select` names columns of `people`."""
    algebra = Algebra(at)
    holds = algebra.of(condition)
    if algebra.holds_for_nobody(condition):
        # Else all that it holds for did something: so many are few, and engines join them better without this.
        holds = sql("first_at <= ", bound(at), " AND ", holds)
    people = sql(f"SELECT {select} FROM people WHERE ", holds, f" {tail}" if tail else "")
    return sql(algebra.sets(), people)


def sizes_query(conditions: Iterable[Bound], at: Instant) -> Query:
    """How many people each condition held for at `at`: one row with a column a condition, in their order."""
    return _in_one_pass(conditions, at, lambda holds: sql("COALESCE(SUM(CASE WHEN ", holds, " THEN 1 ELSE 0 END), 0)"))


def members_query(conditions: Iterable[Bound], at: Instant) -> Query:
    """Everyone seen by `at`: a column `id`, and one a condition, in their order, that says whether it held."""
    return _in_one_pass(conditions, at, lambda holds: sql("(", holds, ")"), before="id")


def _in_one_pass(
    conditions: Iterable[Bound], at: Instant, column: Callable[[Query], Query], *, before: str = ""
) -> Query:
    """A column a condition, over people as they were at `at`; what they counted stands in `judged`."""
    algebra = Algebra(at, atoms=Atoms(at))
    columns = [*([sql(before)] if before else []), *(column(algebra.of(each)) for each in conditions)]
    return sql(algebra.sets(), "SELECT ", joined(", ", columns), " FROM judged WHERE first_at <= ", bound(at))


def item_filter(where: BoundFilter) -> Query:
    """A condition over line items `i` alone, to go after WHERE."""
    return of_filter(where)


@dataclass(slots=True)
class Algebra:
    """Conditions as tests of a row of `people`, and the sets that these speak of, each once."""

    at: Instant
    #: What is judged in one pass; then a row is one of `judged`, which is `people` with the bits of their atoms.
    atoms: Atoms | None = None
    #: By what they are sets of: their names and texts.
    found: dict[object, tuple[str, Query]] = field(default_factory=dict)
    #: The named parts, by the object each is, in the order in which they can be worked out.
    parts: dict[int, tuple[str, Query]] = field(default_factory=dict)

    def holds_for_nobody(self, condition: Bound) -> bool:
        """Whether it holds for a person of whom nothing is known."""
        return holds_at(condition, Facts(now=self.at, events={}, traits={}), self.at)

    def of(self, condition: Bound) -> Query:
        """Whether it holds."""
        if isinstance(condition, All | AnyOf):
            return self._several(condition)
        if isinstance(condition, Not):
            return sql("NOT ", self.of(condition.part))
        if isinstance(condition, Named):
            return sql(f"number IN (SELECT number FROM {self._part(condition.part)})")
        if self.atoms is not None and fits(condition):
            return self.atoms.test(condition)
        without = self.holds_for_nobody(condition)
        name = self._set((condition, without), scan(condition, self.at, opposite=without))
        return sql(f"{'NOT ' if without else ''}number IN (SELECT person FROM {name})")

    def _several(self, condition: All[Bound] | AnyOf[Bound]) -> Query:
        if not condition.parts:
            return sql("(1 = 1)" if isinstance(condition, All) else "(1 = 0)")
        if isinstance(condition, All):
            return sql("(", joined(" AND ", self._all(condition.parts)), ")")
        return sql("(", joined(" OR ", map(self.of, condition.parts)), ")")

    def _all(self, parts: Sequence[Bound]) -> Iterator[Query]:
        """Every part; what needs some event and looks at the same ones is found together."""
        together: dict[tuple[Events, bool], list[EventLeaf]] = {}
        for part in parts:
            if self.atoms is None and isinstance(part, EventLeaf) and not self.holds_for_nobody(part):
                together.setdefault((part.events, part.measure.of_item), []).append(part)
            else:
                yield self.of(part)
        for leaves in together.values():
            yield sql(f"number IN (SELECT person FROM {self._set(tuple(leaves), scan_of_all(leaves, self.at))})")

    def _part(self, part: Bound) -> str:
        """A named part is worked out once, however many are built on it."""
        if id(part) not in self.parts:
            people = sql(f"SELECT number FROM {'people' if self.atoms is None else 'judged'} WHERE ", self.of(part))
            self.parts[id(part)] = f"part{len(self.parts)}", people
        return self.parts[id(part)][0]

    def _set(self, what: object, scan: Query) -> str:
        """The name of a set of people."""
        return self.found.setdefault(what, (f"leaf{len(self.found)}", scan))[0]

    def sets(self) -> Query:
        """What goes before SELECT."""
        tables = [*self._judged(), *self.found.values(), *self.parts.values()]
        named = [sql(f"{name} AS (", text, ")") for name, text in tables]
        return sql("WITH ", joined(", ", named), " ") if named else sql()

    def _judged(self) -> list[tuple[str, Query]]:
        if self.atoms is None:
            return []
        if not self.atoms.events:
            return [("judged", sql("SELECT number, id, first_at FROM people"))]
        bits = "".join(f", COALESCE(held{n}, 0) AS held{n}" for n in range(self.atoms.words()))
        judged = sql(f"SELECT number, id, first_at{bits} FROM people LEFT JOIN held ON held.person = people.number")
        return [*self.atoms.tables(), ("judged", judged)]
