from __future__ import annotations

from pathlib import Path

import pytest

from envoi.errors import Conflict
from envoi.hosts.demo.prepare import FILES, prepare
from envoi.hosts.folder import read_files, secret


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_it_makes_a_project_with_its_data(tmp_path: Path) -> None:
    root = tmp_path / "new" / "demo"
    prepare(root, households=5)
    assert {"envoi.toml", "events/grocer.toml", "campaigns/weekly-picks.toml"} < read_files(root).keys()
    assert {path.stem for path in (root / "data").iterdir()} == set(FILES)
    assert {path.stem for path in (root / "maps").iterdir()} == set(FILES)
    assert (root / "README.md").is_file()
    assert (root / ".envoi" / "secret").stat().st_mode & 0o077 == 0, "others cannot read what signs the links"


def test_two_demos_are_the_same_to_the_byte_and_sign_alike(tmp_path: Path) -> None:
    for name in ("one", "two"):
        prepare(tmp_path / name, households=5)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert secret(tmp_path / "one") == secret(tmp_path / "two")


def test_a_demo_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    prepare(tmp_path, households=5)
    (tmp_path / "envoi.toml").write_text("# changed\n", encoding="utf-8")
    before = contents(tmp_path)
    prepare(tmp_path, households=5)
    assert contents(tmp_path) == before


def test_one_that_was_interrupted_is_made_again(tmp_path: Path) -> None:
    prepare(tmp_path / "whole", households=5)
    prepare(tmp_path / "torn", households=5)
    state = tmp_path / "torn" / ".envoi"
    (state / "demo").rename(state / "demo.begun")
    (tmp_path / "torn" / "data" / "orders.parquet").write_bytes(b"half")
    prepare(tmp_path / "torn", households=5)
    assert contents(tmp_path / "torn") == contents(tmp_path / "whole")


def test_it_takes_no_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(Conflict, match="is not empty, and it is no demo"):
        prepare(tmp_path, households=5)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_it_makes_no_other_demo_of_one(tmp_path: Path) -> None:
    prepare(tmp_path, households=5)
    with pytest.raises(Conflict, match="holds a demo of 5 households"):
        prepare(tmp_path)
