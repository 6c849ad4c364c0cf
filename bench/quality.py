"""The report on the data of a million people: how complete, valid and steady every field is, and every day's volumes.

    python bench/quality.py [PEOPLE]

The rival is SQL written by hand on the same DuckDB, a question a field as analysts ask them, for a part of what the
report tells: how many have each field, how many different values it has, when it was told last, who shares one, the
drift of each number, and the events of each day. Both must come to the same numbers.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
from _measure import machine, report, seconds

from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import load
from envoi.clock import Instant, parse_instant
from envoi.reports.quality.report import quality
from envoi.tables import Query

if TYPE_CHECKING:
    from envoi.campaigns.project import Project
    from envoi.reports.quality.answers import QualityReport
    from envoi.tables import Tables

RUNS = 3
NOW = parse_instant("2026-03-31T12:00:00Z")
DAY = 86_400_000_000
FIELDS = {
    "email": "text",
    "first_name": "text",
    "city": "text",
    "tier": "text",
    "country": "text",
    "age": "number",
    "income": "number",
    "birthday": "date",
}
FILES = {
    "envoi.toml": """name = "Bench"
as_of = 2026-03-31T12:00:00Z
sender = { name = "Bench", email = "bench@example.org" }
shop = { name = "Bench", address = "1 Street" }
""",
    "events/plan.toml": "[events.Order.properties]\ntotal = 'number'\nchannel = 'text'\n[traits]\n"
    + "\n".join(f"{name} = '{kind}'" for name, kind in FIELDS.items()),
    "segments/gold.toml": "condition = 'tier = \"gold\" and age > 30'",
}


def fill(path: Path, project: Project, people: int) -> None:
    """People who came over 90 days, from two sources; 3 events each. A tenth has no birthday, a hundredth shares."""
    DuckTables(path, project.definitions.catalogue).close()
    chance = "(hash({0}) >> 11)::DOUBLE / (1::UBIGINT << 53)"
    value = {
        "email": f"'p' || CASE WHEN {chance.format('n * 3')} < 0.01 THEN n % 1000 ELSE n END || '@example.org'",
        "first_name": "'Name ' || (n % 5000)",
        "city": "'City ' || (n % 300)",
        "tier": "CASE WHEN n % 3 = 0 THEN 'gold' ELSE 'silver' END",
        "country": "CASE WHEN n % 7 = 0 THEN 'FR' ELSE 'US' END",
        "birthday": f"CASE WHEN {chance.format('n * 5')} < 0.1 THEN NULL ELSE '1980-01-' || (10 + n % 20) END",
    }
    number = {"age": "(18 + n % 70) * 1000000", "income": "(n % 90000) * 1000000"}
    with duckdb.connect(str(path), config={"threads": 2}) as connection:
        at = f"{NOW} - ({people} - n) * {90 * DAY // people}"
        connection.execute(f"INSERT INTO people SELECT n, n::VARCHAR, {at} FROM range(1, {people + 1}) AS r(n)")
        for key in FIELDS:
            text = value.get(key, "NULL")
            connection.execute(
                f"""INSERT INTO traits BY NAME SELECT n AS seq, n AS person, '{key}' AS "key", {at} AS "at",
                ({number.get(key, "NULL")})::BIGINT AS num, NULL::BIGINT AS bool, ({text})::VARCHAR AS text,
                CASE WHEN n % 4 = 0 THEN 'crm' ELSE 'web' END AS source FROM range(1, {people + 1}) AS r(n)"""
            )
            connection.execute(f"INSERT INTO observed VALUES ('', '{key}', '{'num' if key in number else 'text'}')")
        connection.execute(
            f"""INSERT INTO events BY NAME SELECT n AS seq, n % {people} + 1 AS person, 'Order' AS name,
            {NOW} - ({3 * people} - n) * {90 * DAY // (3 * people)} AS "at", 'tills' AS source,
            (n % 5000) * 1000000 AS "num:total", 'c' || (n % 4) AS "text:channel" FROM range({3 * people}) AS r(n)"""
        )


def by_hand(tables: Tables) -> dict[str, object]:
    """A question a field, and the same for the events."""
    begins, reference, found = NOW - 7 * DAY, NOW - 35 * DAY, dict[str, object]()

    def ask(sql: str, *values: object) -> list[dict[str, object]]:
        return tables.query(Query(sql, values)).to_pylist()

    for key, kind in FIELDS.items():
        held = "num" if kind == "number" else "text"
        latest = f'SELECT person, arg_max({held}, "at") AS v FROM traits WHERE "key" = ? AND "at" <= ? GROUP BY person'
        found[key] = ask(f"SELECT COUNT(v) AS filled, COUNT(DISTINCT v) AS many FROM ({latest})", key, NOW)[0]
        ask('SELECT source, COUNT(DISTINCT person), MAX("at") FROM traits WHERE "key" = ? GROUP BY source', key)
        if kind == "number":
            ask(
                """SELECT MAX(ABS(b / nb - n / nn)) FROM (SELECT SUM(b) OVER (ORDER BY num)::DOUBLE AS b,
                SUM(n) OVER (ORDER BY num)::DOUBLE AS n, SUM(b) OVER () AS nb, SUM(n) OVER () AS nn FROM (SELECT num,
                COUNT(*) FILTER ("at" <= ?) AS b, COUNT(*) FILTER ("at" > ?) AS n FROM traits WHERE "key" = ?
                AND "at" > ? GROUP BY num))""",
                begins, begins, key, reference,
            )  # fmt: skip
    email = 'SELECT person, arg_max(text, "at") AS v FROM traits WHERE "key" = \'email\' GROUP BY person'
    twice = f"SELECT LOWER(v) AS v, COUNT(*) AS n FROM ({email}) GROUP BY LOWER(v) HAVING n > 1"
    found["shared"] = ask(f"SELECT SUM(n)::BIGINT AS n FROM ({twice})")[0]["n"]
    ask(f'SELECT name, source, "at" // {DAY} AS day, COUNT(*) FROM events WHERE "at" > ? GROUP BY ALL', NOW - 85 * DAY)
    return found


def main() -> None:
    """Prints both."""
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with TemporaryDirectory() as folder:
        path, project = Path(folder) / "history.duckdb", load(FILES)
        fill(path, project, people)
        with closing(DuckTables(path, project.definitions.catalogue, read_only=True)) as tables:
            print(machine(), f"- {people:,} people, {len(FIELDS)} fields of theirs, {3 * people:,} events")
            told: list[QualityReport] = []
            known: list[dict[str, object]] = []
            ours, hand = list[float](), list[float]()
            for _ in range(RUNS):
                ours.append(seconds(lambda: told.append(quality(project, tables, Instant(NOW)))))
                hand.append(seconds(lambda: known.append(by_hand(tables))))
    report("Envoi, the whole report", ours, "s")
    report("by hand, a part of it", hand, "s")
    for each in (one for one in told[0].fields if not (one.event or one.source)):
        assert {"filled": each.filled, "many": each.distinct} == known[0][each.field], each
    assert next(one.shared for one in told[0].fields if one.field == "email" and not one.source) == known[0]["shared"]


if __name__ == "__main__":
    main()
