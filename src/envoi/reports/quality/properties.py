"""How properties of events, and fields of their line items, are filled, by all sources and by each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from envoi.clock import Instant
from envoi.events.catalogue import Kind
from envoi.events.event import Name
from envoi.people.quality.drift import of_numbers, of_values
from envoi.people.quality.onset import FilledDay
from envoi.reports.quality.measured import MOST_CATEGORIES, Measured, held
from envoi.reports.quality.traits import HOUR_OF, SIDES, distance_sql
from envoi.tables import Query, column, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from envoi.events.catalogue import Catalogue, EventPlan
    from envoi.people.quality.drift import Drift
    from envoi.reports.quality.windows import Windows
    from envoi.tables import Tables

#: What Envoi writes itself.
OWN = frozenset(Name)


def measure_properties(tables: Tables, catalogue: Catalogue, windows: Windows) -> list[Measured]:
    """Each property of the business's own events in both windows; and by source, where several sent such events."""
    found: list[Measured] = []
    for name, plan in sorted(catalogue.events.items()):
        if name not in OWN:
            found += _Rows(tables, windows, name, "", _kinds(plan)).measured()
            for items, prop in plan.properties.items():
                if prop.kind is Kind.ITEMS and prop.fields:
                    kinds = {path: field.kind for path, field in prop.fields.items() if field.kind is not Kind.ITEMS}
                    found += _Rows(tables, windows, name, items, kinds).measured()
    return found


def _kinds(plan: EventPlan) -> dict[str, Kind]:
    return {path: prop.kind for path, prop in plan.properties.items() if prop.kind is not Kind.ITEMS}


@dataclass(frozen=True, slots=True)
class _Rows:
    """The events of a name, or the items in one of their lists."""

    tables: Tables
    windows: Windows
    name: str
    items: str
    kinds: Mapping[str, Kind]

    def measured(self) -> list[Measured]:
        if not self.kinds:
            return []
        counted = self._counted()
        whole = _summed(counted)
        days, shifts = self._days(), self._drifts()
        found = []
        sources = ["", *counted] if len(counted) > 1 else [""]
        for n, (path, kind) in enumerate(self.kinds.items()):
            for source in sources:
                row = counted[source] if source else whole
                found.append(
                    Measured(
                        event=self.name,
                        path=f"{self.items}.{path}" if self.items else path,
                        kind=kind,
                        source=source,
                        total=row.get("total", 0),
                        filled=row.get(f"filled{n}", 0),
                        newest=Instant(row[f"newest{n}"]) if row.get(f"newest{n}") else None,
                        drift=shifts.get((path, source)),
                        days=() if source else days[path],
                    )
                )
        return found

    def _counted(self) -> dict[str, dict[str, Any]]:
        """By source."""
        each = ", ".join(
            f'COUNT({held_in}) AS filled{n}, MAX(CASE WHEN {held_in} IS NOT NULL THEN "at" END) AS newest{n}'
            for n, held_in in enumerate(self._columns())
        )
        rows = self._ask(
            f"COALESCE(source, '') AS source, COUNT(*) AS total, {each}", "GROUP BY source ORDER BY source"
        )
        return {row.pop("source"): row for row in rows}

    def _days(self) -> dict[str, list[FilledDay]]:
        each = ", ".join(f"COUNT({held_in}) AS filled{n}" for n, held_in in enumerate(self._columns()))
        hour = HOUR_OF.format('"at"')
        sums: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in self._ask(f"{hour} AS hour, COUNT(*) AS total, {each}", "GROUP BY hour"):
            day = self.windows.day(int(row.pop("hour")))
            for key, value in row.items():
                sums[day][key] += int(value)
        return {
            path: [FilledDay(day=day, total=sums[day]["total"], filled=sums[day][f"filled{n}"]) for day in sorted(sums)]
            for n, path in enumerate(self.kinds)
        }

    def _drifts(self) -> dict[tuple[str, str], Drift]:
        found: dict[tuple[str, str], Drift] = {}
        for path, held_in, kind in zip(self.kinds, self._columns(), self.kinds.values(), strict=True):
            drifts = self._distances(held_in) if held(kind) == "num" else self._shares(held_in)
            found |= {(path, source): drift for source, drift in drifts}
        return found

    def _distances(self, held_in: str) -> Iterator[tuple[str, Drift]]:
        for source in ("''", "COALESCE(source, '')"):
            said = f"SELECT {source} AS source, {held_in} AS num, {SIDES} FROM {self._from()} AND {held_in} IS NOT NULL"
            sql = distance_sql(f"{said} GROUP BY {source}, {held_in}", "source")
            for row in self.tables.query(Query(sql, (*self._sides(), *self._bound()))).to_pylist():
                yield row["source"], of_numbers(row["distance"], before=int(row["before"]), now=int(row["now"]))

    def _shares(self, held_in: str) -> Iterator[tuple[str, Drift]]:
        """Nothing for a property with too many values, such as an id."""
        many = self._ask(f"COUNT(DISTINCT {held_in}) AS n", "")[0]["n"]
        if not 0 < many <= MOST_CATEGORIES:
            return
        said: dict[str, tuple[dict[str, int], dict[str, int]]] = defaultdict(lambda: ({}, {}))
        sql = (
            f"SELECT COALESCE(source, '') AS source, {held_in} AS \"value\", {SIDES} FROM {self._from()}"
            f' AND {held_in} IS NOT NULL GROUP BY source, "value"'
        )
        for row in self.tables.query(Query(sql, (*self._sides(), *self._bound()))).to_pylist():
            for source in {row["source"], ""}:
                for side, count in zip(said[source], (row["before"], row["now"]), strict=True):
                    value = str(row["value"])
                    side[value] = side.get(value, 0) + int(count)
        for source, (before, now) in said.items():
            yield source, of_values(before, now)

    def _columns(self) -> list[str]:
        return [quoted(column(held(kind), path)) for path, kind in self.kinds.items()]

    def _from(self) -> str:
        table = "items WHERE name = ? AND list = ?" if self.items else "events WHERE name = ?"
        return f'{table} AND "at" > ? AND "at" <= ?'

    def _bound(self) -> tuple[object, ...]:
        names = (self.name, self.items) if self.items else (self.name,)
        return (*names, self.windows.reference, self.windows.at)

    def _sides(self) -> tuple[object, ...]:
        return self.windows.begins, self.windows.begins

    def _ask(self, what: str, tail: str) -> list[dict[str, Any]]:
        query = Query(f"SELECT {what} FROM {self._from()} {tail}", self._bound())
        found: list[dict[str, Any]] = self.tables.query(query).to_pylist()
        return found


def _summed(counted: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """All sources as one: counts add up, and the newest is the newest."""
    whole: dict[str, int] = {}
    for row in counted.values():
        for key, value in row.items():
            if key.startswith("newest"):
                whole[key] = max(whole.get(key) or 0, value or 0)
            else:
                whole[key] = whole.get(key, 0) + int(value)
    return whole
