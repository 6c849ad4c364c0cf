"""The example of examples/online-retail on all of its real lines, against sums that SQL makes of them another way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from envoi.adapters.events.files import open_source
from envoi.adapters.events.memory import MemoryEventLog
from envoi.clock import SystemClock, iso
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.clean import Cleaner
from envoi.events.intake import Intake
from envoi.events.mapping import parse_map
from envoi.events.port import Mark
from envoi.events.reshape import bind
from envoi.events.tally import Tally
from envoi.people.identity import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.events.port import Batch

MAP = Path(__file__).parents[2] / "examples" / "online-retail" / "map.toml"
NUMBER = Property(kind=Kind.NUMBER)
ORDER = {
    "total": Property(kind=Kind.NUMBER, required=True),
    "products": Property(kind=Kind.ITEMS, fields={"quantity": NUMBER, "price": NUMBER}),
}
PLAN = Catalogue(
    events={name: EventPlan(name=name, properties=ORDER) for name in ("Order Completed", "Order Cancelled")}
)
#: An order is a run of lines of one invoice and one customer; a window tells where runs begin.
ORDERS = """
    WITH lines AS (SELECT *, row_number() OVER () AS n FROM read_parquet(?)),
    begins AS (
        SELECT *, InvoiceNo IS DISTINCT FROM lag(InvoiceNo) OVER (ORDER BY n)
               OR CustomerID IS DISTINCT FROM lag(CustomerID) OVER (ORDER BY n) AS begins FROM lines
    ),
    runs AS (SELECT *, sum(begins::INTEGER) OVER (ORDER BY n) AS run FROM begins)
    SELECT InvoiceNo, CustomerID::VARCHAR, count(*), sum(Quantity * UnitPrice::DECIMAL(18, 3))::DOUBLE,
           strftime(min_by(InvoiceDate, n), '%Y-%m-%dT%H:%M')
    FROM runs WHERE CustomerID IS NOT NULL GROUP BY run, InvoiceNo, CustomerID ORDER BY min(n)
"""


@pytest.fixture(scope="module")
def path(envoi_data: Path) -> Path:
    return envoi_data / "online_retail" / "transactions_2010-12-01_to_2011-08-31.parquet"


def batches(path: Path, position: int = 0) -> Iterator[Batch]:
    source = open_source(path)
    mapping = parse_map(MAP.read_text(encoding="utf-8"), file=str(MAP))
    intake = Intake(reshape=bind(mapping, source.columns), clean=Cleaner(PLAN), resolve=resolve, clock=SystemClock())
    return intake.batches(source, Mark(name="retail", position=position))


def test_every_line_is_in_an_order_or_set_aside(path: Path) -> None:
    log, tally = MemoryEventLog(), Tally()
    for batch in batches(path):
        tally.add(batch)
        log.append(batch)
    expected = duckdb.execute(ORDERS, [str(path)]).fetchall()

    assert tally.events == {"Order Completed": 11_416, "Order Cancelled": 2_427}
    assert tally.rejected == {"nobody is named": 88_652}
    assert len(tally.people) == 3_360
    stored = [(each.person, each.event) for each in log.read()]
    assert len(stored) == len(expected)
    for (person, event), (invoice, customer, lines, total, shown) in zip(stored, expected, strict=True):
        products = event.props["products"]
        assert isinstance(products, list)
        # One invoice stands in two places; its second part has the suffix.
        assert event.id.removesuffix(":2") == event.props["order_id"] == invoice
        assert (person, len(products)) == (customer, lines)
        assert event.props["total"] == pytest.approx(total, abs=1e-6)
        assert (event.name == "Order Cancelled") == invoice.startswith("C")
        assert iso(event.at)[:13] in {shown[:13], f"{shown[:11]}{int(shown[11:13]) - 1:02}"}
    assert sum(lines for _, _, lines, _, _ in expected) + 88_652 == 320_705

    assert [each for batch in batches(path) for each in log.append(batch)] == []
    assert list(batches(path, log.position("retail"))) == []


def test_summer_time_is_told_from_winter_time(path: Path) -> None:
    first = next(batches(path)).events[0][1]
    assert iso(first.at) == "2010-12-01T08:26:00Z"
    summer = duckdb.execute(
        "SELECT InvoiceNo, strftime(InvoiceDate, '%H:%M') FROM read_parquet(?) "
        "WHERE CustomerID IS NOT NULL AND InvoiceDate >= '2011-07-01' LIMIT 1",
        [str(path)],
    ).fetchone()
    assert summer is not None
    found = next(event for batch in batches(path) for _, event in batch.events if event.id == summer[0])
    hour, minute = map(int, summer[1].split(":"))
    assert iso(found.at)[11:16] == f"{hour - 1:02}:{minute:02}"
