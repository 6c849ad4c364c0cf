"""Records of imports: kept whole, found by name, the last one first."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.errors import NotFound
from envoi.hosts.imports.record import Import, every, find, get, keep, name_of


def made(name: str, at: int) -> Import:
    return Import(name=name, file="a.csv", kind="people", source="crm", fingerprint="f", seen_at=Instant(at), after=0)


def test_records_are_found_again(tmp_path: Path) -> None:
    keep(tmp_path, made("a-1", 1))
    keep(tmp_path, made("b-2", 2))
    assert [one.name for one in every(tmp_path)] == ["b-2", "a-1"]
    assert get(tmp_path, "a-1") == made("a-1", 1)
    assert find(tmp_path, "a-1 ") is None
    with pytest.raises(NotFound, match="did you mean 'a-1'"):
        get(tmp_path, "a-l")


def test_a_name_tells_files_of_one_name_apart() -> None:
    assert name_of(Path("x/people.csv.gz"), "0123456789abcdef") == "people-01234567"


def test_how_an_import_stands() -> None:
    one = made("a", 1)
    done = replace(one, finished_at=Instant(2))
    assert [one.state, done.state, replace(done, undone_at=Instant(3)).state] == [
        "unfinished",
        "finished",
        "taken back",
    ]
