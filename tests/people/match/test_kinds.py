"""What columns are taken for, under the names that people give them."""

from __future__ import annotations

import pytest

from envoi.people.match.kinds import guess, names_records
from envoi.people.match.record import Kind

DATES, MAILS, WORDS = ["1990-05-01", "1961-12-24"], ["a@example.org", "b@example.org"], ["Hall", "Oduya"]


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("given_name", WORDS, Kind.GIVEN),
        ("First Name", WORDS, Kind.GIVEN),
        ("lastName", WORDS, Kind.SURNAME),
        ("surname", WORDS, Kind.SURNAME),
        ("full_name", WORDS, Kind.NAME),
        ("first_and_surname", WORDS, Kind.NAME),
        ("customer_name", WORDS, Kind.NAME),
        ("E-Mail", MAILS, Kind.EMAIL),
        ("contact", MAILS, Kind.EMAIL),
        ("dob", DATES, Kind.DATE),
        ("date_of_birth", ["19900501", "19611224"], Kind.DATE),
        ("birth_place", WORDS, Kind.PLACE),
        ("postcode_fake", ["N1 4BQ", "LS1 2AB"], Kind.POSTCODE),
        ("zip", ["90210", "10001"], Kind.POSTCODE),
        ("mobile", ["020 7946 0018", "+1 555 0100 22"], Kind.PHONE),
        ("address_1", ["3 High Street", "4 Mill Lane"], Kind.ADDRESS),
        ("suburb", WORDS, Kind.PLACE),
        ("state", ["nsw", "vic"], Kind.CATEGORY),
        ("soc_sec_id", ["7364009", "6988048"], Kind.IDENTIFIER),
        ("created_at", DATES, Kind.IGNORED),
        ("total_spent", ["12.50", "9"], Kind.IGNORED),
        ("email", ["yes", "no"], Kind.IGNORED),
        ("empty", ["", ""], Kind.IGNORED),
        ("id", ["1", "2"], Kind.IGNORED),
        ("occupation", ["potter", "smith", "baker", "miller"] * 2, Kind.TEXT),
    ],
)
def test_what_a_column_is_taken_for(column: str, values: list[str], kind: Kind) -> None:
    assert guess({column: values}, {}) == {column: kind}


def test_whole_names_stand_back_where_their_parts_are_known() -> None:
    kinds = guess({"full_name": WORDS, "first_name": WORDS, "surname": WORDS}, {})
    assert kinds["full_name"] is Kind.IGNORED
    assert guess({"full_name": WORDS, "surname": WORDS}, {})["full_name"] is Kind.NAME


def test_what_is_said_overrules_what_it_looks_like() -> None:
    assert guess({"email": MAILS}, {"email": Kind.IGNORED}) == {"email": Kind.IGNORED}


def test_the_column_that_names_the_records() -> None:
    assert names_records({"name": ["a", "b"], "rec_id": ["1", "2"]}) == "rec_id"
    assert names_records({"rec_id": ["1", "1"]}) == names_records({"rec_id": ["1", ""]}) == ""
