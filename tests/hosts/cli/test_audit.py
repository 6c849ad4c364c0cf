"""`envoi audit` shows what was done, and finds what was changed in the log of it."""

from __future__ import annotations

from pathlib import Path

from envoi.hosts.audit import known_as, note
from envoi.hosts.folder import state_folder
from envoi.people.privacy.audit import Deed
from tests.hosts.cli.conftest import Run


def test_a_kept_head_finds_what_is_missing(fresh: Path, envoi: Run) -> None:
    assert envoi("audit", "verify", "--project", fresh).code == 0
    for what in (Deed.EXPORTED, Deed.ERASED):
        note(fresh, what, by="ann", about=known_as(fresh, "17"), detail={"events": 3})
    head = envoi("audit", "head", "--project", fresh).out.strip()
    assert head.startswith("2:")
    assert envoi("audit", "verify", "--head", head, "--project", fresh).code == 0
    listed = envoi("audit", "list", "--project", fresh, "--json").answer["entries"]
    assert [(one["what"], one["who"], one["detail"]) for one in listed] == [  # type: ignore[attr-defined]
        ("erased", "ann", {"events": 3}),
        ("exported", "ann", {"events": 3}),
    ]
    assert "17" not in {one["about"] for one in listed}  # type: ignore[attr-defined]
    path = state_folder(fresh) / "audit.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    assert envoi("audit", "verify", "--project", fresh).code == 0
    cut = envoi("audit", "verify", "--head", head, "--project", fresh, "--json")
    assert (cut.code, cut.answer["ok"], cut.answer["bad"]) == (1, False, 2)
    path.write_bytes(path.read_bytes().replace(b"ann", b"bob"))
    assert "entry 1 was edited" in envoi("audit", "verify", "--project", fresh).out


def test_a_word_that_is_no_command_is_refused(fresh: Path, envoi: Run) -> None:
    assert envoi("audit", "forge", "--project", fresh).code == 2
    assert "verify" in envoi("audit", "--help").out
