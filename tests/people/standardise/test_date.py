from __future__ import annotations

from datetime import date as day

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.people.standardise.date import Order, date, order_in, order_of

DAYS = st.dates(min_value=day(1900, 1, 1), max_value=day(2099, 12, 31))
FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d %B %Y", "%d. %b %Y", "%B %d, %Y", "%b %d %Y", "%Y %B %d", "%A, %d %B %Y")


@pytest.mark.parametrize(
    ("text", "options", "value"),
    [
        ("2017-04-03T22:10:00-05:00", {}, "2017-04-03"),
        ("2017.4.3", {}, "2017-04-03"),
        ("3-Apr-17", {"newest": 2026}, "2017-04-03"),
        ("the 3rd", {}, ""),
        ("25.12.1985 14:30", {}, "1985-12-25"),
        ("12/25/1985", {}, "1985-12-25"),
        ("12/12/1985", {}, "1985-12-12"),
        ("03/04/1985", {}, ""),
        ("03/04/1985", {"order": Order.DAY}, "1985-04-03"),
        ("03/04/1985", {"order": Order.MONTH}, "1985-03-04"),
        # The column is said to be day-first: the 25th month is a mistake to mend, not one to guess at.
        ("12/25/1985", {"order": Order.DAY}, ""),
        ("3. M\u00e4rz 2017", {"locale": "de_DE"}, "2017-03-03"),
        ("1er f\u00e9vrier 2017", {"locale": "fr_FR"}, "2017-02-01"),
        ("3 de abril de 2017", {"locale": "es_ES"}, "2017-04-03"),
        ("3 M\u00e4rz 2017", {}, ""),
        ("30 February 2017", {}, ""),
        ("29/02/1900", {}, ""),
        ("1/2/26", {"newest": 2025, "order": Order.DAY}, "1926-02-01"),
        ("1/2/26", {"order": Order.DAY}, ""),
        ("", {}, ""),
    ],
)
def test_dates(text: str, options: dict[str, object], value: str) -> None:
    clean = date(text, **options)  # type: ignore[arg-type]
    assert clean.value == value
    assert bool(clean.fault) == (not value)


@given(at=DAYS, form=st.sampled_from(FORMS))
def test_any_form_that_can_be_one_day_only_is_that_day(at: day, form: str) -> None:
    assert date(at.strftime(form)).value == at.isoformat()


@given(at=DAYS, order=st.sampled_from(Order), between=st.sampled_from("/.- "))
def test_numbers_are_never_guessed(at: day, order: Order, between: str) -> None:
    form = between.join(("%d", "%m", "%Y") if order is Order.DAY else ("%m", "%d", "%Y"))
    text = at.strftime(form)
    assert date(text, order=order).value == at.isoformat()
    alone = date(text)
    # Both numbers could be months, and they are not the same: nobody can tell.
    is_doubtful = at.day <= 12 and at.day != at.month
    assert alone.value == ("" if is_doubtful else at.isoformat())
    assert alone.fault.startswith("could be two days: ") == is_doubtful


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2017", "13/04/2017"], Order.DAY),
        (["03/04/2017", "04/13/2017"], Order.MONTH),
        (["03/04/2017"], None),
        (["13/04/2017", "04/13/2017"], None),
        (["13 April 2017", "2017-04-13"], None),
        ([], None),
    ],
)
def test_a_column_tells_its_order(values: list[str], order: Order | None) -> None:
    assert order_of(values) is order


@pytest.mark.parametrize(
    ("locale", "order"), [("en_GB", Order.DAY), ("en_US", Order.MONTH), ("de_DE", Order.DAY), ("ja_JP", None)]
)
def test_a_locale_tells_its_order(locale: str, order: Order | None) -> None:
    assert order_in(locale) is order
