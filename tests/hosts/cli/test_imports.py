"""`envoi imports`: what was taken in, by the names that the import gave."""

from __future__ import annotations

from pathlib import Path

from envoi.hosts.imports.record import every
from tests.hosts.cli.conftest import Run


def test_all_imports_are_listed_the_last_one_first(envoi: Run, shop: Path) -> None:
    ran = envoi("imports", "--project", shop, "--json")
    found = ran.answer["imports"]
    assert isinstance(found, list)
    assert [(one["file"], one["kind"], one["records"], one["people"]) for one in found] == [
        ("orders.csv", "events", 22, 11),
        ("people.csv", "people", 12, 12),
    ]
    told = envoi("imports", "--project", shop).out
    assert "people.csv, people from crm" in told
    assert "22 records, 18 new events of 11 people, 0 known already, 0 set aside" in told


def test_where_nothing_was_imported_it_says_how(envoi: Run, fresh: Path) -> None:
    assert "Nothing was imported yet" in envoi("imports", "--project", fresh).out


def test_the_same_file_again_adds_no_import(envoi: Run, shop: Path) -> None:
    again = envoi("import", shop / "data/people.csv", "--map", shop / "maps/people.toml", "--project", shop, "--json")
    assert again.answer["finished_at"]
    assert len(envoi("imports", "--project", shop, "--json").answer["imports"]) == 2  # type: ignore[arg-type]


def test_an_import_is_taken_back_by_its_name(envoi: Run, shop: Path) -> None:
    name = every(shop)[0].name
    ran = envoi("import", "--undo", name, "--project", shop)
    assert (ran.code, ran.out) == (0, f"{name}: taken back; it was about 11 people\n")
    count = envoi("who", 'did "Order Completed"', "--count", "--project", shop, "--json")
    assert count.answer["count"] == 0
    assert "taken back" in envoi("imports", "--project", shop).out
    again = envoi("import", "--undo", name, "--project", shop)
    assert (again.code, "it was taken back" in again.err) == (1, True)
    assert envoi("import", "--undo", "orders", "x.csv", "--project", shop).code == 2
