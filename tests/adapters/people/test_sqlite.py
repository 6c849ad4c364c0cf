"""Profiles in SQLite survive their process, beside the log in the same file."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.sqlite import SqliteProfileStore
from envoi.events.event import PersonId
from envoi.events.port import Batch
from envoi.people.profile import Profile
from tests.contracts.happenings import happening, stored

if TYPE_CHECKING:
    from pathlib import Path


def test_profiles_and_log_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    ada = Profile(person=PersonId("p1"), seq=1)
    with closing(open_database(path)) as connection:
        SqliteEventLog(connection).append(Batch(events=[happening(1)]))
        SqliteProfileStore(connection).put([ada])
    with closing(open_database(path, read_only=True)) as connection:
        assert SqliteProfileStore(connection).get([PersonId("p1")]) == {"p1": ada}
        assert list(SqliteEventLog(connection).read()) == stored(happening(1))
