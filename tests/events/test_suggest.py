"""What columns seem to be: told by names and values, each key once, and with how sure it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.events.suggest import KEYS, Confidence, Use, kind_of, suggest

MAILS = ["a@b.org", "c@d.org", ""]
NUMBERS = ["901", "902", "903"]


@pytest.mark.parametrize(
    ("column", "values", "use", "confidence"),
    [
        ("Whatever", MAILS, Use.EMAIL, Confidence.SURE),
        ("Customer ID", NUMBERS, Use.USER_ID, Confidence.SURE),
        ("id", NUMBERS, Use.USER_ID, Confidence.LIKELY),
        ("mobile", ["0113 496 0000"], Use.PHONE, Confidence.SURE),
        ("mobile", ["Nokia"], Use.KEEP, Confidence.LIKELY),
        ("newsletter", ["yes", "no", "yes"], Use.CONSENT, Confidence.LIKELY),
        ("opt_in", ["subscribed", "unsubscribed"], Use.CONSENT, Confidence.GUESS),
        ("marketing notes", [f"note {n}" for n in range(9)], Use.KEEP, Confidence.LIKELY),
        ("updated_at", ["2024-01-01T10:00:00Z"], Use.AT, Confidence.SURE),
        ("birthday", ["1990-01-01"], Use.KEEP, Confidence.LIKELY),
        ("fax", ["", ""], Use.LEAVE_OUT, Confidence.SURE),
    ],
)
def test_columns_of_people(column: str, values: list[str], use: Use, confidence: Confidence) -> None:
    found = suggest({column: values}, people=True)[column]
    assert (found.use, found.confidence) == (use, confidence)
    assert found.because


def test_columns_of_events() -> None:
    columns = {
        "order_id": NUMBERS,
        "event": ["Bought"],
        "timestamp": ["2024-01-01"],
        "customer_id": NUMBERS,
        "total": ["1"],
    }
    found = suggest(columns, people=False)
    assert [each.use for each in found.values()] == [Use.ID, Use.EVENT, Use.AT, Use.USER_ID, Use.KEEP]


def test_what_only_one_column_can_be_the_most_telling_one_is() -> None:
    found = suggest({"user": NUMBERS, "customer_id": NUMBERS, "mail": MAILS, "second mail": MAILS}, people=True)
    assert [each.use for each in found.values()] == [Use.KEEP, Use.USER_ID, Use.EMAIL, Use.KEEP]


names = st.sampled_from(["id", "user_id", "email", "mail 2", "phone", "tel", "newsletter", "at", "event", "name", "x"])


@given(
    st.dictionaries(names, st.lists(st.sampled_from(["", "yes", "a@b.org", "020 7946 0018", "2024-01-02"])), max_size=9)
)
def test_every_column_has_one_use_and_every_key_one_column(columns: dict[str, list[str]]) -> None:
    for people in (True, False):
        found = suggest(columns, people=people)
        assert list(found) == list(columns)
        uses = [each.use for each in found.values()]
        assert all(uses.count(use) <= 1 for use in (*KEYS, Use.AT, Use.EVENT, Use.ID))


def test_events_have_a_time_and_say_what_happened() -> None:
    assert kind_of(["id", "created_at", "email"]) == "people"
    assert kind_of(["Event", "time", "email"]) == "events"
    assert kind_of(["InvoiceNo", "InvoiceDate", "CustomerID"]) == "events"
