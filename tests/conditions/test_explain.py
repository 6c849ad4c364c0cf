"""An explanation says of each part whether it holds, by which events, and when time will change it."""

from __future__ import annotations

import msgspec
import pytest

from envoi.clock import Instant, iso, parse_instant
from envoi.conditions.bind import bind
from envoi.conditions.explain import MOST_EVIDENCE, Why, explain
from envoi.conditions.facts import facts
from envoi.conditions.parse import parse
from envoi.events.event import Stored, Value
from tests.conditions.histories import MINUTE, stored
from tests.conditions.shop import DEFINITIONS

NOW = parse_instant("2017-12-01T12:00:00Z")


def ago(seq: int, minutes: float, name: str = "Order Completed", **props: Value) -> Stored:
    return stored(seq, "a", name, NOW - int(minutes * MINUTE), props)


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
