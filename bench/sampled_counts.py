"""What the builder counts on every edit, over 10 million events of 500 thousand people: a sample first, exact after.

    python bench/sampled_counts.py [EVENTS]

The rival is the exact count that follows, by the same engine. The margin that comes with each estimate is held to it:
19 of 20 are to be right. What it says of a property (its most frequent values, how many lack it) is told of the sample.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from _history import NOW, fill, plan
from _measure import machine, report, seconds

from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.conditions.bind import Definitions, bind
from envoi.conditions.parse import parse
from envoi.reports.fields import Field, filled
from envoi.reports.sample import estimated, share_of
from envoi.segments.batch import count

EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
ROUNDS = 9
CONDITIONS = (
    'did "view" where product = "0" in the last 24 hours and did not "purchase" in the last 30 days',
    'did "purchase" more than 3 times in the last 30 days',
    'sum("purchase".amount) in the last 90 days > 200 or did "wish" in the last 7 days',
    'did "cart" then did not "purchase" with the same product in the last 48 hours',
    'did "view" at least 5 times in the last 60 days and did not "leave"',
)


def main() -> None:
    """Measures, and says how often the margins were right."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "history.duckdb"
        fill(path, Path(folder) / "own.duckdb", EVENTS)
        tables = DuckTables(path, plan(), read_only=True, resources=Resources(threads=2))
        measure(tables)
        tables.close()


def measure(tables: DuckTables) -> None:
    """Every condition, sampled and exact, and one property."""
    everyone, definitions, right = EVENTS // 20, Definitions(catalogue=plan()), 0
    print(f"{EVENTS:,} events of {everyone:,} people; {machine()}")
    for text in CONDITIONS:
        bound = bind(parse(text), definitions)
        about, exact = estimated(bound, tables, NOW, everyone=everyone), count(bound, tables, NOW)
        right += abs(about.people - exact) <= about.margin
        print(f"\n{text}\n  {about.people:,} ± {about.margin:,} from {about.sample:,} people; exactly {exact:,}")
        runs = [
            (
                seconds(lambda bound=bound: estimated(bound, tables, NOW, everyone=everyone)) * 1000,
                seconds(lambda bound=bound: count(bound, tables, NOW)) * 1000,
            )
            for _ in range(ROUNDS)
        ]
        report("  sampled", [one for one, _ in runs], "ms")
        report("  exact", [other for _, other in runs], "ms")
    field = Field(event="view", path="product")
    told = [seconds(lambda: filled(field, plan(), tables, NOW, share=share_of(everyone))) * 1000 for _ in range(ROUNDS)]
    print()
    report("the most frequent values of a property, of the sample", told, "ms")
    print(f"margins that held the exact number: {right} of {len(CONDITIONS)}")


if __name__ == "__main__":
    main()
