"""`envoi segments`: all of them in a line each, one in full, and as JSON; with and without a live host."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import msgspec

from envoi.adapters.database import open_database
from envoi.adapters.segments.sqlite import SqliteStateStore
from envoi.clock import parse_instant
from envoi.hosts.folder import state_folder
from envoi.reports.segments import InFull, Segments
from envoi.segments.port import Defined, Plan
from tests.hosts.cli.conftest import Run


def test_all_in_a_line_each(envoi: Run, imported: Path) -> None:
    ran = envoi("segments", "--project", imported)
    assert (ran.code, ran.err) == (0, "")
    head, *lines = ran.out.splitlines()
    assert head == "3 segments of 12 people as of 2026-11-02T09:00:00Z"
    assert [line.split("  ")[1] for line in lines] == ["Lapsing", "Recent buyers", "Tea lovers"]


def test_all_as_json(envoi: Run, imported: Path) -> None:
    ran = envoi("segments", "--json", "--project", imported)
    found = msgspec.convert(ran.answer, Segments)
    assert (found.segments[0].name, found.segments[0].people) == ("Lapsing", 5)
    assert {one.since for one in found.segments} == {""}


def test_one_in_full(envoi: Run, imported: Path) -> None:
    found = msgspec.convert(envoi("segments", "Lapsing", "--json", "--project", imported).answer, InFull)
    assert (found.name, found.people, found.everyone) == ("Lapsing", 5, 12)
    assert found.history[-1].people == 5
    assert {day.how for day in found.history} == {"judged"}
    ran = envoi("segments", "Lapsing", "--project", imported)
    assert ran.out.startswith("Lapsing: 5 of 12 people (41.7%) as of 2026-11-02T09:00:00Z, never watched live")
    assert "\nBy time alone\n" in ran.out
    assert "judged now as of then" in ran.out


def test_an_earlier_moment(envoi: Run, imported: Path) -> None:
    ran = envoi("segments", "Recent buyers", "--at", "2026-09-01", "--json", "--project", imported)
    assert (ran.answer["at"], ran.answer["people"]) == ("2026-09-01T00:00:00Z", 4)


def test_since_when_it_is_watched(envoi: Run, shop: Path) -> None:
    at = parse_instant("2026-11-01T08:00:00Z")
    with closing(open_database(state_folder(shop) / "envoi.sqlite")) as connection:
        defined = Defined(segment="Lapsing", condition="c", seq=1, at=at)
        SqliteStateStore(connection).adopt(Plan(number=1, segments=(defined,)), 0)
    lines = envoi("segments", "--project", shop).out.splitlines()
    assert lines[1].endswith("watched since 2026-11-01T08:00:00Z")
    assert "watched since" not in lines[2]
    assert ", watched since 2026-11-01T08:00:00Z" in envoi("segments", "Lapsing", "--project", shop).out


def test_a_name_that_is_not_there(envoi: Run, imported: Path) -> None:
    ran = envoi("segments", "Lapsin", "--project", imported)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "error: no segment 'Lapsin'\n  fix: did you mean 'Lapsing'?\n"


def test_a_project_without_history_has_none(envoi: Run, fresh: Path) -> None:
    ran = envoi("segments", "--project", fresh)
    assert ran.out.startswith("3 segments of 0 people")
    assert "No history yet." in envoi("segments", "Lapsing", "--project", fresh).out
