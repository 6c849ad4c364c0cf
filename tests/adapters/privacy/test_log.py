"""The log lets go of people and keeps their places: what is delivered again is known, and others lose little."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.events.postgres import PostgresEventLog
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.privacy.log import ErasableLog, ErasableMentions
from envoi.adapters.privacy.sql import PostgresSql, Sql, SqliteSql
from envoi.events.emptied import ERASURES
from envoi.events.event import NOBODY, Event, PersonId
from envoi.events.port import Batch, Mark
from tests.contracts.happenings import happening
from tests.postgres import fresh

KEY = b"a secret"
ADA, BOB = PersonId("p1"), PersonId("p0")

Opened = tuple[SqliteEventLog | PostgresEventLog, Sql]


@contextmanager
def opened(kind: str) -> Iterator[Opened]:
    if kind == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteEventLog(connection, KEY), SqliteSql(connection)
    else:
        with fresh() as database:
            yield PostgresEventLog(database, KEY), PostgresSql(database)


@pytest.fixture(params=["sqlite", "postgres"])
def both(request: pytest.FixtureRequest) -> Iterator[Opened]:
    with opened(request.param) as found:
        yield found


def test_places_stay_and_a_repeated_delivery_is_known(both: Opened) -> None:
    log, sql = both
    batch = [happening(n, f"p{n % 2}") for n in range(6)]
    log.append(Batch(events=batch))
    assert ErasableLog(sql, KEY).erase([ADA], []) == 3
    # Again, there is nothing left to erase.
    assert (ErasableLog(sql, KEY).erase([ADA], []), ErasableLog(sql, KEY).find([ADA], [])) == (0, 0)
    log.append(Batch(mark=Mark(name=ERASURES, position=1)))
    assert [(one.seq, one.person) for one in log.read()] == [(n + 1, NOBODY if n % 2 else BOB) for n in range(6)]
    assert log.fetch([1, 2]) == [next(iter(log.read()))]
    assert log.of(ADA, after=0) == []
    assert log.append(Batch(events=[*batch, happening(9, ADA)])) == log.fetch([7])
    assert log.position() == 7


def test_only_up_to_a_position(both: Opened) -> None:
    log, sql = both
    log.append(Batch(events=[happening(n, ADA) for n in range(4)]))
    assert ErasableLog(sql, KEY, until=2).erase([ADA], []) == 2
    assert [one.seq for one in log.of(ADA, after=0)] == [3, 4]


def test_others_lose_the_address_alone_and_not_their_own(both: Opened) -> None:
    log, sql = both
    told = Event(
        id="1", source="web", name="Told", keys={"user_id": BOB}, at=happening(0)[1].at, seen_at=happening(0)[1].at,
        props={"of": ["Ada@Example.org"], "n": 1},
    )  # fmt: skip
    own = Event(
        id="2", source="web", name="Told", keys={"email": "ada@example.org"}, at=told.at, seen_at=told.at, props={}
    )
    log.append(Batch(events=[(BOB, told), (PersonId("p3"), own)]))
    mentions = ErasableMentions(sql)
    assert mentions.find([ADA], ["ada@example.org"]) == 1
    assert mentions.erase([ADA], ["ada@example.org"]) == 1
    assert mentions.find([ADA], ["ada@example.org"]) == 0
    found = [one.event for one in log.read()]
    assert [each.props for each in found] == [{"of": ["[erased]"], "n": 1}, {}]
    assert found[1] == own
