"""Who is in a segment, and how large all segments are, at any moment: questions to history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envoi.conditions.tables import as_query, members_query, sizes_query
from envoi.events.event import PersonId

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant
    from envoi.conditions.bound import Bound
    from envoi.tables import Tables


def members(condition: Bound, tables: Tables, at: Instant) -> list[PersonId]:
    """The people for whom the condition held at `at`, ordered by id; only those seen by then."""
    return [PersonId(person) for person in tables.query(as_query(condition, at)).column("id").to_pylist()]


def members_of_each(conditions: Mapping[str, Bound], tables: Tables, at: Instant) -> dict[str, list[PersonId]]:
    """The people for whom each condition held at `at`, in no order; what conditions share is looked up once for all."""
    if not conditions:
        return {}
    found = tables.query(members_query(conditions.values(), at))
    ids = found.column("id")
    masks = found.columns[1:]
    return {name: ids.filter(mask).to_pylist() for name, mask in zip(conditions, masks, strict=True)}


def count(condition: Bound, tables: Tables, at: Instant) -> int:
    """How many people the condition held for at `at`."""
    query = as_query(condition, at, select="COUNT(*) AS n", tail="")
    return int(tables.query(query).column("n")[0].as_py())


def sizes(conditions: Mapping[str, Bound], tables: Tables, at: Instant) -> dict[str, int]:
    """How many people each condition held for at `at`; what conditions share is looked up once for all."""
    if not conditions:
        return {}
    row = tables.query(sizes_query(conditions.values(), at))
    return {name: int(column[0].as_py()) for name, column in zip(conditions, row.columns, strict=True)}
