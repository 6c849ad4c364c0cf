"""Mapping files: what they say, and what they may not say."""

from __future__ import annotations

import pytest

from envoi.clock import parse_instant
from envoi.errors import ProjectError
from envoi.events.mapping import EventsMap, PeopleMap, parse_map

EVENTS = """
kind = "events"
source = "tills"
event = "Order Completed"
at = "date"
keys = { user_id = "customer" }
"""
PEOPLE = """
kind = "people"
source = "crm"
keys = { email = "mail" }
"""


def told(text: str) -> list[str]:
    with pytest.raises(ProjectError) as caught:
        parse_map(text, file="map.toml")
    lines = str(caught.value).splitlines()
    return [line.strip().removeprefix("map.toml:") for line in lines[len(lines) > 1 :]]


def test_the_least_that_events_need() -> None:
    found = parse_map(EVENTS)
    assert isinstance(found, EventsMap)
    assert (found.source, found.event[0].name, found.at.column) == ("tills", "Order Completed", "date")
    assert found.keeps_rest()
    assert found.columns() == ["customer", "date"]


def test_the_least_that_people_need() -> None:
    found = parse_map(PEOPLE)
    assert isinstance(found, PeopleMap)
    assert found.keys.columns() == {"email": "mail"}
    assert (found.at, found.as_of) == (None, None)


def test_everything_that_events_can_say() -> None:
    found = parse_map(
        """
        kind = "events"
        source = "tills"
        encoding = "cp1252"
        delimiter = ";"
        id = ["shop", "number"]
        at = { column = "date", zone = "Europe/Paris", format = "%d/%m/%Y" }
        keep_rest = true
        [[event]]
        name = "Returned"
        when = { kind = { equals = "R" }, sum = { less_than = 0 } }
        [[event]]
        column = "what"
        [keys]
        user_id = "customer"
        [props]
        total = { column = "cents", times = 0.01 }
        country = { value = "FR" }
        [lines]
        group = "number"
        into = "items"
        fields = { sku = "article" }
        sums = { pieces = "count", paid = ["count", "price"] }
        """
    )
    assert isinstance(found, EventsMap)
    assert found.id == ("shop", "number")
    assert found.keeps_rest()
    lines = ["number", "article", "count", "count", "price"]
    assert found.taken() == ["what", "shop", "number", "customer", "date", "cents", *lines]
    assert found.columns() == [*found.taken(), "kind", "sum"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2017-01-01", "2017-01-01T00:00:00Z"),
        ('"2017-01-01T10:00:00+01:00"', "2017-01-01T09:00:00Z"),
        ("2017-01-01T10:00:00Z", "2017-01-01T10:00:00Z"),
    ],
)
def test_people_are_so_as_of_a_date_or_a_time(written: str, expected: str) -> None:
    found = parse_map(f"as_of = {written}\n{PEOPLE}")
    assert isinstance(found, PeopleMap)
    assert found.as_of == parse_instant(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('source = "x"', ['\'kind\' is missing; write kind = "events" or kind = "people"']),
        ('\nkind = "evnts"', ["2: 'kind' cannot be 'evnts'; write kind = \"events\" or kind = \"people\""]),
        ('x = "y"' + EVENTS, ["1: unknown key 'x'"]),
        (
            EVENTS.replace("tills", "envoi"),
            ["3: 'source': 'envoi' is the source of what Envoi itself did; choose another name"],
        ),
        (EVENTS.replace("user_id", "userid"), ["6: unknown key 'keys.userid'; did you mean 'user_id'?"]),
        (
            EVENTS.replace('user_id = "customer"', ""),
            ["6: 'keys': needs at least one of user_id, email, phone, device and anonymous_id"],
        ),
        (EVENTS + "event_ = 1", ["7: unknown key 'event_'; did you mean 'event'?"]),
        (
            EVENTS.replace('"Order Completed"', "{}"),
            ["4: 'event': an event needs either a name or a column that holds it"],
        ),
        (
            EVENTS.replace('"Order Completed"', "[]"),
            ["4: 'event': value should have at least 1 item after validation, not 0"],
        ),
        (
            EVENTS.replace('"date"', '{ column = "date", zone = "Europe/Pari" }'),
            ["5: 'at.zone': there is no time zone 'Europe/Pari'; did you mean 'Europe/Paris'?"],
        ),
        (
            EVENTS.replace('"date"', '{ column = "date", zone = "/etc/passwd" }'),
            ["5: 'at.zone': there is no time zone '/etc/passwd'; write one as"],
        ),
        (
            EVENTS.replace('"date"', '{ column = "date", unit = "h" }'),
            ["5: 'at.unit': input should be '', 's', 'ms' or 'us'"],
        ),
        (EVENTS + "props.x = {}", ["7: 'props.x': needs either a column or a value"]),
        (EVENTS + 'props.y = { column = "a", value = 1 }', ["7: 'props.y': needs either a column or a value"]),
        (
            PEOPLE + "as_of = 2017-01-01T10:00:00",
            ["5: 'as_of': the time 2017-01-01T10:00:00 has no time zone; write it with one"],
        ),
        (PEOPLE + 'as_of = "soon"', ["5: 'as_of': 'soon' is not a date or time"]),
        (
            PEOPLE + 'consent.news = { column = "c", granted = [] }',
            ["5: 'consent.news.granted': value should have at least 1 item", "5: 'consent.news.source' is missing"],
        ),
        (
            PEOPLE + 'consent.news = { column = "c", granted = "yes", source = "form", basis = "kept" }',
            ["1: consent needs to be dated: say in `at` or `as_of` when it was given"],
        ),
        (
            PEOPLE + 'consent.news = { column = "c", granted = "yes", source = "form" }',
            ["5: 'consent.news': no basis is stated: write how you know that they agreed"],
        ),
        (
            PEOPLE + 'consent.news = { column = "c", granted = "yes", source = "form", basis = {} }',
            ["5: 'consent.news.basis': needs either a text or a column"],
        ),
        (PEOPLE + 'event = "Left"', ["5: unknown key 'event'"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_a_mapping_may_not_say_is_told_with_its_line(text: str, expected: list[str]) -> None:
    found = told(text)
    assert len(found) == len(expected)
    for line, start in zip(found, expected, strict=True):
        assert line.removeprefix(" ").startswith(start)
