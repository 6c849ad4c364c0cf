"""Schedules: each person exactly once for each day of theirs, wherever they are and however long nothing was sent."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, duration, iso, parse_instant
from envoi.messages.schedule import LAST, Every, Schedule, occurrence, run_name
from envoi.messages.wall_clock import has_day, shown
from tests.messages.test_wall_clock import changed

DAY = timedelta(days=1)
HOUR = duration(timedelta(hours=1))
ZONES = [ZoneInfo(name) for name in sorted(available_timezones())]

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 59]))
recurring = st.one_of(
    st.builds(Schedule, at=times, every=st.just(Every.DAY), is_personal=st.booleans()),
    st.builds(
        Schedule,
        at=times,
        every=st.just(Every.WEEK),
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        is_personal=st.booleans(),
    ),
    st.builds(Schedule, at=times, every=st.just(Every.MONTH), day=st.integers(1, 31), is_personal=st.booleans()),
)
#: Around a change of some zone's clocks, where all that is difficult happens.
moments = st.builds(
    lambda change, hours: (ZoneInfo(change[0]), Instant(change[1] + hours * HOUR // 4)),
    st.sampled_from(changed()),
    st.integers(-200, 200),
)
lateness = st.sampled_from([timedelta(minutes=30), timedelta(hours=6), timedelta(hours=24), timedelta(days=3)])


def days_around(at: Instant, zone: ZoneInfo, reach: int = 6) -> list[date]:
    here = shown(at, zone).date()
    return [here + n * DAY for n in range(-reach, reach + 1)]


@given(times, st.sampled_from(changed()))
def test_a_daily_mail_is_due_once_for_each_day_that_there_is(at: time, change: tuple[str, Instant]) -> None:
    zone = ZoneInfo(change[0])
    daily = Schedule(at=at, every=Every.DAY, is_personal=True)
    days = days_around(change[1], zone)
    due = [daily.due(day, zone) for day in days]
    assert [one is not None for one in due] == [has_day(day, zone) for day in days]
    there = [one for one in due if one is not None]
    assert there == sorted(set(there))
    # It is that day, unless the clocks pass over the rest of it: then it is the first minute of the next.
    for day, one in zip(days, due, strict=True):
        reading = shown(one, zone) if one is not None else None
        assert reading is None or reading.date() == day or (reading.date() == day + DAY and reading.hour == 0)


@given(recurring, moments, lateness)
def test_there_is_never_more_than_one_to_make_up_for(
    schedule: Schedule, moment: tuple[ZoneInfo, Instant], late: timedelta
) -> None:
    zone, now = moment
    owed = [
        day
        for day in days_around(now, zone)
        if schedule.has(day)
        and (due := schedule.due(day, zone)) is not None
        and due <= now < schedule.expires(day, zone, late)
    ]
    assert len(owed) <= 1
    # And that one has been begun, whatever the project's own zone is.
    project = zone if not schedule.is_personal else ZoneInfo("Asia/Tokyo")
    assert set(owed) <= set(schedule.open_at(now, project, late))


@given(recurring, moments, lateness)
def test_what_has_begun_is_not_too_late_for_everyone(
    schedule: Schedule, moment: tuple[ZoneInfo, Instant], late: timedelta
) -> None:
    zone, now = moment
    for day in schedule.open_at(now, zone, late):
        assert schedule.begins(day, zone) <= now
        there = [zone] if not schedule.is_personal else [ZoneInfo("Etc/GMT+12"), ZoneInfo("Pacific/Kiritimati")]
        assert any(now < schedule.expires(day, each, late) for each in there)


def test_nobody_on_earth_is_due_before_a_personal_schedule_begins() -> None:
    daily = Schedule(at=time(9), every=Every.DAY, is_personal=True)
    day = date(2026, 11, 23)
    due = [daily.due(day, zone) for zone in ZONES]
    begins = daily.begins(day, UTC)
    assert min(one for one in due if one is not None) == begins
    assert iso(begins) == "2026-11-22T19:00:00Z"


@pytest.mark.parametrize("lost", ["Pacific/Apia", "Pacific/Fakaofo"])
def test_samoas_lost_day(lost: str) -> None:
    zone, day = ZoneInfo(lost), date(2011, 12, 30)
    daily = Schedule(at=time(9), every=Every.DAY, is_personal=True)
    fridays = Schedule(at=time(9), every=Every.WEEK, weekdays=frozenset({4}), is_personal=True)
    once = Schedule(at=time(9), every=Every.ONCE, starts=day, is_personal=True)
    # Tomorrow's comes anyway; who gets one a week gets it as soon as clocks go on.
    assert daily.due(day, zone) is None
    assert fridays.due(day, zone) == once.due(day, zone)
    assert shown(once.due(day, zone) or Instant(0), zone).isoformat() == "2011-12-31T00:00:00"
    assert daily.expires(day - DAY, zone, timedelta(days=9)) == daily.due(day + DAY, zone)


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        (Schedule(at=time(9), every=Every.DAY, starts=date(2026, 2, 27), ends=date(2026, 3, 1)), "0227 0228 0301"),
        (Schedule(at=time(9), every=Every.WEEK, weekdays=frozenset({0, 3})), "0202 0205 0209 0212 0216 0219 0223 0226"),
        (Schedule(at=time(9), every=Every.MONTH, day=1), "0101 0201 0301"),
        # A month that is shorter has it on its last day.
        (Schedule(at=time(9), every=Every.MONTH, day=30), "0130 0228 0330"),
        (Schedule(at=time(9), every=Every.MONTH, day=LAST), "0131 0228 0331"),
        (Schedule(at=time(9), every=Every.ONCE, starts=date(2026, 2, 3)), "0203"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.every,
)
def test_the_days_of_a_schedule(schedule: Schedule, days: str) -> None:
    first, last = (2, 2) if schedule.every is Every.WEEK else (1, 3)
    year = [date(2026, 1, 1) + n * DAY for n in range(90)]
    found = [day for day in year if schedule.has(day) and first <= day.month <= last]
    assert " ".join(f"{day:%m%d}" for day in found) == days
    followed = [schedule.following(day) for day in found[:-1]]
    assert followed == found[1:]


def test_what_never_comes_again_is_followed_by_nothing() -> None:
    assert Schedule(at=time(9), every=Every.ONCE, starts=date(2026, 2, 3)).following(date(2026, 2, 3)) is None
    ended = Schedule(at=time(9), every=Every.DAY, ends=date(2026, 2, 3))
    assert ended.following(date(2026, 2, 3)) is None
    assert ended.following(date(2026, 2, 2)) == date(2026, 2, 3)


def test_after_an_outage_only_the_last_is_sent_and_only_if_it_is_not_too_late() -> None:
    berlin, daily = ZoneInfo("Europe/Berlin"), Schedule(at=time(9), every=Every.DAY)
    weekly = Schedule(at=time(9), every=Every.WEEK, weekdays=frozenset({0}))
    back = parse_instant("2026-11-26T12:00:00Z")
    assert daily.open_at(back, berlin, timedelta(hours=24)) == [date(2026, 11, 26)]
    assert daily.open_at(back, berlin, timedelta(hours=3)) == []
    assert daily.open_at(back, berlin, timedelta(days=7)) == [date(2026, 11, 26)]
    assert weekly.open_at(back, berlin, timedelta(hours=24)) == []
    assert weekly.open_at(back, berlin, timedelta(days=4)) == [date(2026, 11, 23)]


@given(recurring, st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(["picks", "a@b", "a@2026-01-01"]))
def test_the_name_of_a_run_says_whose_and_which_day(schedule: Schedule, day: date, campaign: str) -> None:
    assert occurrence(run_name(campaign, schedule, day)) == (campaign, day)
