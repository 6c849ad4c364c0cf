"""Conditions over 10 million events of 500 thousand people: six rules one by one, then fifty at once.

The rivals are written by hand, and run in the same DuckDB. The six rules over the same tables, for the ids of people
and for only the numbers that stand for them there; and over a table made for them, with types as an ENUM, products as
integers, and no ids. The fifty as a query each, and as the shape that was fastest when it was searched for by hand (the
counted things as a table, joined once, then INTERSECT and EXCEPT): as written here, and as it was when the design
measured it, in the folder that the variable ENVOI_PROTOTYPES names. All results are compared. The number of events may
be given: `batch.py 1000000`.
"""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
from _history import HOUR, NOW, fill, plan
from _measure import machine, report, seconds

from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.conditions.bind import Definitions, bind
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.tables import as_query
from envoi.segments.batch import members_of_each, sizes
from envoi.tables import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from envoi.conditions.bound import Bound

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
ROUNDS = 9
RESOURCES = Resources(threads=2)


# -- six rules

POINTS = {"intent": ((3, '"view" in the last 30 days'), (5, '"cart" in the last 30 days'))}
RULES = {
    "R1 viewed X in 24 h, no purchase in 30 d": (
        'did "view" where product = "0" in the last 24 hours and did not "purchase" in the last 30 days',
        "happened > now - 720h AND type IN ('view', 'purchase') GROUP BY person HAVING"
        " COUNT(*) FILTER (WHERE type = 'view' AND product = 0 AND happened > now - 24h) > 0"
        " AND COUNT(*) FILTER (WHERE type = 'purchase') = 0",
    ),
    "R2 more than 3 purchases in 30 d": (
        'did "purchase" more than 3 times in the last 30 days',
        "type = 'purchase' AND happened > now - 720h GROUP BY person HAVING COUNT(*) > 3",
    ),
    "R3 points of views and carts in 30 d": (
        "points intent >= 10",
        "type IN ('view', 'cart') AND happened > now - 720h GROUP BY person"
        " HAVING SUM(CASE type WHEN 'view' THEN 3 ELSE 5 END) >= 10",
    ),
    "R4 recent, frequent, big spender": (
        'days since last "purchase" < 14 and did "purchase" at least 3 times and sum("purchase".amount) >= 100',
        "type = 'purchase' GROUP BY person HAVING MAX(happened) > now - 336h AND COUNT(*) >= 3 AND SUM(amount) >= 100",
    ),
    "R5 cart left, by product, in 48 h": (
        'did "cart" then did not "purchase" with the same product in the last 48 hours',
        "",
    ),
    "R6 3 products in 7 d, opened, no click": (
        'distinct("view".product) in the last 7 days >= 3 and did "open" in the last 14 days'
        ' and did not "click" in the last 14 days',
        "happened > now - 336h AND type IN ('view', 'open', 'click') GROUP BY person HAVING"
        " COUNT(DISTINCT product) FILTER (WHERE type = 'view' AND happened > now - 168h) >= 3"
        " AND COUNT(*) FILTER (WHERE type = 'open') >= 1 AND COUNT(*) FILTER (WHERE type = 'click') = 0",
    ),
}
_CARTS = (
    "SELECT DISTINCT person FROM (SELECT person, product, MAX(happened) FILTER (WHERE type = 'cart') AS c,"
    " MAX(happened) FILTER (WHERE type = 'purchase') AS p FROM own WHERE happened <= now AND happened > now - 48h"
    " AND type IN ('cart', 'purchase') GROUP BY person, product) WHERE c IS NOT NULL AND (p IS NULL OR p <= c)"
)


def by_hand(rule: str, *, own: bool) -> str:
    """The rule as SQL over the table of its own, or over those of history."""
    sql = f"SELECT person FROM own WHERE happened <= now AND {rule}" if rule else _CARTS
    for hours in (24, 48, 168, 336, 720):
        sql = sql.replace(f"now - {hours}h", str(NOW - hours * HOUR))
    sql = sql.replace("now", str(NOW))
    if own:
        return sql
    names = {
        "happened": 'events."at"',
        "type": "name",
        "product = 0": "\"text:product\" = '0'",
        "FROM own": "FROM events",
    }
    names |= {"amount": '"num:amount"', ">= 100": ">= 100000000"}
    for one, other in names.items():
        sql = sql.replace(one, other)
    return sql.replace("product", '"text:product"').replace('"text:"text:product""', '"text:product"')


# -- fifty rules

Atom = tuple[str, int | None, int]
Rule = tuple[Atom, int, Atom, bool]


def drawn_rules() -> list[Rule]:
    """Fifty times: so many of one thing, and at least one or none of another."""
    random = Random(11)
    rules = []
    for _ in range(50):
        atoms: list[Atom] = []
        for _ in range(2):
            name = random.choice(["view", "cart", "purchase", "open", "click", "search", "wish", "login"])
            hours = random.choice([24, 72, 168, 336, 720, 2160])
            product = random.choice([None, None, 0, 1, 2, 5]) if name in ("view", "cart", "purchase") else None
            atoms.append((name, product, hours))
        rules.append((atoms[0], random.choice([1, 2, 3]), atoms[1], random.choice([True, False, False])))
    return rules


def as_text(rule: Rule) -> str:
    """The rule in our words."""
    (one, times, other, also) = rule

    def event(atom: Atom) -> str:
        return f'"{atom[0]}"' + ("" if atom[1] is None else f' where product = "{atom[1]}"')

    second = f"did {'' if also else 'not '}{event(other)} in the last {other[2]} hours"
    return f"did {event(one)} at least {times} times in the last {one[2]} hours and {second}"


def query_each(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> None:
    """A query for each rule."""
    connection.execute("DELETE FROM mem")
    for n, (one, times, other, also) in enumerate(rules):
        tests = [
            f"type = '{name}' AND happened > {NOW - hours * HOUR}"
            + ("" if product is None else f" AND product = {product}")
            for name, product, hours in (one, other)
        ]
        connection.execute(
            f"INSERT INTO mem SELECT person, {n} FROM own WHERE happened <= {NOW} AND happened >"
            f" {NOW - max(one[2], other[2]) * HOUR} AND type IN ('{one[0]}', '{other[0]}') GROUP BY person HAVING"
            f" COUNT(*) FILTER (WHERE {tests[0]}) >= {times} AND COUNT(*) FILTER (WHERE {tests[1]})"
            f" {'>= 1' if also else '= 0'}"
        )


def atoms_by_hand(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> None:
    """The counted things as a table that is joined once, then INTERSECT or EXCEPT for each rule."""
    found = {atom: n for n, atom in enumerate(sorted({a for r in rules for a in (r[0], r[2])}, key=str))}
    connection.execute("CREATE OR REPLACE TEMP TABLE atoms(id INTEGER, type VARCHAR, product INTEGER, since BIGINT)")
    rows = [(n, name, product, NOW - hours * HOUR) for (name, product, hours), n in found.items()]
    connection.executemany("INSERT INTO atoms VALUES (?, ?, ?, ?)", rows)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE counted AS SELECT a.id, e.person, COUNT(*) AS n FROM own AS e JOIN atoms AS a"
        " ON e.type = a.type AND e.happened > a.since AND (a.product IS NULL OR a.product = e.product) WHERE"
        f" e.happened <= {NOW} AND e.happened > {min(row[3] for row in rows)} GROUP BY ALL ORDER BY a.id"
    )
    connection.execute("DELETE FROM mem")
    for n, (one, times, other, also) in enumerate(rules):
        first = f"SELECT person FROM counted WHERE id = {found[one]} AND n >= {times}"
        second = f"{'INTERSECT' if also else 'EXCEPT'} SELECT person FROM counted WHERE id = {found[other]}"
        connection.execute(f"INSERT INTO mem SELECT person, {n} FROM ({first} {second})")


def prototype() -> Callable[[duckdb.DuckDBPyConnection, list[Rule]], None] | None:
    """The same as it was when the design measured it; None where it is not at hand."""
    if "ENVOI_PROTOTYPES" not in os.environ:
        print("no prototype: ENVOI_PROTOTYPES names no folder of prototypes")
        return None
    source = Path(os.environ["ENVOI_PROTOTYPES"], "engines", "rules50b.py").read_text(encoding="utf-8")
    # The rest of the script makes data of its own.
    (atoms,) = [part for part in ast.parse(source).body if isinstance(part, ast.FunctionDef) and part.name == "atoms"]
    whole = compile(ast.Module([atoms], []), "rules50b.py", "exec")

    def run(connection: duckdb.DuckDBPyConnection, rules: list[Rule]) -> None:
        known = {"c": connection, "NOW": NOW, "H": HOUR}
        exec(whole, known)  # noqa: S102 - the folder is that of whoever runs this
        known["atoms"]([(one, times, other, ">=1" if also else "=0") for one, times, other, also in rules])

    return run


# -- measuring


def against(what: str, works: Mapping[str, Callable[[], object]]) -> None:
    """Runs each in turn, so that what else the machine does hits all alike; prints each and its ratio to the first."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            samples[name].append(seconds(work) * 1000)
    print(what)
    ours = median(next(iter(samples.values())))
    for name, each in samples.items():
        report(
            f"  {name} (ours is {ours / median(each):.2f} of it)" if each is not samples["ours"] else "  ours",
            each,
            "ms",
        )


def six(tables: DuckTables, connection: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """Each rule alone: the ids of the people; by hand also only the numbers that stand for them in history."""
    for name, (text, rule) in RULES.items():
        query = as_query(bind(parse(text), definitions), NOW, tail="")
        numbers, own = by_hand(rule, own=False), by_hand(rule, own=True)
        works: dict[str, Callable[[], pa.Table]] = {
            "ours": lambda query=query: tables.query(query),
            "by hand": lambda sql=numbers: tables.query(Query(f"SELECT id FROM people WHERE number IN ({sql})")),
            "by hand, numbers alone": lambda sql=numbers: tables.query(Query(sql)),
            "by hand, numbers alone, own table": lambda sql=own: connection.sql(sql).to_arrow_table(),
        }
        found = {work: sorted(map(str, run().column(0).to_pylist())) for work, run in works.items()}
        assert all(people == found["ours"] for people in found.values()), name
        against(f"{name}: {len(found['ours']):,} people", works)


def fifty(tables: DuckTables, connection: duckdb.DuckDBPyConnection, definitions: Definitions) -> None:
    """Fifty rules at once."""
    rules = drawn_rules()
    bound: dict[str, Bound] = {str(n): bind(parse(as_text(rule)), definitions) for n, rule in enumerate(rules)}
    connection.execute("CREATE OR REPLACE TEMP TABLE mem(person INTEGER, rule INTEGER)")

    rivals = {"by hand, atoms": atoms_by_hand, "a query each": query_each}
    if measured := prototype():
        # The names that it knows them by.
        connection.execute(
            "CREATE OR REPLACE TEMP VIEW evd AS SELECT person AS customer_id, type, product AS product_id, amount,"
            " happened AS ts FROM own"
        )
        rivals = {"the prototype": measured, **rivals}
    found = {rule: sorted(people) for rule, people in members_of_each(bound, tables, NOW).items()}
    assert list(sizes(bound, tables, NOW).values()) == [len(people) for people in found.values()]
    for name, work in rivals.items():
        work(connection, rules)
        rows = connection.execute("SELECT rule::VARCHAR, list_sort(list(person::VARCHAR)) FROM mem GROUP BY rule")
        assert {rule: [] for rule in found} | dict(rows.fetchall()) == found, name
    against(
        f"fifty rules: {sum(map(len, found.values())):,} memberships, as lists of ids",
        {
            "ours": lambda: members_of_each(bound, tables, NOW),
            **{name: lambda work=work: work(connection, rules) for name, work in rivals.items()},
        },
    )
    report("  ours, sizes only", [seconds(lambda: sizes(bound, tables, NOW)) * 1000 for _ in range(ROUNDS)], "ms")


def main() -> None:
    """Prints milliseconds."""
    print(machine())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history"
        own = Path(folder) / "own"
        print(f"{EVENTS:,} events made in {seconds(lambda: fill(path, own, EVENTS)):.0f} s")
        points = {
            name: tuple((number, parse_scope(text)) for number, text in scheme) for name, scheme in POINTS.items()
        }
        definitions = Definitions(catalogue=plan(), points=points)
        tables = DuckTables(path, plan(), read_only=True, resources=RESOURCES)
        connection = duckdb.connect(str(own), config={"threads": 2})
        six(tables, connection, definitions)
        fifty(tables, connection, definitions)
        connection.close()
        tables.close()


if __name__ == "__main__":
    main()
