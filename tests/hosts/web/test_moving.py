"""Follows the live host: counted once, then by what has happened since; the same as counting anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.people.sqlite import open_profiles
from envoi.adapters.segments.sqlite import SqliteMemberships
from envoi.clock import Instant
from envoi.events.event import Event, Name, PersonId
from envoi.events.port import Batch
from envoi.hosts.folder import state_folder
from envoi.hosts.web import moving
from envoi.hosts.web.moving import Moving, Seen
from envoi.people.profile import fold
from envoi.segments.transition import BY_TIME, Transition, as_event

NOW = 1_700_000_000_000_000


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look looks."""
    monkeypatch.setattr(moving, "OFTEN_S", -1.0)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Connection]:
    state = state_folder(tmp_path)
    with closing(open_database(state / "envoi.sqlite")) as connection, open_profiles(state):
        SqliteEventLog(connection)
        SqliteMemberships(connection)
        yield connection


def move(host: Connection, person: int, at: int, *, entered: bool = True, segment: str = "VIP") -> None:
    who, when = PersonId(str(person)), Instant(NOW + at)
    made = Transition(segment=segment, condition="c", person=who, entered=entered, at=when, cause=BY_TIME)
    SqliteEventLog(host).append(Batch(events=[(who, as_event(made, when))]))
    SqliteMemberships(host).note([made])


def told(seen: Seen) -> tuple[int, list[tuple[str, bool]]]:
    return seen.people, [(one.person, one.entered) for one in seen.moves]


def test_sizes_and_the_last_moves(host: Connection, tmp_path: Path) -> None:
    following = Moving(tmp_path)
    assert told(following.look("VIP")) == (0, [])
    move(host, 1, 1)
    move(host, 2, 2)
    move(host, 3, 3, segment="Other")
    assert told(following.look("VIP")) == (2, [("2", True), ("1", True)])
    move(host, 1, 4, entered=False)
    assert told(following.look("VIP")) == (1, [("1", False), ("2", True), ("1", True)])
    assert told(following.look("Other")) == (1, [("3", True)])
    # Who begins to look now sees the same.
    assert told(Moving(tmp_path).look("VIP")) == told(following.look("VIP"))


def test_after_a_rush_all_is_counted_anew(host: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    following = Moving(tmp_path)
    following.look("VIP")
    monkeypatch.setattr(moving, "MOST", 3)
    for person in range(20):
        move(host, person, person)
    people, last = told(following.look("VIP"))
    assert people == 20
    assert last == [(str(person), True) for person in (19, 18, 17)]


def test_moves_of_long_ago_are_remembered_when_told(host: Connection, tmp_path: Path) -> None:
    for person in range(moving.LAST + 5):
        move(host, person, person)
    old = SqliteEventLog(host).fetch([1, 2])
    monkey = Moving(tmp_path)
    monkey.look("VIP", old)
    shown = [one for one, _ in told(monkey.look("VIP"))[1]]
    assert shown == [str(person) for person in range(moving.LAST + 4, 4, -1)]


def test_who_has_a_name_is_called_by_it(host: Connection, tmp_path: Path) -> None:
    who = PersonId("1")
    named = Event(
        id="1",
        source="crm",
        name=Name.PROFILE_UPDATED,
        keys={"user_id": "1"},
        at=Instant(NOW),
        seen_at=Instant(NOW),
        props={"first_name": "Ada", "last_name": "Byron"},
    )
    (stored,) = SqliteEventLog(host).append(Batch(events=[(who, named)]))
    with open_profiles(state_folder(tmp_path)) as people:
        people.put([fold(None, stored)])
    move(host, 1, 1)
    assert Moving(tmp_path).look("VIP").names == {who: "Ada Byron"}


def test_however_many_look_the_file_is_read_now_and_then(
    host: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "OFTEN_S", 3600.0)
    following = Moving(tmp_path)
    following.look("VIP")
    move(host, 1, 1)
    assert told(following.look("VIP")) == (0, [])
