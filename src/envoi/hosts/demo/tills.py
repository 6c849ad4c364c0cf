"""What the tills recorded: each basket becomes an order with its line items."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from envoi.hosts.demo.labels import Labels
    from envoi.hosts.demo.source import Source

_LINE = (
    "household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "retail_disc", "coupon_disc",
    "coupon_match_disc", "transaction_timestamp",
)  # fmt: skip
#: Who made a product: the data tell only whether that was the shop itself.
OWN_BRAND = "Maple & Main"


def orders(source: Source, labels: Labels) -> pa.Table:
    """A row an order, in the order in which they were paid, with the list of its products.

    Every line that the tills recorded is kept. One with quantity 0, which the data have for corrections, has no price.
    """
    lines = source.read("transactions", _LINE)
    lines = lines.take(pc.sort_indices(lines, [("transaction_timestamp", "ascending"), ("basket_id", "ascending")]))
    # Baskets are whole in this order: each was paid at one instant.
    ids = lines["basket_id"].combine_chunks()
    lasts = pc.indices_nonzero(pc.not_equal(ids[1:], ids[:-1])).cast(pa.int32())
    ends = pa.concat_arrays([pc.add(lasts, pa.scalar(1, pa.int32())), pa.array([len(ids)], pa.int32())])
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), ends])
    firsts = lines.take(offsets[:-1])
    discounts = pc.add(pc.add(lines["retail_disc"], lines["coupon_disc"]), lines["coupon_match_disc"])
    return pa.table(
        {
            "order_id": firsts["basket_id"].cast(pa.string()),
            "user_id": firsts["household_id"].cast(pa.string()),
            # Their busiest hour moves with summer time in the United States, so they are instants in UTC.
            "at": firsts["transaction_timestamp"].cast(pa.timestamp("us", "UTC")),
            "store_id": firsts["store_id"].cast(pa.string()),
            "total": _sums(lines["sales_value"], ids, firsts["basket_id"]),
            "discount": _sums(discounts, ids, firsts["basket_id"]),
            "products": pa.ListArray.from_arrays(offsets, _items(lines, source.read("products"), labels)),
        }
    )


def _sums(values: pa.ChunkedArray, lines_of: pa.Array, baskets: pa.ChunkedArray) -> pa.ChunkedArray:
    """The sum over the lines of each basket, to the cent."""
    lines = pa.table({"basket": lines_of, "value": values})
    # One thread, so that a sum's last bit is the same in every run; the groups come in no order of ours.
    sums = lines.group_by("basket", use_threads=False).aggregate([("value", "sum")])
    return pc.round(sums["value_sum"].take(pc.index_in(baskets, sums["basket"])), 2)


def _items(lines: pa.Table, products: pa.Table, labels: Labels) -> pa.StructArray:
    """The line items: what, what it is called, where it stands, what one cost and how many."""
    known = pc.index_in(lines["product_id"], products["product_id"]).combine_chunks()
    quantity = pc.if_else(pc.greater(lines["quantity"], 0), lines["quantity"], None)
    item = {
        "product_id": lines["product_id"].cast(pa.string()),
        **{name: column.take(known) for name, column in _named(products, labels).items()},
        "price": pc.round(pc.divide(lines["sales_value"], quantity), 2),
        "quantity": lines["quantity"],
    }
    arrays = [array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array for array in item.values()]
    return pa.StructArray.from_arrays(arrays, names=list(item))


def _named(products: pa.Table, labels: Labels) -> dict[str, pa.Array]:
    """The columns of products that people read."""
    columns = ("department", "product_category", "product_type", "brand")
    departments, categories, kinds, brands = (products[column].to_pylist() for column in columns)
    return {
        # There are far fewer kinds of products than products.
        "name": pa.array(map(cache(labels.name), categories, kinds), pa.string()),
        "category": pa.array(map(cache(labels.category), categories), pa.string()),
        "department": pa.array(map(cache(labels.department), departments, categories), pa.string()),
        "brand": pa.array((OWN_BRAND if brand == "Private" else None for brand in brands), pa.string()),
    }
