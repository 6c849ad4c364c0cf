"""How fields of people are filled, by all sources and by each: a few passes over history, however many people."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envoi.clock import Instant
from envoi.people.quality.drift import Drift, of_numbers, of_values
from envoi.people.quality.onset import FilledDay
from envoi.reports.quality.measured import HELD, MOST_CATEGORIES, Measured, held, traits
from envoi.reports.quality.windows import HOUR
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from envoi.events.catalogue import Catalogue, Kind
    from envoi.reports.quality.windows import Windows
    from envoi.tables import Tables

    Row = dict[str, Any]

#: The values that hold: the latest of each person and field.
LATEST = (
    'SELECT person, "key", "at", num, bool, text FROM (SELECT person, "key", "at", num, bool, text,'
    ' ROW_NUMBER() OVER (PARTITION BY person, "key" ORDER BY "at" DESC, seq DESC) AS place'
    ' FROM traits WHERE "at" <= ?) AS every WHERE place = 1'
)
#: How often something was said before the present window, and in it; its beginning is bound twice.
SIDES = 'SUM(CASE WHEN "at" <= ? THEN 1 ELSE 0 END) AS "before", SUM(CASE WHEN "at" > ? THEN 1 ELSE 0 END) AS "now"'
HOUR_OF = f"CAST(FLOOR({{}} / {HOUR}) AS BIGINT)"


def measure_traits(tables: Tables, catalogue: Catalogue, windows: Windows) -> list[Measured]:
    """Each field of people as a whole; and by source, where several told it."""
    return _Traits(tables, catalogue, windows).measured()


@dataclass(slots=True)
class _Field:
    """What is counted of a field of people."""

    #: By the kind of column.
    counts: Counter[str] = field(default_factory=Counter)
    #: The same of those who were first seen on a day of the windows, by that day.
    days: dict[date, Counter[str]] = field(default_factory=dict)
    distinct: int = 0
    newest: Instant | None = None

    def add(self, row: Row, windows: Windows) -> None:
        """Counts those who came in an hour, or before the windows."""
        told = Counter({each: int(row[each]) for each in HELD})
        self.counts += told
        self.newest = Instant(max(self.newest or 0, row["newest"]))
        if row["hour"] is not None:
            self.days.setdefault(windows.day(int(row["hour"])), Counter()).update(told)

    def filled_days(self, came: Mapping[date, int], kind: str) -> list[FilledDay]:
        """By the day on which people came, how many of them have the field; nothing of one day alone."""
        none: Counter[str] = Counter()
        found = [FilledDay(day=day, total=n, filled=self.days.get(day, none)[kind]) for day, n in sorted(came.items())]
        return found if self.counts and len(found) > 1 else []


@dataclass(frozen=True, slots=True)
class _Traits:
    tables: Tables
    catalogue: Catalogue
    windows: Windows

    def measured(self) -> list[Measured]:
        kinds = traits(self.catalogue)
        found = []
        people = self._one("SELECT COUNT(*) AS n FROM people WHERE first_at <= ?", self.windows.at)["n"]
        latest, came = self._latest(), self._came()
        shifts = self._drifts(kinds, latest)
        for name, kind in kinds.items():
            each = latest.get(name, _Field())
            found.append(
                Measured(
                    event="",
                    path=name,
                    kind=kind,
                    source="",
                    total=people,
                    filled=each.counts.get(held(kind), 0),
                    misfits=_misfits(each.counts, kind),
                    distinct=each.distinct,
                    newest=each.newest,
                    drift=shifts.get((name, "")),
                    days=each.filled_days(came, held(kind)),
                )
            )
        return [*found, *self._by_source(kinds, shifts)]

    def _latest(self) -> dict[str, _Field]:
        """By field: how many hold a value of each kind, and how many of those who came in each hour of the windows."""
        hour = f"CASE WHEN p.first_at > ? THEN {HOUR_OF.format('p.first_at')} END"
        sql = (
            f'SELECT l."key" AS "key", {hour} AS hour, {", ".join(f"COUNT(l.{each}) AS {each}" for each in HELD)},'
            f' MAX(l."at") AS newest FROM ({LATEST}) AS l JOIN people AS p ON p.number = l.person'
            ' GROUP BY l."key", hour'
        )
        found: dict[str, _Field] = defaultdict(_Field)
        for row in self._rows(sql, self.windows.reference, self.windows.at):
            found[row["key"]].add(row, self.windows)
        many = (
            'SELECT "key", COUNT(DISTINCT text) + COUNT(DISTINCT num) AS n FROM traits WHERE "at" <= ? GROUP BY "key"'
        )
        for row in self._rows(many, self.windows.at):
            found[row["key"]].distinct = row["n"]
        return found

    def _came(self) -> dict[date, int]:
        """How many people were first seen on each day of the windows."""
        hour = HOUR_OF.format("first_at")
        sql = f"SELECT {hour} AS hour, COUNT(*) AS n FROM people WHERE first_at > ? AND first_at <= ? GROUP BY hour"
        found: dict[date, int] = defaultdict(int)
        for row in self._rows(sql, self.windows.reference, self.windows.at):
            found[self.windows.day(int(row["hour"]))] += int(row["n"])
        return dict(found)

    def _by_source(self, kinds: Mapping[str, Kind], shifts: Mapping[tuple[str, str], Drift]) -> list[Measured]:
        """Of the people a source told anything of: to how many it told the field."""
        people = {
            row["source"]: row["n"]
            for row in self._rows(
                'SELECT source, COUNT(DISTINCT person) AS n FROM traits WHERE "at" <= ? AND source IS NOT NULL'
                " GROUP BY source",
                self.windows.at,
            )
        }
        if len(people) < 2:  # noqa: PLR2004 - what one source tells is the whole
            return []
        told = ", ".join(f"COUNT(DISTINCT CASE WHEN {each} IS NOT NULL THEN person END) AS {each}" for each in HELD)
        sql = (
            f'SELECT "key", source, {told}, MAX("at") AS newest FROM traits WHERE "at" <= ? AND source IS NOT NULL'
            ' GROUP BY "key", source ORDER BY "key", source'
        )
        return [
            Measured(
                event="",
                path=row["key"],
                kind=kinds[row["key"]],
                source=row["source"],
                total=people[row["source"]],
                filled=row[held(kinds[row["key"]])],
                misfits=_misfits(row, kinds[row["key"]]),
                newest=Instant(row["newest"]),
                drift=shifts.get((row["key"], row["source"])),
            )
            for row in self._rows(sql, self.windows.at)
            if row["key"] in kinds
        ]

    def _drifts(self, kinds: Mapping[str, Kind], latest: Mapping[str, _Field]) -> dict[tuple[str, str], Drift]:
        """By field and source, and by field with an empty source: the values told now against those told before."""
        numbers = [name for name, kind in kinds.items() if held(kind) == "num"]
        few = [
            name
            for name, kind in kinds.items()
            if held(kind) != "num" and name in latest and 0 < latest[name].distinct <= MOST_CATEGORIES
        ]
        yes_no = [name for name, kind in kinds.items() if held(kind) == "bool"]
        return self._categories([*few, *yes_no]) | self._distances(numbers)

    def _categories(self, names: list[str]) -> dict[tuple[str, str], Drift]:
        if not names:
            return {}
        value = "COALESCE(text, CASE WHEN bool = 1 THEN 'true' WHEN bool = 0 THEN 'false' END)"
        sql = (
            f'SELECT "key", COALESCE(source, \'\') AS source, {value} AS "value", {SIDES}'
            f' FROM traits WHERE "at" > ? AND "at" <= ? AND "key" IN ({_marks(names)}) AND {value} IS NOT NULL'
            ' GROUP BY "key", source, "value"'
        )
        begins, at, reference = self.windows.begins, self.windows.at, self.windows.reference
        said: dict[tuple[str, str], tuple[dict[str, int], dict[str, int]]] = defaultdict(lambda: ({}, {}))
        for row in self._rows(sql, begins, begins, reference, at, *names):
            for source in {row["source"], ""}:
                for side, count in zip(said[row["key"], source], (row["before"], row["now"]), strict=True):
                    side[row["value"]] = side.get(row["value"], 0) + int(count)
        return {place: of_values(before, now) for place, (before, now) in said.items()}

    def _distances(self, names: list[str]) -> dict[tuple[str, str], Drift]:
        found = {}
        for source in ("''", "COALESCE(source, '')") if names else ():
            said = (
                f'SELECT "key", {source} AS source, num, {SIDES} FROM traits WHERE "at" > ? AND "at" <= ?'
                f' AND "key" IN ({_marks(names)}) AND num IS NOT NULL GROUP BY "key", {source}, num'
            )
            values = (self.windows.begins, self.windows.begins, self.windows.reference, self.windows.at, *names)
            for row in self.tables.query(Query(distance_sql(said, '"key", source'), values)).to_pylist():
                drift = of_numbers(row["distance"], before=int(row["before"]), now=int(row["now"]))
                found[row["key"], row["source"]] = drift
        return found

    def _rows(self, sql: str, *values: object) -> list[Row]:
        found: list[Row] = self.tables.query(Query(sql, values)).to_pylist()
        return found

    def _one(self, sql: str, *values: object) -> Row:
        return self._rows(sql, *values)[0]


def distance_sql(said: str, by: str) -> str:
    """SQL for the greatest distance of two distribution functions, of the numbers `num` that `said` counts.

    By each of the columns `by`: both run up along the sorted numbers, and are compared at each.
    """
    return (
        f'SELECT {by}, MAX(ABS(CAST(b AS DOUBLE) / "before" - CAST(n AS DOUBLE) / "now")) AS distance,'
        ' MAX("before") AS "before", MAX("now") AS "now" FROM ('
        f'SELECT {by}, SUM("before") OVER (PARTITION BY {by} ORDER BY num) AS b,'
        f' SUM("now") OVER (PARTITION BY {by} ORDER BY num) AS n,'
        f' SUM("before") OVER (PARTITION BY {by}) AS "before", SUM("now") OVER (PARTITION BY {by}) AS "now"'
        f' FROM ({said}) AS said) AS run WHERE "before" > 0 AND "now" > 0 GROUP BY {by}'
    )


def _misfits(row: Mapping[str, int], kind: Kind) -> int:
    return sum(row.get(each, 0) for each in HELD if each != held(kind))


def _marks(names: list[str]) -> str:
    return ", ".join("?" * len(names))
