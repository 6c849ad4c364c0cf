"""Processes add to one audit log in turn, and half a line that a crash left is in nobody's way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from envoi.adapters.people.audit_file import AuditFile
from envoi.errors import StoreFailed
from envoi.people.privacy.audit import Deed, Done

DONE = Done(at="2026-11-22T10:00:00Z", who="ann", what=Deed.ERASED, detail={"why": "x" * 40})


def test_what_is_added_follows_from_what_is_there(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "audit.jsonl")
    assert file.check().whole == 0
    assert list(file.read()) == []
    written = [file.append(DONE) for _ in range(3)]
    assert list(AuditFile(tmp_path / "audit.jsonl").read()) == written
    assert file.check().head.digest == written[-1].digest


def test_many_at_once_make_one_chain(tmp_path: Path) -> None:
    # More than one tail of the file holds.
    path = tmp_path / "audit.jsonl"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: AuditFile(path).append(DONE), range(300)))
    assert path.stat().st_size > 1 << 16
    checked = AuditFile(path).check()
    assert (checked.whole, checked.fault) == (300, "")


@pytest.mark.parametrize("left", [1, 30, -1])
def test_half_a_line_at_the_end_was_never_acknowledged(tmp_path: Path, left: int) -> None:
    file = AuditFile(tmp_path / "audit.jsonl")
    file.append(DONE)
    whole = (tmp_path / "audit.jsonl").read_bytes()
    (tmp_path / "audit.jsonl").write_bytes(whole + whole[:left])
    assert file.check().whole == 1
    assert file.append(DONE).number == 2
    assert (file.check().whole, file.check().fault) == (2, "")


def test_nothing_is_added_to_a_damaged_end(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "audit.jsonl")
    file.append(DONE)
    (tmp_path / "audit.jsonl").write_bytes((tmp_path / "audit.jsonl").read_bytes() + b"nonsense\n")
    with pytest.raises(StoreFailed, match="damaged"):
        file.append(DONE)


def test_a_log_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="cannot be written"):
        AuditFile(tmp_path / "nowhere" / "audit.jsonl").append(DONE)
