"""Quiet hours: nobody's clock shows any of them when mail goes, and it goes at the first moment after."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, duration, iso, parse_instant
from envoi.messages.quiet import is_never_open, is_quiet, open_at, told
from envoi.messages.wall_clock import shown
from envoi.settings import QuietHours
from tests.messages.test_wall_clock import changed

NIGHTS = (QuietHours(begins=time(21), ends=time(8)),)
QUARTER = duration(timedelta(minutes=15))

quarters = st.builds(lambda n: time(n // 4, n % 4 * 15), st.integers(0, 95))
some_hours = st.lists(
    st.builds(QuietHours, begins=quarters, ends=quarters, days=st.frozensets(st.integers(0, 6), min_size=1)),
    max_size=3,
).map(tuple)
moments = st.builds(
    lambda change, quarters: (ZoneInfo(change[0]), Instant(change[1] - change[1] % QUARTER + quarters * QUARTER)),
    st.sampled_from(changed()),
    st.integers(-300, 100),
)


@given(some_hours, moments)
def test_it_opens_at_the_first_moment_that_is_not_quiet(
    hours: tuple[QuietHours, ...], moment: tuple[ZoneInfo, Instant]
) -> None:
    zone, at = moment
    if is_never_open(hours):
        return
    opens = open_at(hours, at, zone)
    assert not is_quiet(hours, shown(opens, zone))
    # Every quarter of an hour before, it was; and so it was just before.
    before = [*range(at, opens, QUARTER), *([opens - 1] if opens > at else [])]
    assert all(is_quiet(hours, shown(Instant(tick), zone)) for tick in before)


@given(some_hours, st.datetimes(datetime.combine(date(2026, 1, 1), time()), datetime.combine(date(2026, 1, 8), time())))
def test_hours_over_midnight_belong_to_the_day_on_which_they_begin(
    hours: tuple[QuietHours, ...], clock: datetime
) -> None:
    def covers(one: QuietHours) -> bool:
        for back in (0, 1):
            day = clock.date() - timedelta(days=back)
            begin = datetime.combine(day, one.begins)
            end = datetime.combine(day + timedelta(days=one.ends <= one.begins), one.ends)
            if day.weekday() in one.days and begin <= clock < end:
                return True
        return False

    assert is_quiet(hours, clock) == any(map(covers, hours))


@pytest.mark.parametrize(
    ("zone", "at", "opens"),
    [
        ("Europe/Berlin", "2026-11-23T07:59:59+01:00", "2026-11-23T07:00:00Z"),
        ("Europe/Berlin", "2026-11-23T08:00:00+01:00", "2026-11-23T07:00:00Z"),
        ("Europe/Berlin", "2026-11-23T20:59:59+01:00", "2026-11-23T19:59:59Z"),
        ("Europe/Berlin", "2026-11-23T21:00:00+01:00", "2026-11-24T07:00:00Z"),
        # The night in which clocks are put back is an hour longer.
        ("Europe/Berlin", "2026-10-24T21:00:00+02:00", "2026-10-25T07:00:00Z"),
        ("Asia/Kathmandu", "2026-11-23T22:00:00+05:45", "2026-11-24T02:15:00Z"),
    ],
)
def test_the_night_is_over_at_eight(zone: str, at: str, opens: str) -> None:
    assert iso(open_at(NIGHTS, parse_instant(at), ZoneInfo(zone))) == opens


def test_where_clocks_jump_over_the_end_it_ends_with_the_jump() -> None:
    until_half_past_two = (QuietHours(begins=time(21), ends=time(2, 30)),)
    at = parse_instant("2026-03-29T00:00:00+01:00")
    assert iso(open_at(until_half_past_two, at, ZoneInfo("Europe/Berlin"))) == "2026-03-29T01:00:00Z"


def test_a_week_without_any_minute_left_is_seen() -> None:
    assert is_never_open([QuietHours(begins=time(0), ends=time(0))])
    assert is_never_open([QuietHours(begins=time(8), ends=time(20)), QuietHours(begins=time(20), ends=time(8))])
    assert not is_never_open([QuietHours(begins=time(8), ends=time(7, 59))])
    assert not is_never_open([QuietHours(begins=time(0), ends=time(0), days=frozenset(range(6)))])
    assert not is_never_open([])


def test_a_mail_may_wait_for_days() -> None:
    weekend = (QuietHours(begins=time(17), ends=time(17), days=frozenset({4, 5})), *NIGHTS)
    friday = parse_instant("2026-11-27T18:00:00Z")
    assert iso(open_at(weekend, friday, ZoneInfo("UTC"))) == "2026-11-29T17:00:00Z"
    assert told(weekend[0]) == "17:00 to 17:00 on friday, saturday"
