from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.errors import TemplateError
from envoi.templates.moments import js, moment, php, zone

AT = datetime(2026, 3, 1, 15, 4, 5, 678901, tzinfo=UTC)


@pytest.mark.parametrize(
    ("layout", "printed"),
    [
        ("d D j l N S w z", "01 Sun 1 Sunday 7 st 0 59"),
        ("W F m M n t", "9 March 03 Mar 3 31"),
        ("L o Y y", "0 2026 2026 26"),
        ("a A B g G h H i s u v", "pm PM 669 3 15 03 15 04 05 678901 678"),
        ("e I O P T Z", "UTC 0 +0000 +00:00 UTC 0"),
        ("c", "2026-03-01T15:04:05+00:00"),
        ("r", "Sun, 01 Mar 2026 15:04:05 +0000"),
        ("U", "1772377445"),
        (r"\Y\\q", r"Y\q"),
    ],
)
def test_the_letters_of_php(layout: str, printed: str) -> None:
    assert php(AT, layout) == printed


@pytest.mark.parametrize(
    ("layout", "printed"),
    [
        ("YYYY YY MMMM MMM MM M", "2026 26 March Mar 03 3"),
        ("DD D Do DDD DDDD dddd ddd dd d", "01 1 1st 60 060 Sunday Sun Su 0"),
        ("HH H hh h mm m ss s SSS A a", "15 15 03 3 04 4 05 5 678 PM pm"),
        ("ZZ Z X Q", "+0000 +00:00 1772377445 1"),
        ("[YYYY] -- k", "YYYY -- k"),
    ],
)
def test_the_tokens_of_moment_js(layout: str, printed: str) -> None:
    assert js(AT, layout) == printed


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2026-03-01", "2026-03-01T00:00:00+00:00"),
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00+00:00"),
        ("3/1/2026", "2026-03-01T00:00:00+00:00"),
        (date(2026, 3, 1), "2026-03-01T00:00:00+00:00"),
        (1772377445000, "2026-03-01T15:04:05+00:00"),
        (AT, AT.isoformat()),
    ],
)
def test_what_is_a_moment(value: object, iso: str) -> None:
    assert moment(value).isoformat() == iso


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "31/31/2026", None, True, [], 10**30, float("nan"), ""])
def test_what_is_none_is_refused(value: object) -> None:
    with pytest.raises(TemplateError, match="is no date"):
        moment(value)


@pytest.mark.parametrize(("name", "hour"), [("-0800", 7), ("+05:30", 20), ("Europe/Berlin", 16), ("UTC", 15)])
def test_a_zone_by_its_distance_or_its_name(name: str, hour: int) -> None:
    assert AT.astimezone(zone(name)).hour == hour


@pytest.mark.parametrize("name", ["Mars", "+9900", "../../etc/passwd", "/etc/localtime", "", "\0"])
def test_a_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(TemplateError, match="there is no time zone"):
        zone(name)


@given(st.datetimes(timezones=st.just(UTC)))
def test_both_ways_to_write_a_day_agree(at: datetime) -> None:
    assert php(at, "m/d/y H:i:s") == js(at, "MM/DD/YY HH:mm:ss") == at.strftime("%m/%d/%y %H:%M:%S")
