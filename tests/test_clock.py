"""Instants are whole microseconds, and every spelling of one instant is one number."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import FixedClock, Instant, SystemClock, duration, instant, iso, moment, parse_instant
from envoi.errors import DataError

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29)).map(lambda at: instant(at.replace(tzinfo=UTC)))  # noqa: DTZ001 bounds have no zone


@given(INSTANTS)
def test_an_instant_comes_back_from_a_moment_and_from_text(at: Instant) -> None:
    assert instant(moment(at)) == at
    assert parse_instant(iso(at)) == at
    assert iso(at).endswith("Z")


@given(INSTANTS, ZONES)
def test_an_instant_is_the_same_in_every_zone(at: Instant, zone: timezone) -> None:
    elsewhere = moment(at).astimezone(zone)

    assert instant(elsewhere) == at
    assert parse_instant(elsewhere.isoformat()) == at


@given(INSTANTS, st.timedeltas(timedelta(days=-1), timedelta(days=1)))
def test_a_later_moment_is_a_larger_instant_by_the_microseconds_between(at: Instant, span: timedelta) -> None:
    assert instant(moment(at) + span) == at + duration(span)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2017-12-01", "2017-12-01T00:00:00Z"),
        (" 2017-12-01T09:00Z ", "2017-12-01T09:00:00Z"),
        ("2017-12-01 09:00:00.000001+01:00", "2017-12-01T08:00:00.000001Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_texts_that_name_an_instant(text: str, written: str) -> None:
    assert iso(parse_instant(text)) == written


@pytest.mark.parametrize("text", ["", "soon", "2017-12-32", "2017-02-29", "12/01/2017", "2017-12-01T25:00Z"])
def test_texts_that_name_none(text: str) -> None:
    with pytest.raises(DataError, match="is not a date or time"):
        parse_instant(text)


def test_a_time_without_a_zone_names_no_instant() -> None:
    with pytest.raises(DataError, match="has no time zone"):
        parse_instant("2017-12-01T09:00:00")
    with pytest.raises(DataError, match="has no time zone"):
        instant(datetime(2017, 12, 1))  # noqa: DTZ001 the point


def test_a_fixed_clock_stands_where_it_was_set() -> None:
    clock = FixedClock(Instant(3))
    assert (clock.now(), clock.now()) == (3, 3)

    clock.at = Instant(4)
    assert clock.now() == 4


def test_the_systems_clock_stands_when_the_machine_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([5_000, 9_999, 2_000, 10_000])
    monkeypatch.setattr(time, "time_ns", lambda: next(told))
    clock = SystemClock()

    assert [clock.now() for _ in range(4)] == [5, 9, 9, 10]
