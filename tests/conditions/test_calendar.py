"""Days as people live them: each begins once, they follow each other, and an anniversary falls on the right ones."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.clock import Instant, iso, parse_instant
from envoi.conditions.calendar import begins, mark, marks, today, today_in, turns, zone_called

DAY = timedelta(days=1)
#: Clocks that go forward or back over midnight, by half an hour, by a whole day; far from Greenwich; and none of it.
RESTLESS = [
    *("America/New_York", "America/Sao_Paulo", "America/Havana", "America/Asuncion", "Asia/Beirut", "Africa/Cairo"),
    *("Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "UTC"),
]
instants = st.integers(parse_instant("2005-01-01"), parse_instant("2025-01-01")).map(Instant)
restless = st.sampled_from(RESTLESS).map(ZoneInfo)
texts = st.dates(date(2000, 1, 1), date(2000, 12, 31)).map(lambda day: day.isoformat()[5:])
#: As `is today`, `is in the next n days` and `was in the last n days` have them.
lengths = st.integers(1, 40) | st.just(365)
ranges = st.one_of(st.just((0, 0)), lengths.map(lambda days: (1, days)), lengths.map(lambda days: (-days, -1)))


@pytest.mark.parametrize(
    ("zone", "day", "at", "hours"),
    [
        ("America/New_York", "2017-03-12", "2017-03-12T05:00:00Z", 23),
        ("America/New_York", "2017-11-05", "2017-11-05T04:00:00Z", 25),
        # Clocks go forward at midnight: the day begins at one.
        ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z", 23),
        # Clocks go back at one, so midnight comes twice: the day begins with the first.
        ("America/Havana", "2017-11-05", "2017-11-05T04:00:00Z", 25),
        # Clocks go back at midnight: what had been the day before for an hour is so again.
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00Z", 25),
        ("Australia/Lord_Howe", "2017-10-01", "2017-09-30T13:30:00Z", 23.5),
        # There was no such day in Samoa: it went over the date line.
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0),
        ("Asia/Kathmandu", "2017-12-01", "2017-11-30T18:15:00Z", 24),
        ("UTC", "2016-02-29", "2016-02-29T00:00:00Z", 24),
    ],
)
def test_a_day_begins_and_lasts_as_the_clocks_there_say(zone: str, day: str, at: str, hours: float) -> None:
    place, one = ZoneInfo(zone), date.fromisoformat(day)

    assert iso(begins(one, place)) == at
    assert begins(one + DAY, place) - begins(one, place) == hours * 3_600_000_000


@given(instants, restless)
def test_it_is_the_last_day_that_has_begun(at: Instant, zone: ZoneInfo) -> None:
    day = today(at, zone)

    assert begins(day, zone) <= at < begins(day + DAY, zone)
    assert today_in(zone.key, at) == day


@given(instants, restless)
def test_a_day_is_over_for_good(at: Instant, zone: ZoneInfo) -> None:
    next_begins = begins(today(at, zone) + DAY, zone)
    hours = [Instant(next_begins + hour * 3_600_000_000) for hour in range(4)]

    assert today(Instant(next_begins - 1), zone) == today(at, zone)
    assert {today(hour, zone) for hour in hours} <= {today(at, zone) + DAY, today(at, zone) + 2 * DAY}


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Europe/Berlin", ZoneInfo("Europe/Berlin")),
        ("europe/berlin", UTC),
        ("../etc/passwd", UTC),
        ("", UTC),
        (None, UTC),
        (3, UTC),
        (["Europe/Berlin"], UTC),
    ],
)
def test_only_the_name_of_a_zone_is_one(name: object, zone: ZoneInfo) -> None:
    assert zone_called(name, UTC) == zone


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1984-02-29", "02-29"),
        ("0000-05-10", "05-10"),
        ("1984-2-29", None),
        ("1984-02-29T00:00Z", None),
        ("29.02.1984", None),
        ("1984/02/29", None),
        ("", None),
        (None, None),
        (19840229, None),
    ],
)
def test_a_day_written_otherwise_has_no_anniversary(text: object, found: str | None) -> None:
    assert mark(text) == found


@pytest.mark.parametrize(
    ("day", "first", "last", "found"),
    [
        ("2017-12-31", 0, 0, {"12-31"}),
        ("2017-12-31", 1, 2, {"01-01", "01-02"}),
        ("2018-01-01", -2, -1, {"12-30", "12-31"}),
        # In a year without a 29 February, the 28th is the day of both.
        ("2017-02-28", 0, 0, {"02-28", "02-29"}),
        ("2017-02-27", 1, 1, {"02-28", "02-29"}),
        ("2017-03-01", -1, -1, {"02-28", "02-29"}),
        ("2017-03-01", 0, 0, {"03-01"}),
        ("2016-02-28", 0, 0, {"02-28"}),
        ("2016-02-29", 0, 0, {"02-29"}),
        # 2000 was a leap year, 1900 and 2100 were and are none.
        ("2000-02-28", 0, 0, {"02-28"}),
        ("2100-02-28", 0, 0, {"02-28", "02-29"}),
    ],
)
def test_whose_anniversary_falls_on_a_day(day: str, first: int, last: int, found: set[str]) -> None:
    assert marks(date.fromisoformat(day), first, last) == found


@given(st.dates(date(2015, 1, 1), date(2020, 12, 31)), texts, ranges)
def test_everyone_has_an_anniversary_once_a_year(day: date, text: str, days: tuple[int, int]) -> None:
    first = date(day.year, 1, 1)
    year = [first + DAY * n for n in range((date(day.year + 1, 1, 1) - first).days)]

    assert sum(text in marks(one, 0, 0) for one in year) == 1
    assert (text in marks(day, *days)) is any(text in marks(day + DAY * n, 0, 0) for n in range(days[0], days[1] + 1))


@settings(max_examples=30)
@given(st.dates(date(2015, 1, 1), date(2020, 12, 31)), texts, ranges)
def test_an_anniversary_comes_near_and_is_over_on_no_other_days(near: date, text: str, days: tuple[int, int]) -> None:
    first, last = days
    theirs = [n for n in range(-366, 2 * 366) if text in marks(near + DAY * n, 0, 0)]
    among = [any(n + first <= one <= n + last for one in theirs) for n in range(366)]

    changed = {near + DAY * n for n in range(1, 366) if among[n] is not among[n - 1]}

    assert changed <= set(turns(text, first, last, near))


@pytest.mark.parametrize("text", ["", "13-01", "02-30", "soon!"])
def test_no_day_of_any_year_never_turns(text: str) -> None:
    assert turns(text, 0, 0, date(2017, 12, 1)) == []
