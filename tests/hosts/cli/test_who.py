"""`envoi who`: the people, the first few for a person and all for a program."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cli.conftest import Run


def test_people_of_a_segment(envoi: Run, imported: Path) -> None:
    ran = envoi("who", 'in segment "Lapsing"', "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "5 people as of 2026-11-02T09:00:00Z\n"
        "  104\n  106\n  108\n  109\n  111\n"
        """Why the first: envoi why 104 --condition 'in segment "Lapsing"'\n"""
    )


def test_an_earlier_moment(envoi: Run, imported: Path) -> None:
    # By 1 September four people had ordered, 101, 104, 106 and 109, and nobody's orders were 30 days old.
    ran = envoi("who", 'in segment "Recent buyers"', "--at", "2026-09-01", "--json", "--project", imported)
    assert ran.answer == {"at": "2026-09-01T00:00:00Z", "count": 4, "people": ["101", "104", "106", "109"]}


def test_only_the_count(envoi: Run, imported: Path) -> None:
    line = ["who", 'country = "IE"', "--count", "--project", imported]
    assert envoi(*line, "--json").answer == {"at": "2026-11-02T09:00:00Z", "count": 1, "people": None}
    assert envoi(*line).out == "1 person as of 2026-11-02T09:00:00Z\n"


def test_a_project_without_history_has_nobody(envoi: Run, fresh: Path) -> None:
    assert envoi("who", 'country = "IE"', "--project", fresh).out == "0 people as of 2026-11-02T09:00:00Z\n"


def test_history_that_fell_behind_catches_up_first(envoi: Run, shop: Path) -> None:
    (shop / ".envoi" / "history.duckdb").unlink()
    assert envoi("who", 'country = "IE"', "--json", "--project", shop).answer["people"] == ["107"]
