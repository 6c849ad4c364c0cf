"""Importing Parquet: flat events and orders with line items, cleaned alone, and into log, history and profiles.

The rival makes each row of Arrow's own `to_pylist` an `Event`, and checks and types nothing.
"""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import pyarrow as pa
import pyarrow.parquet as pq
from _measure import machine, report

from envoi.adapters.events.files import open_source
from envoi.clock import Instant, SystemClock, instant
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.clean import Cleaner
from envoi.events.event import Event
from envoi.events.intake import Intake
from envoi.events.mapping import parse_map
from envoi.events.port import Mark
from envoi.events.reshape import bind
from envoi.hosts.importing import FileToImport, import_file
from envoi.hosts.local import open_project
from envoi.people.identity import resolve

EVENTS = 400_000
ORDERS = 155_000
#: As many lines as the shop of `envoi demo` sold in a year.
LINES = 1_470_000
PEOPLE = 20_000
BEGIN = 1_500_000_000_000_000

PLAN = """
[events."Product Viewed".properties]
price = { kind = "number", required = true }
quantity = "number"
category = "text"
member = "boolean"
product_id = "text"

[events."Order Completed".properties]
total = "number"
[events."Order Completed".properties.products]
kind = "items"
[events."Order Completed".properties.products.fields]
product_id = "text"
name = "text"
category = "text"
quantity = "number"
price = "number"
discount = "number"
"""
MAP = """
kind = "events"
source = "web"
event = { column = "event" }
id = "id"
at = "timestamp"
keys = { user_id = "user_id" }
"""
PROJECT = """
name = "Bench"
sender = { name = "Bench", email = "bench@example.org" }
shop = { name = "Bench", address = "1 High Street" }
"""
NUMBER, TEXT = Property(kind=Kind.NUMBER), Property(kind=Kind.TEXT)
FIELDS = {"product_id": TEXT, "name": TEXT, "category": TEXT, "quantity": NUMBER, "price": NUMBER, "discount": NUMBER}
VIEWED = {"price": Property(kind=Kind.NUMBER, required=True), "quantity": NUMBER, "category": TEXT, "product_id": TEXT}
CATALOGUE = Catalogue(
    events={
        "Product Viewed": EventPlan(
            name="Product Viewed", properties={**VIEWED, "member": Property(kind=Kind.BOOLEAN)}
        ),
        "Order Completed": EventPlan(
            name="Order Completed",
            properties={"total": NUMBER, "products": Property(kind=Kind.ITEMS, fields=FIELDS)},
        ),
    }
)


def common(chance: random.Random, count: int, event: str) -> dict[str, pa.Array]:
    """The columns that every event has."""
    return {
        "id": pa.array([f"{event[0]}-{n:09d}" for n in range(count)]),
        "event": pa.array([event] * count),
        "user_id": pa.array([str(chance.randrange(PEOPLE)) for _ in range(count)]),
        "timestamp": pa.array([BEGIN + n * 1_000_000 for n in range(count)], pa.timestamp("us", "UTC")),
    }


def flat(path: Path) -> None:
    """Events with five plain properties."""
    chance = random.Random(1)
    columns = {
        "price": pa.array([round(chance.random() * 100, 2) for _ in range(EVENTS)]),
        "quantity": pa.array([chance.randrange(9) for _ in range(EVENTS)]),
        "category": pa.array([chance.choice(["shoes", "hats", "coats"]) for _ in range(EVENTS)]),
        "member": pa.array([chance.random() < 0.5 for _ in range(EVENTS)]),
        "product_id": pa.array([f"p{chance.randrange(9_000)}" for _ in range(EVENTS)]),
    }
    pq.write_table(pa.table({**common(chance, EVENTS, "Product Viewed"), **columns}), path)


def nested(path: Path) -> None:
    """Orders with line items of six fields."""
    chance = random.Random(2)
    cuts = sorted(chance.sample(range(1, LINES), ORDERS - 1))
    items = pa.StructArray.from_arrays(
        [
            pa.array([f"p{chance.randrange(9_000)}" for _ in range(LINES)]),
            pa.array([chance.choice(["SOFT DRINKS", "FLUID MILK", "BAG SNACKS"]) for _ in range(LINES)]),
            pa.array([chance.choice(["GROCERY", "DRUG GM", "PRODUCE"]) for _ in range(LINES)]),
            pa.array([chance.randrange(1, 5) for _ in range(LINES)]),
            pa.array([round(chance.random() * 9, 2) for _ in range(LINES)]),
            pa.array([round(chance.random(), 2) for _ in range(LINES)]),
        ],
        names=list(FIELDS),
    )
    products = pa.ListArray.from_arrays(pa.array([0, *cuts, LINES], pa.int32()), items)
    total = pa.array([round(chance.random() * 100, 2) for _ in range(ORDERS)])
    pq.write_table(pa.table({**common(chance, ORDERS, "Order Completed"), "total": total, "products": products}), path)


def cleaned(path: Path) -> float:
    """Seconds from the file to batches, none of which is stored."""
    begun = perf_counter()
    source = open_source(path)
    intake = Intake(
        reshape=bind(parse_map(MAP), source.columns), clean=Cleaner(CATALOGUE), resolve=resolve, clock=SystemClock()
    )
    for batch in intake.batches(source, Mark(name="bench", position=0)):
        assert not batch.rejected
    return perf_counter() - begun


def rival(path: Path) -> float:
    """The same rows as Arrow makes them."""
    begun = perf_counter()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(10_000):
            events = [
                Event(
                    id=row.pop("id"),
                    source="web",
                    name=row.pop("event"),
                    keys={"user_id": row.pop("user_id")},
                    at=instant(row.pop("timestamp")),
                    seen_at=Instant(0),
                    props=row,
                )
                for row in batch.to_pylist()
            ]
            assert events
    return perf_counter() - begun


def imported(path: Path, folder: Path) -> float:
    """Seconds of `envoi import` into a new project."""
    (folder / "events").mkdir(parents=True)
    (folder / "envoi.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "events" / "plan.toml").write_text(PLAN, encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    with open_project(folder) as envoi:
        begun = perf_counter()
        done = import_file(envoi, FileToImport(path=path, map=folder / "map.toml"))
        took = perf_counter() - begun
    assert sum(done.events.values()) == done.records > 0
    return took


def main() -> None:
    """Prints microseconds an event, and seconds for the orders of a year."""
    print(machine())
    with TemporaryDirectory() as folder:
        flat_file, nested_file = Path(folder, "flat.parquet"), Path(folder, "nested.parquet")
        flat(flat_file)
        nested(nested_file)
        a_flat = 1e6 / EVENTS
        report("flat events, cleaned", [cleaned(flat_file) * a_flat for _ in range(7)], "us an event")
        report("flat events, rival: to_pylist, unchecked", [rival(flat_file) * a_flat for _ in range(3)], "us an event")
        report("1.47 M line items in 155 k orders, cleaned", [cleaned(nested_file) for _ in range(5)], "s")
        report("1.47 M line items, rival: to_pylist, unchecked", [rival(nested_file) for _ in range(3)], "s")
        times = [imported(flat_file, Path(folder, f"flat{n}")) for n in range(3)]
        report("flat events, imported", [EVENTS / each / 1e3 for each in times], "k a second")
        report("155 k orders, imported", [imported(nested_file, Path(folder, f"nested{n}")) for n in range(2)], "s")


if __name__ == "__main__":
    main()
