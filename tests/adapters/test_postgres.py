"""PostgreSQL itself: one commit or none, refusals in our words, and a clock that is one for all machines."""

from __future__ import annotations

from contextlib import closing

import pytest

from envoi.adapters.postgres import ASK_AGAIN_S, SCHEMA, Postgres, PostgresClock, as_bytes
from envoi.clock import SystemClock
from envoi.errors import StoreBusy, StoreFailed, StoreLost, Unreachable
from tests.postgres import empty, fresh


def test_a_transaction_is_kept_as_a_whole_or_not_at_all() -> None:
    with fresh() as database:
        database.create("CREATE TABLE IF NOT EXISTS t (n int)")
        with pytest.raises(Unreachable):
            break_off(database)
        with database.transaction(), database.transaction():
            database.rows("INSERT INTO t VALUES (2)")
        assert database.rows("SELECT n FROM t") == [(2,)]


def break_off(database: Postgres) -> None:
    with database.transaction():
        database.rows("INSERT INTO t VALUES (1)")
        raise Unreachable("something else went wrong")


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(Unreachable, match="cannot be reached") as told:
        Postgres("postgresql://anna:hush@127.0.0.1:1/shop").rows("SELECT 1")
    assert "hush" not in str(told.value)


def test_what_names_no_database_is_told() -> None:
    with pytest.raises(StoreFailed, match="names no database"):
        Postgres("postgresql://?nonsense=1").rows("SELECT 1")


def test_a_lost_connection_is_told_once_and_then_there_is_another() -> None:
    with fresh() as database, closing(Postgres(empty())) as other:
        ((pid,),) = database.rows("SELECT pg_backend_pid()")
        other.rows("SELECT pg_terminate_backend(%s)", (pid,))
        with pytest.raises(StoreLost, match="was lost"):
            database.rows("SELECT 1")
        assert database.rows("SELECT 1") == [(1,)]


def test_two_who_wait_for_each_other_are_told_to_try_again() -> None:
    url = empty()
    with closing(Postgres(url)) as one, closing(Postgres(url)) as other:
        one.rows("SET lock_timeout = '50ms'")
        with other.transaction():
            other.rows("SELECT pg_advisory_xact_lock(1)")
            with pytest.raises(StoreBusy), one.transaction():
                one.rows("SELECT pg_advisory_xact_lock(1)")


def test_a_database_of_a_newer_envoi_is_refused() -> None:
    with fresh() as database:
        database.create()
        database.rows("UPDATE envoi SET version = %s", (SCHEMA + 1,))
        with pytest.raises(StoreFailed, match="newer"):
            database.create()


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(StoreFailed, match="UTF-8"):
        as_bytes("\ud83d")


def test_its_clock_goes_on_and_is_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    stopwatch = [100.0]
    monkeypatch.setattr("envoi.adapters.postgres.steady_s", lambda: stopwatch[0])
    with fresh() as database:
        clock = PostgresClock(database)
        first = clock.now()
        # One machine: the server's clock is this one's.
        assert abs(first - SystemClock().now()) < 60_000_000
        stopwatch[0] += 2.5
        assert clock.now() == first + 2_500_000
        # Asked again, the server says that less time has passed: the clock stands until it has.
        stopwatch[0] += ASK_AGAIN_S + 1
        assert clock.now() == first + 2_500_000
