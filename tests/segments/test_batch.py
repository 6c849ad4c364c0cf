"""Who is in a segment, and how large all are, as it was at any moment."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.conditions.bind import bind, bind_all
from envoi.conditions.parse import parse
from envoi.segments.batch import count, members, members_of_each, sizes
from tests.conditions.histories import MINUTE, START, Happenings, seeded, stored
from tests.conditions.sentences import KINDS, Sentences, edges
from tests.conditions.shop import DEFINITIONS, tables_of

HISTORY = [
    stored(1, "b", "Order Completed", START, {"total": 3}),
    stored(2, "a", "Order Completed", START + MINUTE, {"total": 2}),
    stored(3, "c", "Product Viewed", START + 2 * MINUTE, {}),
    # Told last, but of the beginning.
    stored(4, "c", "Profile Updated", START - MINUTE, {"vip": True}),
]


@pytest.mark.parametrize(
    ("text", "minute", "people"),
    [
        ('did "Order Completed"', 0, ["b"]),
        ('did "Order Completed"', 1, ["a", "b"]),
        ('did not "Order Completed"', -2, []),
        ('did not "Order Completed"', -1, ["c"]),
        ('did not "Order Completed"', 1, ["c"]),
        ("vip = true", -1, ["c"]),
        ('did "Order Completed" in the last 1 minute', 1, ["a"]),
    ],
)
def test_members_are_those_seen_by_then_in_order(text: str, minute: int, people: list[str]) -> None:
    condition, at = bind(parse(text), DEFINITIONS), Instant(START + minute * MINUTE)
    with tables_of(HISTORY) as tables:
        assert members(condition, tables, at) == people
        assert count(condition, tables, at) == len(people)


@pytest.mark.parametrize("kind", KINDS)
def test_many_at_once_are_the_same_as_each(kind: str) -> None:
    random = seeded(KINDS.index(kind))
    history = Happenings(random).history("abcdef", length=100)
    with tables_of(history) as tables:
        for _ in range(2):
            drawn = [Sentences(random).condition(random.choice([kind, "did", "since", "count"])) for _ in range(10)]
            bound = bind_all({f"segment {n}": condition for n, condition in enumerate(drawn)}, DEFINITIONS)
            at = random.choice(edges(drawn[0], history))

            each = {name: members(one, tables, at) for name, one in bound.items()}

            assert {name: sorted(people) for name, people in members_of_each(bound, tables, at).items()} == each
            assert sizes(bound, tables, at) == {name: len(people) for name, people in each.items()}
            assert {name: count(one, tables, at) for name, one in bound.items()} == sizes(bound, tables, at)


def test_of_no_segments_there_are_no_sizes_and_of_nobody_they_are_0() -> None:
    condition = bind(parse('did not "Order Completed"'), DEFINITIONS)
    with tables_of([]) as tables:
        assert sizes({}, tables, Instant(START)) == {}
        assert members_of_each({}, tables, Instant(START)) == {}
        assert sizes({"all": condition}, tables, Instant(START)) == {"all": 0}
