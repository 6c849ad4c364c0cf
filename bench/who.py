"""`envoi who` on the 1.47 M lines of the demo, after start-up: one condition of each kind, from text to list of ids.

    python bench/who.py [DEMO]      the folder that `make demo` made; "demo" if it is not named

The rival asks the same DuckDB in SQL written by hand, and must come to the same people.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from _measure import machine, report, seconds

from envoi.hosts.local import Envoi, open_project
from envoi.tables import Query, num, text

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNS = 25
#: What the issue allows.
MOST_MS = 500
DAY = 86_400_000_000
DOLLAR = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question, as we ask it and by hand."""

    kind: str
    condition: str
    sql: str
    #: What is bound in `sql`: days are counted back from now.
    days_ago: Sequence[int]


ORDERS = "FROM events WHERE name = 'Order Completed'"
QUESTIONS = (
    Asked(
        kind="did, in line items",
        condition='did "Order Completed" where products.category = "Frozen pizza" in the last 30 days',
        sql=f"""SELECT id FROM people WHERE number IN (
            SELECT person FROM items WHERE name = 'Order Completed' AND list = 'products'
            AND {text("category")} = 'Frozen pizza' AND "at" > ? AND "at" <= ?) ORDER BY id""",
        days_ago=(30, 0),
    ),
    Asked(
        kind="sum",
        condition='sum("Order Completed".total) in the last 90 days > 200',
        sql=f"""SELECT id FROM people JOIN (SELECT person {ORDERS} AND "at" > ? AND "at" <= ? GROUP BY person
            HAVING SUM({num("total")}) > {200 * DOLLAR}) AS rich ON person = number ORDER BY id""",
        days_ago=(90, 0),
    ),
    Asked(
        kind="days since last",
        condition='days since last "Order Completed" between 14 and 60',
        sql=f"""SELECT id FROM people JOIN (SELECT person {ORDERS} AND "at" <= ? GROUP BY person
            HAVING MAX("at") BETWEEN ? AND ?) AS lately ON person = number ORDER BY id""",
        days_ago=(0, 60, 14),
    ),
    Asked(
        kind="trait",
        condition='age in ("25-34", "35-44")',
        sql="""SELECT id FROM people JOIN (SELECT person, ARG_MAX(text, ("at", seq)) AS value FROM traits
            WHERE "key" = 'age' AND "at" <= ? GROUP BY person) AS ages ON person = number
            WHERE value IN ('25-34', '35-44') ORDER BY id""",
        days_ago=(0,),
    ),
    Asked(
        kind="in segment, of two conditions",
        condition='in segment "Missed since autumn"',
        sql=f"""SELECT id FROM people WHERE number IN (SELECT person {ORDERS} AND "at" > ? AND "at" <= ?)
            AND number NOT IN (SELECT person {ORDERS} AND "at" > ? AND "at" <= ?) ORDER BY id""",
        days_ago=(120, 60, 60, 0),
    ),
    Asked(
        kind="points, of three events",
        condition="points market >= 40",
        sql=f"""SELECT id FROM people JOIN (SELECT person FROM events WHERE "at" > ? AND "at" <= ? GROUP BY person
            HAVING SUM(CASE WHEN name = 'Order Completed' THEN 1 ELSE 0 END)
            + SUM(CASE WHEN name = 'Order Completed' AND {num("total")} >= {50 * DOLLAR} THEN 2 ELSE 0 END)
            + SUM(CASE WHEN name = 'Coupon Redeemed' THEN 5 ELSE 0 END) >= 40) AS keen
            ON person = number ORDER BY id""",
        days_ago=(90, 0),
    ),
)


def by_hand(envoi: Envoi, asked: Asked) -> list[str]:
    """The people, asked for in SQL."""
    values = tuple(envoi.clock.now() - days * DAY for days in asked.days_ago)
    found: list[str] = envoi.stores.tables.query(Query(asked.sql, values)).column("id").to_pylist()
    return found


def main(demo: Path) -> None:
    """Prints milliseconds a question."""
    print(machine())
    with open_project(demo, read_only=True) as envoi:
        for asked in QUESTIONS:
            people = envoi.who(asked.condition).people
            assert people == by_hand(envoi, asked), asked.kind
            ours = [seconds(lambda asked=asked: envoi.who(asked.condition)) * 1000 for _ in range(RUNS)]
            theirs = [seconds(lambda asked=asked: by_hand(envoi, asked)) * 1000 for _ in range(RUNS)]
            report(f"{asked.kind}: {len(people or ()):,} people", ours, "ms")
            report("  rival: SQL by hand", theirs, "ms")
            assert sorted(ours)[RUNS // 2] < MOST_MS


if __name__ == "__main__":
    main(Path(*sys.argv[1:] or ["demo"]))
