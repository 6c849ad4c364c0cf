"""An explanation says of each part whether it holds, by which events, and when time will change it."""

from __future__ import annotations

import msgspec
import pytest

from envoi.clock import Instant, iso, parse_instant
from envoi.conditions.bind import bind
from envoi.conditions.explain import MOST_EVIDENCE, Why, explain
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse
from envoi.conditions.rows import holds_at
from envoi.events.event import Stored, Value
from tests.conditions.histories import MINUTE, stored
from tests.conditions.shop import DEFINITIONS

NOW = parse_instant("2017-12-01T12:00:00Z")


def ago(seq: int, minutes: float, name: str = "Order Completed", **props: Value) -> Stored:
    return stored(seq, "a", name, NOW - int(minutes * MINUTE), props)


def after(minutes: float, micros: int = 0) -> str:
    return iso(Instant(NOW + int(minutes * MINUTE) + micros))


TRAITS: dict[str, Value] = {
    "age": 30.5,
    "vip": True,
    "tier": "gold",
    "signed_up": "2017-11-30T23:00:00Z",
    "birthday": "1984-02-29",
}
HISTORY = [
    ago(1, 90, total=9.99, products=[{"price": 3}]),
    ago(2, 2, total=0.02),
    ago(3, 1, "Product Viewed"),
    ago(4, 1, "Profile Updated", **TRAITS),
]


def why(text: str, history: list[Stored] = HISTORY, now: Instant = NOW) -> Why:
    return explain(bind(parse(text), DEFINITIONS), facts(history, now))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('did "Order Completed" more than 3 times', 2),
        ('sum("Order Completed".total) > 3', 10.01),
        ('average("Order Completed".total) > 3', 5.005),
        ('min("Order Completed".products.price) > 3', 3),
        ('max("Product Viewed".total) > 3', None),
        ('distinct("Order Completed".total) > 3', 2),
        ('minutes since last "Order Completed" > 3', 2),
        ('hours since first "Order Completed" > 3', 1.5),
        ('days since last "Order Completed" > 3', 0.001389),
        ('days since last "Order Completed" in the last 1 minute > 3', None),
        ("points intent > 3", 1.5),
        ("age > 3", 30.5),
        ("vip = false", True),
        ("vip is missing", True),
        ('tier = "vip"', "gold"),
        ("signed_up > 2017-12-01", "2017-11-30T23:00:00Z"),
        ("birthday > 2017-12-01", "1984-02-29"),
        ('email = "x"', None),
        ("consents to newsletter", None),
    ],
)
def test_a_leaf_shows_its_value_in_its_own_unit(text: str, value: object) -> None:
    found = why(text)

    assert (found.says, found.value, type(found.value)) == (text, value, type(value))


@pytest.mark.parametrize(
    ("text", "threshold"),
    [
        ('did "Order Completed" more than 3 times', "> 3"),
        ('did not "Order Completed"', "= 0"),
        ('did "Order Completed" between 2 and 5 times', "between 2 and 5"),
        ('sum("Order Completed".total) > 3.5', "> 3.5"),
        ('average("Order Completed".total) is missing', "is missing"),
        ('days since last "Order Completed" between 31 and 60.5', "between 31 and 60.5"),
        ("points intent >= 2.5", ">= 2.5"),
        ("points warmth < 0.625", "< 0.625"),
        ('count("Order Completed") > count("Product Viewed")', "> 1"),
        ('count("Order Completed") > max("Product Viewed".total)', "> missing"),
        ('did "Product Viewed" then did "Order Completed"', ">= 1"),
        ('the last "Order Completed" had total > 3', "= true"),
        ("vip = false", "= false"),
        ('tier in ("gold", "vip")', 'in ("gold", "vip")'),
        ('email not in ("x")', 'not in ("x")'),
        ("signed_up > 2017-12-01", "> 2017-12-01T05:00:00Z"),
        ("birthday > 2017-12-01", '> "2017-12-01"'),
        ("consents to newsletter", "= true"),
        # It is noon of the first in London, and the morning of the first in New York.
        ("birthday is today", "2017-12-01"),
        ("birthday is in the next 7 days", "2017-12-02 to 2017-12-08"),
        ("birthday was in the last 1 day", "2017-11-30"),
    ],
)
def test_a_leaf_shows_what_its_value_must_be(text: str, threshold: str) -> None:
    assert why(text).threshold == threshold


@pytest.mark.parametrize(
    ("text", "seqs"),
    [
        ('did "Order Completed" more than 3 times', [2, 1]),
        ('sum("Order Completed".total) where products.price = 3 > 0', [1]),
        ('count("Order Completed") > count("Product Viewed")', [3, 2, 1]),
        # That which was followed, and what followed it; one that followed twice is shown once.
        ('did "Order Completed" then did "Product Viewed"', [3, 2, 1]),
        ('did "Order Completed" then did not "Product Viewed" within 4 minutes', [1]),
        ('the first "Order Completed" had total > 3', [1]),
        ('the 3rd "Order Completed" had total > 3', []),
        ("points intent > 3", [3, 1]),
        ("points warmth > 3", [3, 2, 1]),
        ("age > 3", [4]),
        ("birthday is today", [4]),
        ("email is missing", []),
        ("consents to newsletter", []),
    ],
)
def test_a_leaf_shows_its_evidence(text: str, seqs: list[int]) -> None:
    assert [one.seq for one in why(text).evidence] == seqs


def test_a_field_shows_the_event_that_told_it_last() -> None:
    yes, no = ({"purpose": "newsletter", "granted": granted} for granted in (True, False))
    history = [
        ago(1, 9, "Consent Changed", **yes),
        ago(2, 5, "Profile Updated", age=31, tier="gold"),
        # Told later, but of an earlier time.
        ago(3, 7, "Profile Updated", age=30),
        ago(4, 3, "Profile Updated", tier="vip"),
        ago(5, 8, "Consent Changed", **no),
        ago(6, 1, "Consent Changed", purpose="profiling", granted=True),
    ]

    assert [one.seq for one in why("age > 3", history).evidence] == [2]
    assert [one.seq for one in why("consents to newsletter", history).evidence] == [5]


def test_a_leaf_shows_the_newest_events_that_count() -> None:
    history = [ago(n, minutes=n) for n in range(1, 21)]
    found = why('did "Order Completed" between 2 and 18 minutes ago more than 3 times', history)

    # Minutes 2 to 17: the window is 18 minutes ago < at <= 2 minutes ago.
    assert found.value == 16
    assert [one.seq for one in found.evidence] == list(range(2, 2 + MOST_EVIDENCE))
    assert (found.evidence[0].name, found.evidence[0].at) == ("Order Completed", iso(Instant(NOW - 2 * MINUTE)))


def test_the_tree_is_as_it_was_written_with_segments_opened() -> None:
    found = why('vip = true and not (in segment "Quiet" or age > 40)')
    (vip, no), (some,) = found.parts, found.parts[1].parts
    (quiet,) = some.parts[0].parts

    assert (found.says, vip.says, no.says, some.says) == ("all", "vip = true", "not", "any")
    assert [part.says for part in some.parts] == ['in segment "Quiet"', "age > 40"]
    assert [part.says for part in quiet.parts] == ["not", 'did not "Product Viewed" in the last 2 minutes']
    assert [part.holds for part in (found, vip, no, some)] == [True, True, True, False]


def test_each_part_says_when_time_alone_will_change_it() -> None:
    found = why('did "Order Completed" in the last 3 minutes and minutes since last "Order Completed" < 2.5')

    assert found.changes_at == iso(Instant(NOW + MINUTE // 2))
    assert [part.changes_at for part in found.parts] == [iso(Instant(NOW + MINUTE)), iso(Instant(NOW + MINUTE // 2))]
    assert why("vip = true").changes_at is None


def test_points_show_each_event_once() -> None:
    found = why("points intent > 3", [ago(1, 2, gift=True), ago(2, 1, "Product Viewed")])

    assert [one.seq for one in found.evidence] == [2, 1]


def test_an_explanation_is_json() -> None:
    found = why('did "Product Viewed" in the last 3 minutes or vip = false')

    assert msgspec.json.decode(msgspec.json.encode(found), type=Why) == found


@pytest.mark.parametrize(
    ("text", "changes_at"),
    [
        # The window ends by itself: the order of 2 minutes ago leaves, that of 90 minutes ago leaves or comes in.
        ('did "Order Completed" in the last 3 minutes', after(1)),
        ('did "Order Completed" more than 91 minutes ago', after(1)),
        ('did "Order Completed" between 3 and 5 minutes ago', after(1)),
        ('count("Order Completed") in the last 2 hours >= 2', after(30)),
        ('sum("Order Completed".total) in the last 3 minutes > 0.01', after(1)),
        # 5.005, then 0.02, then missing.
        ('average("Order Completed".total) in the last 2 hours < 6', after(118)),
        ('min("Order Completed".total) in the last 2 hours < 0.03', after(118)),
        ('max("Order Completed".total) in the last 2 hours > 9', after(30)),
        ('distinct("Order Completed".total) in the last 2 hours = 2', after(30)),
        # An age reaches a value, and is past it a microsecond later.
        ('minutes since last "Order Completed" < 3', after(1)),
        ('minutes since last "Order Completed" <= 3', after(1, 1)),
        ('minutes since last "Order Completed" = 3', after(1)),
        ('hours since first "Order Completed" > 2', after(30, 1)),
        ('minutes since last "Order Completed" between 1 and 4.5', after(2.5, 1)),
        ('minutes since last "Order Completed" in the last 3 minutes is missing', after(1)),
        # 2 and 1, then 1 and 1; 1 and 0, then 0 and 1.
        ('count("Order Completed") in the last 2 hours > count("Product Viewed")', after(30)),
        ('did "Product Viewed" more in the last 3 minutes than in the 3 minutes before', after(2)),
        # Nothing followed, once there is no time left; and what was followed leaves the window.
        ('did "Product Viewed" then did not "Order Completed" within 4 minutes', after(3)),
        ('did "Order Completed" then did "Product Viewed" within 2 minutes in the last 3 minutes', after(1)),
        ('did "Order Completed" then did not "Product Viewed" within 4 minutes in the last 91 minutes', after(1)),
        # Another order is the first, then there is none.
        ('the first "Order Completed" in the last 2 hours had total > 1', after(30)),
        ('the last "Order Completed" in the last 3 minutes had total < 1', after(1)),
        # 2.5 for a view, 1 less for an order: less once the view leaves, more once an order has lost most of its worth.
        ("points intent > 1", after(3)),
        ("points warmth > 1", after(24 * 60 - 90)),
        # Midnight in New York; the 28th is the day, as the year has no 29th.
        ("birthday is today", "2018-02-28T05:00:00Z"),
        ("birthday is in the next 7 days", "2018-02-21T05:00:00Z"),
        ("birthday was in the last 3 days", "2018-03-01T05:00:00Z"),
        ('in segment "Recent buyers"', after(1)),
        # Time alone changes nothing.
        ('did "Order Completed" since 2017-11-01', None),
        ('did "Product Viewed" since the last "Order Completed"', None),
        ('did "Order Completed" then did not "Product Viewed" within 4 minutes', None),
        ('days since last "Order Completed" >= 0', None),
        ("age > 3", None),
        ("email is missing", None),
        ("consents to newsletter", None),
    ],
)
def test_every_kind_of_leaf_says_the_instant_at_which_it_changes(text: str, changes_at: str | None) -> None:
    found, bound, known = why(text), bind(parse(text), DEFINITIONS), facts(HISTORY, NOW)

    assert found.changes_at == changes_at
    if changes_at:
        at = parse_instant(changes_at)
        assert holds_at(bound, known, Instant(at - 1)) is found.holds
        assert holds_at(bound, known, at) is not found.holds
