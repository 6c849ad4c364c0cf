"""What every suppression list promises: it merges what it is told, and forgets nothing."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.memory_suppressions import MemorySuppressionList
from envoi.adapters.messages.postgres_suppressions import PostgresSuppressionList
from envoi.adapters.messages.sqlite_suppressions import SqliteSuppressionList
from envoi.clock import Instant
from envoi.messages.suppression import Key, Standing, Strike, by_hand, lift, merge, reason
from tests.postgres import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from envoi.messages.port import SuppressionList

ANN, BEN = Key("a1"), Key("b2")


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def known(request: pytest.FixtureRequest) -> Iterator[SuppressionList]:
    if request.param == "memory":
        yield MemorySuppressionList()
    elif request.param == "sqlite":
        with closing(open_database(None)) as connection:
            yield SqliteSuppressionList(connection)
    else:
        with fresh() as database:
            yield PostgresSuppressionList(database)


def soft(key: Key, *mails: int) -> Standing:
    return Standing(key=key, soft=tuple(Strike(Instant(mail), f"m{mail}", "full") for mail in mails))


def test_of_nobody_nothing_is_known(known: SuppressionList) -> None:
    assert known.get([ANN, BEN]) == {}
    assert list(known.scan()) == []


def test_what_is_added_is_merged_with_what_was_known(known: SuppressionList) -> None:
    known.add([soft(ANN, 1), soft(BEN, 2)])
    known.add([soft(ANN, 3)])
    assert known.get([ANN]) == {ANN: merge(soft(ANN, 1), soft(ANN, 3))}
    assert known.get([BEN, ANN]).keys() == {ANN, BEN}


def test_one_call_may_tell_several_things_of_one_address(known: SuppressionList) -> None:
    known.add([soft(ANN, 1), soft(ANN, 2), soft(ANN, 1)])
    assert known.get([ANN]) == {ANN: soft(ANN, 1, 2)}


def test_adding_again_changes_nothing(known: SuppressionList) -> None:
    for _ in range(3):
        known.add([soft(ANN, 1), by_hand(ANN, at=Instant(2), who="support", why="asked for it")])
    assert known.get([ANN])[ANN].soft == soft(ANN, 1).soft
    assert reason(known.get([ANN])[ANN]) == "suppressed by support: asked for it"


def test_what_is_lifted_is_still_known(known: SuppressionList) -> None:
    known.add([by_hand(ANN, at=Instant(2), who="support", why="asked for it")])
    known.add([lift(ANN, at=Instant(3), who="support", why="asked to be taken back")])
    found = known.get([ANN])[ANN]
    assert reason(found) == ""
    assert found.hard
    assert found.lifted == Strike(Instant(3), "by support", "asked to be taken back")


def test_scanning_goes_in_order_of_keys(known: SuppressionList) -> None:
    keys = [Key(f"{n:02}") for n in range(25)]
    known.add([soft(key, 1) for key in reversed(keys)])
    assert [each.key for each in known.scan()] == keys
    assert [each.key for each in known.scan("10", 3)] == keys[10:13]
