"""`envoi init`: a project that is right, and nothing overwritten."""

from __future__ import annotations

from pathlib import Path

from tests.hosts.cli.conftest import Run


def test_a_new_project_checks_and_lives(envoi: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "shop"
    ran = envoi("init", folder, "--name", 'Ann "Tea" Ünal', "--json")
    files = ran.answer["files"]
    assert isinstance(files, list)
    assert {"envoi.toml", ".gitignore", "README.md", "segments/lapsing.toml"} <= set(files)
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == sorted(files)
    assert envoi("check", "--project", folder).code == 0
    assert envoi("report", "--project", folder, "--json").answer["project"] == 'Ann "Tea" Ünal'


def test_nothing_is_overwritten(envoi: Run, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    ran = envoi("init", tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: there is README.md in {tmp_path} already, and init overwrites nothing\n")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


def test_the_next_steps_are_shown(envoi: Run, tmp_path: Path) -> None:
    out = envoi("init", tmp_path / "shop").out
    assert f"  cd {tmp_path / 'shop'}\n" in out
    assert "  envoi import data/people.csv --people --map maps/people.toml " in out
