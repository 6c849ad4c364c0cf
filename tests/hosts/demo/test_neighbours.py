from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from envoi.hosts.demo.neighbours import people, withdrawals
from envoi.hosts.demo.source import open_source
from envoi.messages.address import check_address

Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def everyone() -> Rows:
    rows: Rows = people(open_source()).to_pylist()
    return rows


@pytest.fixture(scope="module")
def ended() -> Rows:
    rows: Rows = withdrawals(open_source()).to_pylist()
    return rows


def share(rows: Rows, column: str) -> float:
    """How many have no value."""
    return sum(row[column] is None for row in rows) / len(rows)


def test_every_household_is_somebody(everyone: Rows) -> None:
    assert len({row["user_id"] for row in everyone}) == len(everyone) == 2_469
    assert all(row["last_name"] for row in everyone)


def test_addresses_can_be_written_to_and_belong_to_nobody(everyone: Rows) -> None:
    addresses = [row["email"] for row in everyone if row["email"]]
    assert len(set(addresses)) == len(addresses)
    assert all(check_address(address) == address and address.endswith("@example.org") for address in addresses)


@pytest.mark.parametrize(
    ("column", "least", "most"), [("first_name", 0.01, 0.03), ("email", 0.02, 0.04), ("newsletter", 0.05, 0.08)]
)
def test_some_lack_what_people_lack(everyone: Rows, column: str, least: float, most: float) -> None:
    assert least < share(everyone, column) < most


def test_names_are_as_odd_as_names_are(everyone: Rows) -> None:
    first, last = ({row[name] or "" for row in everyone} for name in ("first_name", "last_name"))
    assert {"Renée", "Søren", "Anne-Marie", "Maximiliana-Theodora"} <= first
    assert {"O'Brien", "N'Diaye", "Nguyen", "Wójcik"} <= last
    assert max(map(len, last)) > 50
    assert len(first) > 120
    assert len(last) > 180


def test_who_withdrew_had_agreed_and_did_so_before_the_mail(everyone: Rows, ended: Rows) -> None:
    assert 0.03 < len(ended) / len(everyone) < 0.05
    people_by_id = {row["user_id"]: row for row in everyone}
    for row in ended:
        assert people_by_id[row["user_id"]]["newsletter"] == "yes"
        assert people_by_id[row["user_id"]]["signed_up"] < row["at"] < datetime(2017, 12, 1)  # noqa: DTZ001


def test_the_datas_own_demographics_are_kept(everyone: Rows) -> None:
    assert sum(row["age"] is not None for row in everyone) == 801
    [first] = [row for row in everyone if row["user_id"] == "1"]
    assert (first["age"], first["income"], first["household_comp"]) == ("65+", "35-49K", "2 Adults No Kids")


def test_a_person_is_the_same_in_every_run_and_in_every_crowd(everyone: Rows) -> None:
    by_id = {row["user_id"]: row for row in everyone}
    assert all(by_id[row["user_id"]] == row for row in people(open_source(households=25)).to_pylist())
