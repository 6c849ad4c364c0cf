"""What came over HTTP and did not fit the tracking plan is taken in when the plan was mended: once, as of its time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from httpx2 import Client

from envoi.hosts.cli.main import run
from tests.hosts.live.shop import KEY, logged, make, segments_of, served

PLAN = """
[events."Order Completed".properties]
total = "number"
[events."Product Viewed".properties]
product_id = "text"
[traits]
email = "text"
plan = "text"
"""
STRICT = 'unplanned = "set aside"\n' + PLAN
MENDED = STRICT + '[events."Tea Ordered".properties]\ncups = "number"\n'


def again(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, int], int, dict[str, int]]:
    """What of it was taken in, how much was known already, and what was set aside still."""
    assert run(["import", "--set-aside", "--project", str(root), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return found["events"], found["repeated"], found["rejected"]


def test_after_the_plan_was_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, plan = make(tmp_path), tmp_path / "events" / "plan.toml"
    plan.write_text(STRICT, encoding="utf-8")
    tea = {"type": "track", "event": "Tea Ordered", "userId": "ada", "properties": {"cups": 2}}
    late = {**tea, "messageId": "late", "timestamp": "2026-01-01T00:00:00Z"}
    single = {"event": "Tea Ordered", "userId": "bob", "messageId": "single"}
    with served(root) as address, Client(base_url=address, auth=(KEY, "")) as client:
        sent = {"batch": [tea, late, {**tea, "userId": None}], "sentAt": "2026-01-01T00:01:00Z"}
        assert len(client.post("/v1/batch", json=sent).json()["set_aside"]) == 3
        assert client.post("/v1/track", json=single).status_code == 400
        assert client.post("/v1/track", content=b"never JSON").status_code == 400
        plan_is_wrong = "the tracking plan has no such event"
        assert again(root, capsys)[2][plan_is_wrong] == 4
        plan.write_text(MENDED, encoding="utf-8")
        (root / "segments" / "tea.toml").write_text(
            """name = "Tea"\ncondition = 'did "Tea Ordered"'\n""", encoding="utf-8"
        )
        events, repeated, rejected = again(root, capsys)
        assert (events, repeated, sum(rejected.values())) == ({"Tea Ordered": 3}, 0, 2)
        assert again(root, capsys)[:2] == ({}, 3)
    with served(root):
        assert segments_of(root, "ada") == segments_of(root, "bob") == {"Tea"}
    found = {one.event.id: one for one in logged(root) if one.event.source == "http"}
    assert len(found) == 3
    assert (found["late"].person, found["late"].event.props) == ("ada", {"cups": 2})
    (unnamed,) = [one.event for name, one in found.items() if name not in ("late", "single")]
    # The clock that was wrong is corrected still, by when it arrived.
    assert unnamed.at - found["late"].event.at == 60_000_000
    assert unnamed.at < unnamed.seen_at
    left = (root / ".envoi" / "rejects" / "http.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["reason"][:8] for line in left] == ["nobody i", "not the "]


def test_it_stands_alone(tmp_path: Path) -> None:
    assert run(["import", "--set-aside", "--events", "--project", str(make(tmp_path))]) == 2
