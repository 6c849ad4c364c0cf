"""A project in PostgreSQL: the same commands give the same mails, also when two processes send at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.postgres import empty

STARTER = Path(__file__).parents[2] / "examples" / "starter"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER, tmp_path / "shop"))


def start(project: Path, *command: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from envoi.hosts.cli.main import main; main()",
            *command,
            "--project",
            str(project),
            "--json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "ENVOI_STORE_URL": url},
    )


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    said, complaints = process.communicate()
    assert process.returncode == 0, complaints
    found: dict[str, Any] = json.loads(said)
    return found


def test_what_is_sent_from_postgres_by_two_processes_is_what_sqlite_sends(project: Path) -> None:
    alone = Path(shutil.copytree(project, project.with_name("alone")))
    url = empty()
    for where, store in ((project, url), (alone, "")):
        for kind in ("people", "orders"):
            done = start(
                where,
                "import",
                str(where / "data" / f"{kind}.csv"),
                "--people" if kind == "people" else "--events",
                "--map",
                str(where / "maps" / f"{kind}.toml"),
                url=store,
            )
            assert answer(done)["events"]
    answer(start(alone, "send", "come-back", url=""))
    both = [start(project, "send", "come-back", url=url) for _ in range(2)]
    for each in both:
        each.communicate()
    # One may have come while the other was planning, and been told to come back.
    assert 0 in {each.returncode for each in both} <= {0, 5}
    answer(start(project, "send", "come-back", url=url))
    mails = {path.name: path.read_bytes() for path in (project / ".envoi" / "mail").glob("*.eml")}
    assert mails
    assert mails.keys() == {path.name for path in (alone / ".envoi" / "mail").glob("*.eml")}
    verified = answer(start(project, "verify", "come-back", url=url))
    assert verified["ok"]
    assert not (project / ".envoi" / "envoi.sqlite").exists()
