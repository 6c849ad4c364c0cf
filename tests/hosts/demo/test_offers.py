from __future__ import annotations

from datetime import date, datetime

from envoi.hosts.demo.offers import campaigns, coupons
from envoi.hosts.demo.source import open_source


def test_each_household_that_got_a_campaign_is_a_row() -> None:
    rows = campaigns(open_source()).to_pylist()
    assert len(rows) == len({row["id"] for row in rows}) == 6_589
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    [row] = [row for row in rows if row["id"] == "1-105"]
    assert row == {
        "id": "1-105",
        "user_id": "105",
        "at": datetime(2017, 3, 3),  # noqa: DTZ001 on the shop's clock
        "campaign_id": "1",
        "campaign_type": "Type B",
        "ends_on": "2017-04-09",
    }
    assert all(row["at"].date() < date.fromisoformat(row["ends_on"]) for row in rows)


def test_each_coupon_that_came_back_is_a_row_of_its_own() -> None:
    rows = coupons(open_source()).to_pylist()
    assert len(rows) == len({row["id"] for row in rows}) == 2_102
    assert rows[0]["at"] == datetime(2017, 1, 1)  # noqa: DTZ001 on the shop's clock
    assert rows[0]["id"] == "1029-26-51380041013-20170101"


def test_some_households_have_only_their_own() -> None:
    source = open_source(households=60)
    wanted = {str(household) for household in source.households.to_pylist()}
    assert {row["user_id"] for row in campaigns(source).to_pylist()} < wanted
    assert {row["user_id"] for row in coupons(source).to_pylist()} < wanted
