"""The tracking plan, segments, points and history that the tests of conditions speak of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from zoneinfo import ZoneInfo

from envoi.adapters.tables.duckdb import DuckTables
from envoi.adapters.tables.duckdb_file import Resources
from envoi.conditions.bind import Definitions
from envoi.conditions.parse import parse, parse_scope
from envoi.conditions.tree import Span, Unit
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Stored

TEXT, NUMBER, BOOLEAN, TIME, DATE = (
    Property(kind=kind) for kind in (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.TIME, Kind.DATE)
)
PRODUCT = {"sku": TEXT, "price": NUMBER, "organic": BOOLEAN, "size.width": NUMBER}
ORDER = {
    "total": NUMBER,
    "coupon": TEXT,
    "gift": BOOLEAN,
    "due": TIME,
    "day": DATE,
    "ship.city": TEXT,
    "products": Property(kind=Kind.ITEMS, fields=PRODUCT),
    "basket.extras": Property(kind=Kind.ITEMS, fields={"sku": TEXT, "price": NUMBER}),
}
EVENTS = {
    "Order Completed": ORDER,
    "Product Viewed": {"sku": TEXT, "total": NUMBER, "coupon": TEXT, "gift": BOOLEAN},
}
TRAITS = {
    "age": NUMBER,
    "tier": Property(kind=Kind.TEXT, one_of=("gold", "silver", "vip")),
    "email": TEXT,
    "vip": BOOLEAN,
    "signed_up": TIME,
    "birthday": DATE,
    "address.city": TEXT,
    "time_zone": TEXT,
}
CATALOGUE = Catalogue(
    events={name: EventPlan(name=name, properties=properties) for name, properties in EVENTS.items()}, traits=TRAITS
)
SEGMENTS = {
    "Recent buyers": 'did "Order Completed" in the last 3 minutes',
    "Twice quiet": 'in segment "Quiet" and not (in segment "Quiet" and in segment "Recent buyers")',
    "Quiet": 'not in segment "Recent buyers" and did not "Product Viewed" in the last 2 minutes',
}
POINTS = {
    "intent": (
        ("2.5", '"Product Viewed" in the last 4 minutes'),
        ("-1", '"Order Completed" where products.price > 2'),
        ("3", '"Order Completed" where gift = true more than 1 minute ago'),
    ),
    "warmth": (("2.5", '"Product Viewed"'), ("-1", '"Order Completed" in the last 2 days')),
}
DEFINITIONS = Definitions(
    catalogue=CATALOGUE,
    segments={name: parse(text) for name, text in SEGMENTS.items()},
    points={name: tuple((Decimal(n), parse_scope(each)) for n, each in scheme) for name, scheme in POINTS.items()},
    half_lives={"warmth": Span(12, Unit.HOURS)},
    zone=ZoneInfo("America/New_York"),
)


@contextmanager
def tables_of(history: list[Stored]) -> Iterator[DuckTables]:
    """What happened, as tables in memory."""
    tables = DuckTables(None, CATALOGUE, resources=Resources(threads=1))
    try:
        tables.write(history)
        yield tables
    finally:
        tables.close()
