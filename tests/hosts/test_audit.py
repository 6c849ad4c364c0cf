"""What is done with people's data is noted, by whoever does it, and nobody is named in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.errors import StoreFailed
from envoi.hosts.audit import audit_of, known_as
from envoi.hosts.cli.main import run
from envoi.hosts.folder import state_folder
from envoi.hosts.identity import Word, merge
from envoi.hosts.local import open_project
from envoi.people.privacy.audit import Deed
from tests.hosts.privacy.used import ADA, BOB, make, traces


def test_what_is_done_is_noted(tmp_path: Path) -> None:
    root = make(tmp_path)
    assert [each.done.what for each in audit_of(root).read()] == [Deed.BEGUN, Deed.BEGUN]
    assert run(["suppressions", "Bob@Persons.example", "--lift", "asked", "--project", str(root)]) == 0
    merge(root, ADA, BOB, Word(because="the same phone", by="ann"))
    found = [(each.done.what, each.done.about) for each in audit_of(root).read()][2:]
    assert found == [(Deed.LIFTED, known_as(root, "bob@persons.example")), (Deed.MERGED, found[1][1])]
    assert audit_of(root).check().fault == ""
    log = state_folder(root) / "audit.jsonl"
    assert [each for each in traces(state_folder(root)) if each.startswith(log.name)] == []


def test_what_cannot_be_noted_is_not_done(tmp_path: Path) -> None:
    root = make(tmp_path)
    (state_folder(root) / "audit.jsonl").unlink()
    (state_folder(root) / "audit.jsonl").mkdir()
    with pytest.raises(StoreFailed):
        merge(root, ADA, BOB, Word(because="the same phone", by="ann"))
    with open_project(root) as envoi:
        assert set(envoi.stores.people.get([ADA, BOB])) == {ADA, BOB}
