"""A mapping bound to the columns of a source."""

from __future__ import annotations

import pytest

from envoi.clock import parse_instant
from envoi.errors import DataError
from envoi.events.clean import Raw
from envoi.events.groups import Group
from envoi.events.mapping import parse_map
from envoi.events.port import Form, Record
from envoi.events.reshape import Reshape, bind

NINE = "2017-07-01T09:00:00Z"
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
at = "date"
keys = { user_id = "customer", email = "E-Mail" }
"""


def bound(text: str, *columns: str, **forms: Form) -> Reshape:
    return bind(parse_map(text), {**dict.fromkeys(columns, Form.PLAIN), **forms})


def record(**fields: object) -> Record:
    return Record(position=3, fields={"customer": 17, "date": NINE, **fields})  # type: ignore[dict-item]


def raw(reshape: Reshape, of: Record) -> Raw:
    [found] = reshape.raws(of)
    return found


def test_a_row_becomes_a_raw_event_and_the_rest_its_properties() -> None:
    reshape = bound(EVENTS, "customer", "date", "total", "note")
    found = raw(reshape, record(total=5, note=None))
    assert (found.source, found.name) == ("tills", "Order Completed")
    assert (found.keys, found.at, found.props) == ({"user_id": 17}, parse_instant(NINE), {"total": 5})
    assert (reshape.used, reshape.unused) == (("customer", "date", "total", "note"), ())


def test_named_properties_leave_the_rest_out_unless_it_is_kept() -> None:
    text = EVENTS + "[props]\npaid = 'total'\n"
    some = bound(text, "customer", "date", "total", "note")
    assert raw(some, record(total=5, note="x")).props == {"paid": 5}
    assert (some.used, some.unused) == (("customer", "date", "total"), ("note",))
    every = bound("keep_rest = true\n" + text, "customer", "date", "total", "note")
    assert raw(every, record(total=5, note="x")).props == {"note": "x", "paid": 5}
    assert every.unused == ()


def test_a_source_without_columns_brings_the_rest_with_each_record() -> None:
    reshape = bound(EVENTS)
    assert raw(reshape, record(total=5)).props == {"total": 5}
    assert raw(reshape, record(other=6)).props == {"other": 6}


def test_an_id_is_made_of_columns() -> None:
    one = bound('id = "n"' + EVENTS, "customer", "date", "n", "m")
    assert raw(one, record(n=8)).id == 8
    two = bound('id = ["n", "m"]' + EVENTS, "customer", "date", "n", "m")
    assert raw(two, record(n=8, m="x")).id == "8:x"


@pytest.mark.parametrize("columns", ["", 'id = "n"', 'id = ["n", "customer"]'])
def test_without_an_id_place_and_content_stand_in(columns: str) -> None:
    reshape = bound(columns + EVENTS, "customer", "date", "n")
    first = raw(reshape, record())
    assert str(first.id).startswith("3:")
    assert first.id == raw(reshape, record()).id != raw(reshape, record(date="2018-01-01")).id


def test_a_group_is_named_by_its_columns_and_its_part() -> None:
    reshape = bound(
        EVENTS + "lines = { group = 'n', into = 'items', fields = { sku = 's' } }", "customer", "date", "n", "s"
    )
    assert reshape.folding is not None
    rows = [record(n=order, s=order) for order in (8, 9, 8)]
    first, _, again = (raw(reshape, each) for each in reshape.folding.fold(rows))
    assert (first.id, again.id) == (8, "8:2")
    assert again.props == {"items": [{"sku": 8}]}


def test_a_group_may_have_an_id_of_its_own() -> None:
    reshape = bound(
        'id = ["customer", "n"]' + EVENTS + "lines = { group = 'n', into = 'i', fields = {} }", "customer", "date", "n"
    )
    fields = {"customer": 17, "date": NINE, "n": 8, "i": []}
    group = Group(position=0, fields=fields, lines=(), part=2)  # type: ignore[arg-type]
    assert raw(reshape, group).id == "17:8:2"


def test_times_in_columns_are_read_by_their_form() -> None:
    micros = parse_instant(NINE)
    utc = bound(EVENTS, "customer", date=Form.UTC)
    assert raw(utc, record(date=micros)).at == micros
    wall = bound(EVENTS.replace('"date"', '{ column = "date", zone = "Europe/London" }'), "customer", date=Form.WALL)
    assert raw(wall, record(date=micros)).at == parse_instant("2017-07-01T08:00:00Z")


def test_a_record_that_does_not_fit_comes_with_its_fault() -> None:
    assert raw(bound(EVENTS, "customer", "date"), record(date=None)).fault == "'date' is missing, and it says when"
    assert raw(bound(PEOPLE, "customer", "date", "E-Mail"), record(date="x")).fault.startswith(
        "'date' should be a time"
    )


def test_a_person_is_a_profile_with_the_addresses_among_the_traits() -> None:
    reshape = bound(PEOPLE, "customer", "date", "E-Mail", "city")
    found = raw(reshape, record(**{"E-Mail": "a@b", "city": "Bath"}))
    assert (found.name, found.at) == ("Profile Updated", parse_instant(NINE))
    assert found.keys == {"user_id": 17, "email": "a@b"}
    assert found.props == {"email": "a@b", "city": "Bath"}


def test_named_traits_still_have_the_addresses_beside_them() -> None:
    reshape = bound(PEOPLE + "[traits]\ntown = 'city'\n", "customer", "date", "E-Mail", "city", "x")
    assert raw(reshape, record(**{"E-Mail": "a@b", "city": "Bath"})).props == {"email": "a@b", "town": "Bath"}
    assert reshape.unused == ("x",)


def test_a_person_counts_as_of_the_date_of_the_file_or_when_it_comes() -> None:
    undated = PEOPLE.replace('at = "date"', "")
    columns = ("customer", "date", "E-Mail")
    assert raw(bound(undated, *columns), record()).at is None
    dated = bound("as_of = 2016-01-01" + undated, *columns)
    assert raw(dated, record()).at == parse_instant("2016-01-01")
    # The same row as of another day is another state: who went back to an old plan is there again.
    later = bound("as_of = 2017-01-01" + undated, *columns)
    assert raw(dated, record()).id == raw(dated, record()).id != raw(later, record()).id


def test_the_place_of_a_person_says_nothing() -> None:
    reshape = bound(PEOPLE, "customer", "date", "E-Mail")
    moved = Record(position=89, fields=record().fields)
    assert raw(reshape, record()).id == raw(reshape, moved).id


CONSENT = PEOPLE + "[consent.news]\ncolumn = 'opt'\ngranted = ['yes', 'Y']\nsource = 'form'\nbasis = 'kept forms'\n"


@pytest.mark.parametrize(
    ("refused", "said", "granted"),
    [("", "YES", True), ("", "y ", True), ("", "no", False), ("", "maybe", False), ("refused = 'no'", "No", False)],
)
def test_consent_is_an_event_of_its_own(refused: str, said: str, granted: bool) -> None:
    reshape = bound(CONSENT + refused, "customer", "date", "E-Mail", "opt")
    profile, consent = reshape.raws(record(opt=said))
    assert "opt" not in profile.props
    assert consent.name == "Consent Changed"
    assert consent.props == {"purpose": "news", "granted": granted, "source": "form", "basis": "kept forms"}
    assert (consent.at, consent.keys, consent.id) == (profile.at, profile.keys, f"{profile.id}:news")


def test_who_said_nothing_consented_to_nothing() -> None:
    [profile] = bound(CONSENT, "customer", "date", "E-Mail", "opt").raws(record(opt=None))
    assert profile.name == "Profile Updated"


def test_what_is_neither_yes_nor_no_sets_the_person_aside() -> None:
    reshape = bound(CONSENT + "refused = 'no'", "customer", "date", "E-Mail", "opt")
    assert raw(reshape, record(opt="maybe")).fault == "'opt' should be one of 'yes', 'Y', 'no': 'maybe'"


@pytest.mark.parametrize(
    ("text", "columns", "told"),
    [
        (
            EVENTS,
            ["Customer", "date"],
            "the mapping names a column that is not there: 'customer'; "
            "did you mean 'Customer'? the columns are Customer, date",
        ),
        (
            EVENTS + "props = { a = 'totl', b = 'zzz' }",
            ["customer", "date", "total"],
            "the mapping names columns that are not there: 'totl', 'zzz'; "
            "did you mean 'total'? the columns are customer, date, total",
        ),
        (
            EVENTS + "lines = { group = 'n', into = 'items', fields = { sku = 's' } }",
            ["customer", "date", "n"],
            "the mapping names a column that is not there: 's'; the columns are customer, date, n",
        ),
    ],
    ids=["one", "two", "of lines"],
)
def test_a_column_that_is_not_there_is_told_before_anything_is_read(text: str, columns: list[str], told: str) -> None:
    with pytest.raises(DataError) as caught:
        bound(text, *columns)
    assert str(caught.value) == told


def test_times_that_have_no_zone_need_one_before_anything_is_read() -> None:
    with pytest.raises(DataError, match="the times in column 'date' have no time zone; say in the mapping which it is"):
        bound(EVENTS, "customer", date=Form.WALL)
