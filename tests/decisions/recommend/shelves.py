"""Histories of purchases, drawn at random, for whatever recommends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from hypothesis import strategies as st

from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.conditions.bind import Definitions, bind_scope
from envoi.conditions.parse import parse_scope
from envoi.decisions.recommend.base import Shelf
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Event, PersonId, Stored, Value
from envoi.tables import Tables

NOW = Instant(1_500_000_000_000_000)
DAY = 86_400_000_000
FIELDS = {
    "product_id": Property(kind=Kind.TEXT),
    "name": Property(kind=Kind.TEXT),
    "aisle": Property(kind=Kind.TEXT),
    "price": Property(kind=Kind.NUMBER),
}
CATALOGUE = Catalogue(
    events={
        "Order Completed": EventPlan(
            name="Order Completed", properties={"products": Property(kind=Kind.ITEMS, fields=FIELDS)}
        )
    }
)
SHELF_TEXT = '"Order Completed" where (products.price > 0 and products.aisle != "drugs")'
SHELF = Shelf(
    event="Order Completed",
    items="products",
    product="product_id",
    name="name",
    fields={"price": "num", "aisle": "text"},
    where=bind_scope(parse_scope(SHELF_TEXT), Definitions(catalogue=CATALOGUE)).where,
)


@dataclass(frozen=True)
class Line:
    """One product on a receipt; `ago` in days and microseconds."""

    product: str | None
    name: str | None
    price: float | None = 1.0
    aisle: str = "food"

    @property
    def is_on_shelf(self) -> bool:
        """Whether it may be recommended."""
        sold = self.price is not None and self.price > 0 and self.aisle != "drugs"
        return sold and self.product is not None and self.name is not None


@dataclass(frozen=True)
class Order:
    """What one person bought at one moment."""

    person: str
    ago: int
    lines: tuple[Line, ...]


#: Products p0 to p7; those with one letter share a name.
_lines = st.builds(
    Line,
    product=st.sampled_from(["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", None]),
    name=st.sampled_from(["A", "B", "C", "D", None]),
    price=st.sampled_from([1.0, 2.5, 2.5, 0.0, None]),
    aisle=st.sampled_from(["food", "food", "drugs"]),
)
#: Whole days, their edges, the future, and long ago.
_agos = st.integers(-2, 90).map(lambda days: days * DAY) | st.sampled_from([0, 1, DAY - 1, DAY + 1, 1300 * DAY])
orders = st.lists(
    st.builds(Order, person=st.sampled_from("123"), ago=_agos, lines=st.lists(_lines, max_size=4).map(tuple)),
    max_size=25,
)


@contextmanager
def history(bought: Sequence[Order]) -> Iterator[Tables]:
    """History of these orders, in the order of the list."""
    tables = DuckTables(None, CATALOGUE)
    try:
        tables.write([_stored(seq, order) for seq, order in enumerate(bought, 1)])
        yield tables
    finally:
        tables.close()


def _stored(seq: int, order: Order) -> Stored:
    items: list[Value] = [
        {"product_id": line.product, "name": line.name, "price": line.price, "aisle": line.aisle}
        for line in order.lines
    ]
    at = Instant(NOW - order.ago)
    event = Event(
        id=str(seq), source="till", name="Order Completed", keys={"user_id": order.person}, at=at, seen_at=at,
        props={"products": items},
    )  # fmt: skip
    return Stored(seq=seq, person=PersonId(order.person), event=event)
