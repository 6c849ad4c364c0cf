"""Clocks on the wall: what they first show when, in every time zone, on the days on which they are changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from envoi.clock import Instant, iso, parse_instant
from envoi.messages.wall_clock import changes, first_at, has_day, shown, week_of

QUARTER = 900_000_000
DAY = timedelta(days=1)
#: Years with the last lost day, the last countries to change their minds, and years to come.
YEARS = (2011, 2022, 2024, 2026, 2027)


@lru_cache(maxsize=1)
def changed() -> list[tuple[str, Instant]]:
    """Every change of any zone's clocks in these years; zones with the same history stand for each other."""
    found: dict[tuple[object, ...], list[tuple[str, Instant]]] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        years = [(parse_instant(f"{year}-01-01"), parse_instant(f"{year + 1}-01-01")) for year in YEARS]
        instants = [at for since, until in years for at in changes(since, until, zone)]
        alike = tuple((at, shown(at, zone)) for at in instants)
        found.setdefault(alike, [(name, at) for at in instants])
    return [one for alike in found.values() for one in alike]


def readings(around: Instant, zone: ZoneInfo) -> list[tuple[Instant, datetime]]:
    """What the clocks show every quarter of an hour, two days before and after, and at the change itself."""
    start = around - around % QUARTER
    ticks = sorted({around, *(Instant(start + n * QUARTER) for n in range(-192, 193))})
    return [(tick, shown(tick, zone)) for tick in ticks]


def test_a_time_is_when_clocks_first_show_it_or_have_passed_over_it() -> None:
    wrong = []
    for name, at in changed():
        zone = ZoneInfo(name)
        walked = readings(at, zone)
        for day in {shown(at, zone).date() + n * DAY for n in (-1, 0)}:
            for half in range(48):
                clock = time(half // 2, 30 * (half % 2))
                wanted = datetime.combine(day, clock)
                expected = next(tick for tick, reading in walked if reading >= wanted)
                if first_at(day, clock, zone) != expected:
                    wrong.append((name, wanted, iso(first_at(day, clock, zone)), iso(expected)))
    assert len(changed()) > 300
    assert wrong == []


def test_a_time_that_clocks_show_is_shown_at_that_instant() -> None:
    for name, at in changed():
        zone = ZoneInfo(name)
        for _, reading in readings(at, zone)[::9]:
            assert shown(first_at(reading.date(), reading.time(), zone), zone) == reading


@pytest.mark.parametrize(
    ("zone", "day", "clock", "at"),
    [
        # Summer begins: 02:00 is 03:00.
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z"),
        # Summer ends: 01:30 comes twice, and the first counts.
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"),
        # Lord Howe goes forward by half an hour, and Kathmandu is 5:45 ahead.
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03T15:30:00Z"),
        ("Asia/Kathmandu", "2026-10-04", "09:00", "2026-10-04T03:15:00Z"),
        # In Nuuk the last hour of the Saturday is not there.
        ("America/Nuuk", "2026-03-28", "23:30", "2026-03-29T01:00:00Z"),
        # The name of a zone that was renamed means what it meant.
        ("Europe/Kiev", "2026-06-01", "09:00", "2026-06-01T06:00:00Z"),
        # Samoa went from 29 to 31 December.
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00:00Z"),
    ],
)
def test_when_clocks_first_show_a_time(zone: str, day: str, clock: str, at: str) -> None:
    assert iso(first_at(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))) == at


def test_only_days_at_the_date_line_are_lost() -> None:
    lost = set()
    for name, at in changed():
        zone = ZoneInfo(name)
        days = [shown(at, zone).date() + n * DAY for n in (-1, 0, 1)]
        lost |= {(name, str(day)) for day in days if not has_day(day, zone)}
    assert {day for _, day in lost} == {"2011-12-30"}
    assert "Pacific/Fakaofo" in {name for name, _ in lost}


def test_weeks_begin_on_monday() -> None:
    assert [week_of(date(2026, 11, day)) for day in (22, 23, 29)] == [
        date(2026, 11, 16),
        date(2026, 11, 23),
        date(2026, 11, 23),
    ]
