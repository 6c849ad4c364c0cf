"""The files of a campaign's plan are kept as they were, whatever the campaign is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from envoi.hosts.plans import Planned, pin, pinned


@pytest.mark.parametrize("campaign", ["spring", "weekly@2026-11-22", "../up", "a b/ü"])
def test_what_is_kept_is_found_again(tmp_path: Path, campaign: str) -> None:
    assert pinned(tmp_path, campaign) is None
    first = Planned(files={"envoi.toml": "name = 'Ü'"}, observed={"": {"age": "number"}})
    pin(tmp_path, campaign, first)
    assert pinned(tmp_path, campaign) == first
    pin(tmp_path, campaign, Planned(files={}, observed={}))
    assert pinned(tmp_path, campaign) == Planned(files={}, observed={})
    assert [path.parent for path in tmp_path.rglob("*.json")] == [tmp_path / "plans"]
