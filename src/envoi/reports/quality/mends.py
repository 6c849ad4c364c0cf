"""Cells of people's profiles that are probably wrong, by what other people's say: proposals, and no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from envoi.people.quality.repair import repairs
from envoi.reports.quality.measured import MOST_CATEGORIES
from envoi.reports.quality.traits import LATEST
from envoi.reports.sample import sampled
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envoi.clock import Instant
    from envoi.people.quality.repair import Dependency, Repair
    from envoi.tables import Tables

#: Rows looked at: what a person will go through, and what is looked through in seconds.
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """A cell, whose it is, and what it should probably be."""

    person: str
    repair: Repair


def mends(
    tables: Tables, known: Sequence[Dependency], texts: Mapping[str, int], *, at: Instant, people: int
) -> tuple[list[Mend], int]:
    """What should probably be mended among so many people, and how many were looked at; none may be.

    `texts` are the text fields with their numbers of different values: what has few is looked through for slips of
    spelling, and so is what the project says is decided by others.
    """
    stated = {name for each in known for name in (*each.by, each.column)}
    names = sorted(name for name, distinct in texts.items() if name in stated or 1 < distinct <= MOST_CATEGORIES)
    if not names:
        return [], 0
    rows = _rows(tables, names, at=at, share=min(1.0, MOST_ROWS / max(people, 1)))
    table = [{name: row.get(name, "") for name in names} for row in rows.values()]
    ids = list(rows)
    found = [each for each in repairs(table, known) if each.before]
    return [Mend(person=ids[each.row], repair=each) for each in found], len(table)


def _rows(tables: Tables, names: Sequence[str], *, at: Instant, share: float) -> dict[str, dict[str, str]]:
    """By person: the texts of these fields."""
    marks = ", ".join("?" * len(names))
    latest = LATEST.replace('WHERE "at" <= ?', f'WHERE "at" <= ? AND "key" IN ({marks})')
    sql = (
        f'SELECT p.id AS id, l."key" AS "key", l.text AS text FROM ({latest}) AS l'
        " JOIN people AS p ON p.number = l.person WHERE l.text IS NOT NULL ORDER BY p.id"
    )
    found: dict[str, dict[str, str]] = {}
    for row in tables.query(sampled(Query(sql, (at, *names)), share)).to_pylist():
        found.setdefault(row["id"], {})[row["key"]] = row["text"]
    return found
