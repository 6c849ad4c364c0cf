"""Drafts of imports: one whose file names a person is discarded, wherever in the file that stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.adapters.privacy import drafts
from envoi.adapters.privacy.drafts import ErasableDrafts
from envoi.events.event import PersonId


def test_a_draft_that_names_somebody_is_discarded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_PIECE", 16)
    for name, content in {"a": "id,mail\n" + "x" * 30 + ",Ada@Example.org\n", "b": "id\n7\n"}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "people.csv").write_text(content)
    erasable = ErasableDrafts(tmp_path)
    asked = [PersonId("email:ada@example.org")], ["ada@example.org"]
    assert (erasable.find(*asked), erasable.erase(*asked), erasable.find(*asked)) == (1, 1, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert ErasableDrafts(tmp_path / "nowhere").erase([PersonId("7")], []) == 0
