"""The starter project, as it is made and with its people in, and a way to run commands on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from envoi.hosts.cli.init import make
from envoi.hosts.cli.main import run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, object]:
        """The one JSON object on stdout."""
        assert self.out.count("\n") == 1
        found: dict[str, object] = msgspec.json.decode(self.out, type=dict)
        return found


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter project with the people and orders in; look, do not change."""
    root = tmp_path_factory.mktemp("imported") / "shop"
    make(root)
    for kind, name in (("--people", "people"), ("--events", "orders")):
        files = [str(root / "data" / f"{name}.csv"), "--map", str(root / "maps" / f"{name}.toml")]
        assert run(["import", *files, kind, "--project", str(root)]) == 0
    return root


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A starter project as it is made."""
    make(tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def shop(tmp_path: Path, imported: Path) -> Path:
    """A starter project with its people in, for this test alone."""
    return Path(shutil.copytree(imported, tmp_path / "shop"))


@pytest.fixture
def envoi(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def run_here(*arguments: object) -> Ran:
        capsys.readouterr()
        code = run([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return Ran(code=code, out=out, err=err)

    return run_here


@pytest.fixture
def envoi_process() -> Run:
    """Runs a command as people do, in a process of its own."""

    def run_there(*arguments: object, cwd: Path | None = None, **variables: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-c", "from envoi.hosts.cli.main import main; main()", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    return run_there
