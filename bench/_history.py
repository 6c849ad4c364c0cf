"""A history of 90 days for benchmarks, and the same events in a table made for the rival.

In that one types are an ENUM and products integers. What happened is drawn from the hash of its number, so it is the
same in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import parse_instant
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property

if TYPE_CHECKING:
    from pathlib import Path

PRODUCTS = 20_000
START, NOW = parse_instant("2026-01-01T00:00:00Z"), parse_instant("2026-03-31T12:00:00Z")
HOUR = 3_600_000_000
#: How many of a thousand events are of each type; those with a product, and those with an amount.
TYPES = {"view": 420, "cart": 100, "uncart": 20, "purchase": 40, "refund": 5, "sent": 120, "open": 70, "click": 30}
TYPES |= {"search": 100, "wish": 30, "login": 63, "leave": 2}
WITH_PRODUCT, WITH_AMOUNT = ("view", "cart", "uncart", "purchase", "refund", "wish"), ("purchase", "refund")


def plan() -> Catalogue:
    """What is known of the events."""
    product, amount = {"product": Property(kind=Kind.TEXT)}, {"amount": Property(kind=Kind.NUMBER)}
    return Catalogue(
        events={
            name: EventPlan(
                name=name,
                properties=(product if name in WITH_PRODUCT else {}) | (amount if name in WITH_AMOUNT else {}),
            )
            for name in TYPES
        }
    )


def fill(path: Path, own: Path, events: int) -> None:
    """Makes the history of so many events, 20 a person, and the rival's own table.

    People and products are of very different popularity, and events in order of time.
    """
    DuckTables(path, plan()).close()
    people = events // 20
    bounds = [sum(list(TYPES.values())[: n + 1]) / sum(TYPES.values()) for n in range(len(TYPES))]
    kind = " ".join(f"WHEN kind < {bound} THEN '{name}'" for name, bound in zip(TYPES, bounds, strict=True))
    with_product, with_amount = (str(names) for names in (WITH_PRODUCT, WITH_AMOUNT))
    chance = ", ".join(
        f"(hash(n * 8 + {salt}) >> 11)::DOUBLE / (1::UBIGINT << 53) AS {name}"
        for salt, name in enumerate(("whose", "kind", "which", "price", "noise"))
    )
    with duckdb.connect(str(path), config={"threads": 2}) as connection:
        connection.execute("SET preserve_insertion_order = true")
        # Ranks by the inverse of a power law: exponents 0.8 for people and 0.9 for products.
        connection.execute(
            f"""
            CREATE TEMP TABLE drawn AS SELECT n, (floor({people} * whose ** 5)::BIGINT * 7919) % {people} + 1 AS person,
              CASE {kind} ELSE 'leave' END AS name, floor({PRODUCTS} * which ** 10)::INTEGER AS product,
              round(exp(3.3 + 0.8 * sqrt(-2 * ln(greatest(price, 1e-12))) * cos(6.283185307 * noise)), 2) AS amount,
              {START} + (n * 90 * 24 * {HOUR}::HUGEINT // {events})::BIGINT AS happened
            FROM (SELECT n, {chance} FROM range({events}) AS numbers(n))
            """
        )
        connection.execute(
            f"""
            INSERT INTO events BY NAME SELECT n + 1 AS seq, person, name, happened AS "at",
              CASE WHEN name IN {with_product} THEN product::VARCHAR END AS "text:product",
              CASE WHEN name IN {with_amount} THEN (amount * 1000000)::BIGINT END AS "num:amount" FROM drawn ORDER BY n
            """
        )
        connection.execute(
            'INSERT INTO people SELECT person, person::VARCHAR, MIN("at") FROM events GROUP BY person ORDER BY person'
        )
        connection.execute(f"ATTACH '{own}' AS other")
        connection.execute(
            f"""
            CREATE TABLE other.own AS SELECT person::INTEGER AS person, name::ENUM {tuple(TYPES)} AS type,
              CASE WHEN name IN {with_product} THEN product END AS product,
              CASE WHEN name IN {with_amount} THEN amount END AS amount, happened FROM drawn ORDER BY n
            """
        )
        connection.execute("UPDATE about SET head = ?", [events])
        connection.execute("CHECKPOINT")
        connection.execute("CHECKPOINT other")
