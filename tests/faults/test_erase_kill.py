"""G9: killed at any step of an erasure, the next command on the project finishes it; nothing is done twice, or not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from envoi.adapters.privacy.records import Records
from envoi.hosts.audit import audit_of
from envoi.hosts.folder import state_folder
from envoi.hosts.local import open_project
from envoi.people.privacy.audit import Deed
from tests.hosts.privacy.used import ADA, BOB, CLEO, make, traces

#: More for a night: ENVOI_KILL_ROUNDS=100.
ROUNDS = int(os.environ.get("ENVOI_KILL_ROUNDS", "6"))

Erase = Callable[[Path, int], str]


@pytest.fixture(scope="module")
def erase() -> Iterator[Erase]:
    """Erases Ada in another process, which dies at that step; says how many steps it took, or that it died."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.erase_and_die"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def ask(root: Path, step: int) -> str:
            assert process.stdin
            assert process.stdout
            process.stdin.write(f"{root}\t{ADA}\t{step}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield ask
        assert process.stdin
        process.stdin.close()


def test_what_is_begun_is_finished(tmp_path: Path, erase: Erase) -> None:
    used = make(tmp_path / "used")
    steps = int(erase(copytree(used, tmp_path / "all"), 0))
    begun = 0
    for number in range(ROUNDS):
        root = copytree(used, tmp_path / "shop")
        # Spread evenly over the last three quarters of all steps: what comes before is only looking.
        assert erase(root, steps - (steps * 3 // 4) * (2 * number + 1) // (2 * ROUNDS)) == "dead"
        was_begun = Records(state_folder(root)).has_begun
        begun += was_begun
        with open_project(root) as envoi:
            people = {one.person for one in envoi.stores.log.read()}
            assert envoi.send("later").report.audience == 3
            assert envoi.verify("hello").ok
            assert envoi.verify("later").finished
        found = Records(state_folder(root))
        if was_begun or found.receipts():
            assert traces(state_folder(root)) == []
            assert people == {"", BOB, CLEO}
            noted = [each for each in audit_of(root).read() if each.done.what is Deed.ERASED]
            assert [len(found.receipts()), len(found.erased()), len(noted)] == [1, 1, 1]
            assert not audit_of(root).check().fault
            assert found.receipts()[0].erased["events"] > 5
        else:
            assert people == {ADA, BOB, CLEO}
        assert not found.has_begun
        rmtree(root)
    assert begun >= ROUNDS // 2
