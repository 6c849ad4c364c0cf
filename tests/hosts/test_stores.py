"""Which stores a project has, and that what is made from the log is never ahead of it."""

from __future__ import annotations

from dataclasses import replace as with_
from pathlib import Path

import pytest
from msgspec.structs import replace

from envoi.errors import Unreachable
from envoi.events.port import Batch
from envoi.flow import catch_up_profiles
from envoi.hosts.stores import DATABASE, open_stores, store_url_of
from envoi.settings import Sender, Settings, Shop
from tests.contracts.happenings import happening

SETTINGS = Settings(name="x", shop=Shop(name="x", address="y"), sender=Sender(name="x", email="x@example.org"))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ENVOI_STORE_URL", raising=False)
    return tmp_path


def test_the_variable_comes_before_the_file(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = with_(SETTINGS, store_url="postgresql://there/shop")
    assert (store_url_of(SETTINGS), store_url_of(there)) == ("", "postgresql://there/shop")
    monkeypatch.setenv("ENVOI_STORE_URL", "postgresql://anna@127.0.0.1:1/here")
    assert store_url_of(there) == "postgresql://anna@127.0.0.1:1/here"
    with pytest.raises(Unreachable), open_stores(there, state):
        pass
    assert not (state / DATABASE).exists()


def test_profiles_that_are_ahead_of_a_log_from_a_backup_are_folded_anew(state: Path) -> None:
    first, second = happening(1), happening(2)
    with open_stores(SETTINGS, state) as kept:
        kept.log.append(Batch(events=[first]))
    backup = (state / DATABASE).read_bytes()
    with open_stores(SETTINGS, state) as kept:
        kept.log.append(Batch(events=[second]))
        catch_up_profiles(kept.log, kept.people, kept.log)
        assert kept.people.position() == 2
    (state / DATABASE).write_bytes(backup)
    with open_stores(SETTINGS, state) as kept:
        assert kept.people.position() == 0
        who, event = happening(3)
        kept.log.append(Batch(events=[(who, replace(event, name="Profile Updated", props={"city": "Lviv"}))]))
        catch_up_profiles(kept.log, kept.people, kept.log)
        assert kept.people.get([who])[who].value("city") == "Lviv"
