"""History and profiles are brought level with the log beside the live host, a little at a time."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from httpx2 import Client

from envoi.adapters.people.sqlite import open_profiles
from envoi.adapters.tables.duckdb import DuckTables
from envoi.campaigns.project import plan_of
from envoi.events.event import PersonId
from envoi.hosts.folder import read_files, state_folder
from envoi.hosts.live import history, keeper
from envoi.hosts.live.keeper import begin_history
from tests.hosts.live.shop import KEY, logged, make, served, until


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop with seven events, of which little is written at a time."""
    monkeypatch.setattr(history, "PAGE", 3)
    monkeypatch.setattr(history, "BATCH", 4)
    monkeypatch.setattr(history, "GAP_S", 0)
    # It is this process that gives way here.
    monkeypatch.setattr(history, "NICE", os.getpriority(os.PRIO_PROCESS, 0))
    root = make(tmp_path)
    with served(root) as address, Client(base_url=address, auth=(KEY, "")) as client:
        for number in range(7):
            message = {"event": "Order Completed", "userId": f"p{number % 3}", "messageId": f"m{number}"}
            assert client.post("/v1/track", json=message).status_code == 200
    return root


def heads(root: Path) -> tuple[int, int]:
    """How far profiles and history have come."""
    path = state_folder(root) / "history.duckdb"
    with closing(DuckTables(path, plan_of(read_files(root)), read_only=True)) as tables:
        return profiles_head(root), tables.head()


def profiles_head(root: Path) -> int:
    with open_profiles(state_folder(root)) as people:
        return people.position()


def test_both_are_level_with_the_log(shop: Path) -> None:
    last = logged(shop)[-1].seq
    assert last == 7
    history.main(shop)
    assert heads(shop) == (last, last)
    history.main(shop)
    assert heads(shop) == (last, last)


def test_everybody_has_done_what_the_log_says(shop: Path) -> None:
    history.main(shop)
    with open_profiles(state_folder(shop)) as people:
        profiles = people.get([PersonId(f"p{number}") for number in range(3)])
    log = logged(shop)
    expected = {who: max(one.event.at for one in log if one.person == who) for who in profiles}
    assert len(expected) == 3
    assert {who: profile.last_seen for who, profile in profiles.items()} == expected


def test_nothing_fails_while_a_command_has_history_open(shop: Path) -> None:
    state, before = state_folder(shop), heads(shop)[1]
    with closing(DuckTables(state / "history.duckdb", plan_of(read_files(shop)), read_only=True)):
        # Another process: within one, DuckDB opens a file as often as one likes.
        ended = begin_history(shop)
        assert ended.wait() == 0
        assert ended.communicate()[1] == ""
    assert heads(shop) == (logged(shop)[-1].seq, before)


def test_a_live_host_has_it_done_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_S", 0.02)
    monkeypatch.setattr(keeper, "HISTORY_S", 0.0)
    root = make(tmp_path)
    with served(root) as address, Client(base_url=address, auth=(KEY, "")) as client:
        for number in (1, 2):
            message = {"event": "Order Completed", "userId": "p", "messageId": str(number)}
            assert client.post("/v1/track", json=message).status_code == 200
            # Of a busy machine it gets what others leave.
            until(lambda number=number: profiles_head(root) == number, within_s=120)  # type: ignore[misc]
