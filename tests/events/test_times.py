"""Times as people and machines write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, instant, iso, parse_instant
from envoi.events.port import Form
from envoi.events.times import reader
from envoi.events.values import Unfit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 a wall clock has no zone


@pytest.mark.parametrize(
    ("written", "options", "expected"),
    [
        ("2017-12-01T09:00:00Z", {}, "2017-12-01T09:00:00Z"),
        (" 2017-12-01 10:00+01:00 ", {}, "2017-12-01T09:00:00Z"),
        ("20171201T090000Z", {}, "2017-12-01T09:00:00Z"),
        ("2017-12-01", {}, "2017-12-01T00:00:00Z"),
        ("2017-12-01", {"zone": "America/New_York"}, "2017-12-01T05:00:00Z"),
        ("2017-12-01T09:00:00Z", {"zone": "America/New_York"}, "2017-12-01T09:00:00Z"),
        ("01/12/2010 08:26", {"zone": "Europe/London", "style": "%d/%m/%Y %H:%M"}, "2010-12-01T08:26:00Z"),
        ("01.07.2010", {"zone": "Europe/Berlin", "style": "%d.%m.%Y"}, "2010-06-30T22:00:00Z"),
        ("1/7/2010 8:00 +0200", {"style": "%d/%m/%Y %H:%M %z"}, "2010-07-01T06:00:00Z"),
        (1512118800, {"unit": "s"}, "2017-12-01T09:00:00Z"),
        ("1512118800.5", {"unit": "s"}, "2017-12-01T09:00:00.500000Z"),
        (1512118800000, {"unit": "ms"}, "2017-12-01T09:00:00Z"),
        (1512118800000000, {"unit": "us"}, "2017-12-01T09:00:00Z"),
        (-1, {"unit": "s"}, "1969-12-31T23:59:59Z"),
    ],
)
def test_a_time_is_read_as_it_is_written(written: object, options: dict[str, str], expected: str) -> None:
    assert iso(reader(**options)(written)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "options", "expected"),
    [
        ("soon", {}, "should be a time written as 2017-12-01T09:00:00Z: 'soon'"),
        ("2017-02-29", {}, "should be a time written as 2017-12-01T09:00:00Z: '2017-02-29'"),
        ("2017-12-01 09:00", {}, "should be a time with a time zone, or the mapping should say its zone"),
        ("31/13/2010", {"style": "%d/%m/%Y"}, "should be a time written as %d/%m/%Y: '31/13/2010'"),
        ("01/12/2010", {"style": "%d/%m/%Y"}, "should be a time with a time zone"),
        (1512118800, {}, "should be a time written as text, or the mapping should say its unit: 1512118800"),
        ("soon", {"unit": "s"}, "should be a number: 'soon'"),
        (1e30, {"unit": "s"}, "should be a time between the years 1 and 9999"),
        (float("nan"), {"unit": "s"}, "should be a time between the years 1 and 9999"),
        ("0001-01-01T00:00+14:00", {}, "should be a time between the years 1 and 9999"),
        (None, {"form": Form.UTC}, "should be a time between the years 1 and 9999"),
        (1 << 62, {"form": Form.UTC}, "should be a time between the years 1 and 9999"),
        (0, {"form": Form.WALL}, "should be a time with a time zone, or the mapping should say its zone"),
    ],
)
def test_what_is_no_time_says_what_one_is(written: object, options: dict[str, str], expected: str) -> None:
    with pytest.raises(Unfit) as caught:
        reader(**options)(written)  # type: ignore[arg-type]
    assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        # At 01:00 the clocks of London went to 02:00: 01:30 never was, and counts as if they had not.
        ("Europe/London", "2011-03-27T00:59:59", "2011-03-27T00:59:59Z"),
        ("Europe/London", "2011-03-27T01:30:00", "2011-03-27T01:30:00Z"),
        ("Europe/London", "2011-03-27T02:00:00", "2011-03-27T01:00:00Z"),
        # At 02:00 they went back to 01:00: 01:30 was twice, and counts as the first.
        ("Europe/London", "2011-10-30T01:30:00", "2011-10-30T00:30:00Z"),
        ("Europe/London", "2011-10-30T02:00:00", "2011-10-30T02:00:00Z"),
        # Half an hour, within which the offset changes.
        ("Australia/Lord_Howe", "2011-04-03T01:15:00", "2011-04-02T14:15:00Z"),
        ("Australia/Lord_Howe", "2011-04-03T01:45:00", "2011-04-02T14:45:00Z"),
        # A day that Samoa left out.
        ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T22:00:00Z"),
        ("Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"),
    ],
)
def test_when_clocks_are_set_the_earlier_reading_counts(zone: str, wall: str, expected: str) -> None:
    micros = parse_instant(wall + "Z")
    assert iso(reader(form=Form.WALL, zone=zone)(micros)) == expected
    assert iso(reader(zone=zone)(wall)) == expected


@given(MOMENTS, st.sampled_from(ZONES))
def test_a_wall_clock_is_read_as_python_reads_it(shown: datetime, zone: str) -> None:
    micros = instant(shown.replace(tzinfo=UTC))
    assert reader(form=Form.WALL, zone=zone)(micros) == instant(shown.replace(tzinfo=ZoneInfo(zone)))


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999).map(Instant))
def test_an_instant_is_read_from_its_own_spelling(at: Instant) -> None:
    assert reader()(iso(at)) == reader(form=Form.UTC)(at) == at
    assert EPOCH + timedelta(microseconds=reader(unit="us")(at)) == EPOCH + timedelta(microseconds=at)
