from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from envoi.hosts.demo.labels import read_labels
from envoi.hosts.demo.source import Source, open_source
from envoi.hosts.demo.tills import orders

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def source() -> Source:
    return open_source(households=40)


@pytest.fixture(scope="module")
def made(source: Source) -> Rows:
    rows: Rows = orders(source, read_labels()).to_pylist()
    return rows


def test_an_order_is_the_lines_of_one_basket(source: Source, made: Rows) -> None:
    lines: dict[str, Rows] = defaultdict(list)
    for line in source.read("transactions").to_pylist():
        lines[str(line["basket_id"])].append(line)
    assert {order["order_id"] for order in made} == lines.keys()
    for order in made:
        basket = lines[order["order_id"]]
        assert order["user_id"] == str(basket[0]["household_id"])
        assert order["store_id"] == str(basket[0]["store_id"])
        assert order["total"] == pytest.approx(sum(line["sales_value"] for line in basket), abs=0.006)
        assert [item["product_id"] for item in order["products"]] == [str(line["product_id"]) for line in basket]
        assert [item["quantity"] for item in order["products"]] == [line["quantity"] for line in basket]


def test_no_line_is_lost(source: Source, made: Rows) -> None:
    assert sum(len(order["products"]) for order in made) == source.read("transactions", ["household_id"]).num_rows


def test_orders_come_in_the_order_of_time(made: Rows) -> None:
    keys = [(order["at"], int(order["order_id"])) for order in made]
    assert keys == sorted(keys)


def test_times_are_instants_so_that_the_busiest_hours_are_the_same_all_year(made: Rows) -> None:
    assert made[0]["at"].utcoffset().total_seconds() == 0
    zone = ZoneInfo("America/New_York")

    def mean_hour(months: set[int]) -> float:
        local = [at.astimezone(zone) for order in made if (at := order["at"]).month in months]
        hours: list[float] = [at.hour + at.minute / 60 for at in local]
        return sum(hours) / len(hours)

    winter, summer = mean_hour({1, 2, 12}), mean_hour({5, 6, 7, 8})
    assert 13 < winter < 18
    assert abs(winter - summer) < 0.7, "were they times of the shop's clock, an hour would lie between them"


def test_a_price_is_of_one_and_a_correction_has_none(made: Rows) -> None:
    items = [item for order in made for item in order["products"]]
    assert all((item["price"] is None) == (item["quantity"] == 0) for item in items)
    milk = [item for item in items if item["name"] == "Milk" and item["price"]]
    assert 1 < sum(item["price"] for item in milk) / len(milk) < 5


def test_only_the_shops_own_brand_is_known(made: Rows) -> None:
    assert {item["brand"] for order in made for item in order["products"]} == {None, "Maple & Main"}


def test_all_baskets_of_the_data_become_orders() -> None:
    table = orders(open_source(), read_labels())
    assert table.num_rows == 155_848
    assert table["at"][0].as_py() == datetime(2017, 1, 1, 11, 53, 26, tzinfo=ZoneInfo("UTC"))
