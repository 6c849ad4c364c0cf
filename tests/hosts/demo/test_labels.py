from __future__ import annotations

import re
from collections import Counter

import pyarrow as pa
import pytest

from envoi.hosts.demo.labels import Labels, read_labels
from envoi.hosts.demo.source import Source, open_source

TILLS = re.compile(r"[A-Z]{3}|[:/]|(?i:\b(?:frzn|refrg|misc|btl|w|sal|pkg)\b)")


@pytest.fixture(scope="module")
def source() -> Source:
    return open_source(households=1)


@pytest.fixture(scope="module")
def products(source: Source) -> pa.Table:
    return source.read("products")


@pytest.fixture(scope="module")
def labels() -> Labels:
    return read_labels()


@pytest.mark.parametrize(
    ("category", "kind", "name"),
    [
        ("FROZEN PIZZA", "PIZZA/PREMIUM", "Premium frozen pizza"),
        # The same word of the tills is another thing on another shelf.
        ("PASTA SAUCE", "PREMIUM", "Premium pasta sauce"),
        ("BACON", "PREMIUM", "Thick-cut bacon"),
        # Not in the table: tidied.
        ("CANDLES/ACCESSORIES", "CANDLES - VOTIVE (ALL)", "Candles, votive"),
        ("SOUP", "FRZN SOUP W/NOODLES", "Frozen soup with noodles"),
        ("ICE CREAM/MILK/SHERBTS", None, "Ice cream"),
        ("ICE CREAM/MILK/SHERBTS", "(ALL)", "Ice cream"),
        (None, None, None),
    ],
)
def test_a_product_is_called_what_people_call_it(
    labels: Labels, category: str | None, kind: str | None, name: str | None
) -> None:
    assert labels.name(category, kind) == name


@pytest.mark.parametrize(
    ("department", "category", "name"),
    [
        ("GROCERY", "SOUP", "Grocery"),
        ("GROCERY", "BEERS/ALES", "Beer, wine & spirits"),
        ("GROCERY", "CAT FOOD", "Pets"),
        ("MEAT-PCKGD", "BACON", "Packaged meat"),
        (None, None, None),
    ],
)
def test_a_department_is_where_people_look_for_it(
    labels: Labels, department: str | None, category: str | None, name: str | None
) -> None:
    assert labels.department(department, category) == name


def test_every_line_of_the_table_speaks_of_something_in_the_data(labels: Labels, products: pa.Table) -> None:
    departments, categories, kinds = (
        set(products[column].to_pylist()) for column in ("department", "product_category", "product_type")
    )
    pairs = zip(products["product_category"].to_pylist(), products["product_type"].to_pylist(), strict=True)
    both = {f"{category} | {kind}" for category, kind in pairs}
    assert set(labels.departments) <= departments
    assert set(labels.apart) <= categories
    assert set(labels.categories) <= categories
    assert set(labels.names) <= kinds | both


def test_what_the_shop_sells_most_has_a_name_from_the_table(labels: Labels, products: pa.Table) -> None:
    food = ("GROCERY", "PRODUCE", "MEAT", "MEAT-PCKGD", "DELI", "PASTRY", "SEAFOOD", "SEAFOOD-PCKGD", "SALAD BAR")
    columns = ("product_id", "department", "product_category", "product_type")
    by_id = {row["product_id"]: row for row in products.select(columns).to_pylist()}
    bought = Counter(
        open_source(households=200).read("transactions", ["household_id", "product_id"])["product_id"].to_pylist()
    )
    named = all_ = 0
    for product, times in bought.items():
        row = by_id.get(product)
        if row and row["department"] in food and row["product_type"]:
            all_ += times
            named += times * (labels.name(row["product_category"], row["product_type"]) in set(labels.names.values()))
    assert named / all_ > 0.9


def test_no_name_reads_like_a_till(labels: Labels) -> None:
    written = [
        *labels.names.values(),
        *labels.categories.values(),
        *labels.departments.values(),
        *labels.apart.values(),
    ]
    assert [name for name in written if TILLS.search(name) or name != name.strip() or not name[0].isupper()] == []
