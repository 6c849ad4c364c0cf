"""Profiles in SQLite survive their process, in a file of their own."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database, transaction
from envoi.adapters.people.sqlite import open_profiles
from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.people.profile import Profile

if TYPE_CHECKING:
    from pathlib import Path

ADA = Profile(person=PersonId("p1"), seq=1)


def test_profiles_survive_their_process(tmp_path: Path) -> None:
    with open_profiles(tmp_path) as people:
        people.put([ADA])
    with open_profiles(tmp_path, read_only=True) as people:
        assert people.get([ADA.person]) == {"p1": ADA}


def test_they_are_written_while_another_writes_to_the_log(tmp_path: Path) -> None:
    with (
        closing(open_database(tmp_path / "envoi.sqlite")) as connection,
        transaction(connection),
        open_profiles(tmp_path) as people,
    ):
        people.put([ADA])
        assert people.position() == 1


def test_where_there_are_none_nobody_who_only_reads_makes_any(tmp_path: Path) -> None:
    with pytest.raises(NotFound), open_profiles(tmp_path, read_only=True):
        pass
    assert not list(tmp_path.iterdir())
