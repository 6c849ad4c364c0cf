"""Writing to history: events of six plain properties, and orders with line items of six fields.

The rival gives the same events to DuckDB as `pyarrow.Table.from_pylist` makes them: no exact numbers, no people, no
columns beyond those it was told of.
"""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa
from _measure import machine, report, seconds

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.events.catalogue import Catalogue
from envoi.events.event import Event, PersonId, Stored, Value

EVENTS = 500_000
ORDERS = 60_000
PEOPLE = 2_469


def stored(place: int, person: str, props: dict[str, Value]) -> Stored:
    """An event at its place in the log."""
    at = Instant(1_500_000_000_000_000 + place * 1_000_000)
    keys = {"user_id": person}
    event = Event(id=str(place), source="tills", name="Order Completed", keys=keys, at=at, seen_at=at, props=props)
    return Stored(seq=place, person=PersonId(person), event=event)


def plain(place: int, chance: random.Random) -> Stored:
    """An event of six plain properties."""
    props: dict[str, Value] = {
        "order_id": f"order-{place:09d}",
        "total": round(chance.random() * 100, 2),
        "currency": "EUR",
        "store": str(chance.randrange(300)),
        "items": chance.randrange(20),
        "coupon": False,
    }
    return stored(place, str(chance.randrange(PEOPLE)), props)


def basket(place: int, chance: random.Random) -> Stored:
    """An order of one to eighteen lines."""
    lines: list[Value] = [
        {
            "product_id": str(chance.randrange(90_000)),
            "category": f"category {chance.randrange(300)}",
            "brand": "national",
            "quantity": chance.randrange(1, 5),
            "price": round(chance.random() * 20, 2),
            "discount": round(chance.random(), 2),
        }
        for _ in range(chance.randrange(1, 19))
    ]
    return stored(place, str(chance.randrange(PEOPLE)), {"order_id": str(place), "total": 9.99, "products": lines})


def write(path: Path, events: list[Stored], batch: int) -> list[float]:
    """Seconds a batch."""
    tables = DuckTables(path, Catalogue())
    with closing(tables):
        samples = [
            seconds(lambda start=start: tables.write(events[start : start + batch]))
            for start in range(0, len(events), batch)
        ]
        assert tables.head() == len(events)
    return samples


def rival(path: Path, events: list[Stored], batch: int) -> list[float]:
    """Seconds a batch."""
    with closing(duckdb.connect(str(path), config={"threads": 2, "memory_limit": "1GB"})) as connection:
        connection.execute(
            'CREATE TABLE events (seq BIGINT, person VARCHAR, name VARCHAR, "at" BIGINT, order_id VARCHAR,'
            " total DOUBLE, currency VARCHAR, store VARCHAR, items BIGINT, coupon BOOLEAN)"
        )

        def insert(some: list[Stored]) -> None:
            rows = [
                {"seq": one.seq, "person": one.person, "name": one.event.name, "at": one.event.at, **one.event.props}
                for one in some
            ]
            connection.register("batch", pa.Table.from_pylist(rows))
            connection.execute("INSERT INTO events BY NAME FROM batch")
            connection.unregister("batch")

        return [
            seconds(lambda start=start: insert(events[start : start + batch])) for start in range(0, len(events), batch)
        ]


def main() -> None:
    """Prints microseconds an event, and a line item."""
    print(machine())
    chance = random.Random(1)
    events = [plain(place, chance) for place in range(1, EVENTS + 1)]
    orders = [basket(place, chance) for place in range(1, ORDERS + 1)]
    items = sum(len(order.event.props["products"]) for order in orders) / ORDERS
    with TemporaryDirectory() as folder:
        for batch in (10_000, 50_000):
            per_event = [each / batch * 1e6 for each in write(Path(folder) / f"{batch}", events, batch)]
            report(f"write, six plain properties, batches of {batch:,}", per_event, "us/event")
            per_event = [each / batch * 1e6 for each in rival(Path(folder) / f"rival{batch}", events, batch)]
            report(f"rival: from_pylist, batches of {batch:,}", per_event, "us/event")
        per_item = [each / 10_000 / items * 1e6 for each in write(Path(folder) / "orders", orders, 10_000)]
        report(f"write, {items:.1f} line items of six fields an order", per_item, "us/item")


if __name__ == "__main__":
    main()
