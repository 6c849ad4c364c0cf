"""What conditions share is there once, and an event touches nothing but what mentions it."""

from __future__ import annotations

from dataclasses import replace

from envoi.clock import Instant
from envoi.conditions import bind, parse
from envoi.conditions.bind import Definitions
from envoi.conditions.bound import Bound
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import Stored
from envoi.segments.live import LiveJudge, Network, network
from tests.conditions.histories import seeded
from tests.segments.live.lives import arrived, by_rows

HOUR = 3_600_000_000
NAMES = [f"E{n}" for n in range(40)]
PROPERTIES = {"total": Property(kind=Kind.NUMBER), "sort": Property(kind=Kind.TEXT)}
PLAN = Definitions(
    catalogue=Catalogue(events={name: EventPlan(name=name, properties=PROPERTIES) for name in NAMES}, traits={})
)


def bound(*texts: str) -> dict[str, Bound]:
    return {f"s{n:04}": bind(parse(text), PLAN) for n, text in enumerate(texts)}


def touched(found: Network, event: Stored) -> int:
    """How many doors the event comes in by."""
    route = found.routes.get(event.event.name)
    return len(list(route.touches(event.event))) if route else 0


def test_equal_leaves_are_one_flag_and_leaves_that_differ_in_number_only_share_what_is_remembered() -> None:
    found = network(
        bound(
            'did "E1" where total > 5 in the last 24 hours',
            'did "E1" where total > 5 in the last 1 day and did not "E2"',
            'did "E1" where total > 5 at least 3 times in the last 7 days',
            'days since last "E1" where total > 5 <= 3',
        )
    )
    # Of "E1" two windows with a number of times, and of its days whether there are any and whether they are so few.
    assert sorted(len(slot.flags) for slot in found.slots) == [1, 4]


def test_an_event_comes_in_only_where_it_is_mentioned_and_passes() -> None:
    found = network(
        bound(
            'did "E1" where sort = "a" in the last 1 hour',
            'did "E1" where sort = "b" in the last 1 hour',
            'did "E1" where total > 10 in the last 1 hour',
            'did "E1" where (total > 20 and sort contains "z")',
            'sum("E1".total) in the last 1 hour > 3',
            'did "E1" and did "E2" in the last 1 hour',
        )
    )
    events = {
        1: arrived(1, "p", "E2", 0, 0),
        2: arrived(1, "p", "E1", 0, 0),
        3: arrived(1, "p", "E1", 0, 0, {"sort": "a"}),
        4: arrived(1, "p", "E1", 0, 0, {"sort": "c", "total": 10.0}),
        5: arrived(1, "p", "E1", 0, 0, {"sort": "z", "total": 21}),
    }
    # "E1" alone, and what adds up totals, if there is one; and by its sort; and by its total; and by both.
    assert {n: touched(found, event) for n, event in events.items()} == {1: 1, 2: 2, 3: 3, 4: 2, 5: 4}
    assert touched(found, arrived(1, "p", "E3", 0, 0)) == 0


def test_a_thousand_segments_with_shared_parts_cost_an_event_what_a_few_do() -> None:
    parts = [f'did "{name}" at least {n} times in the last {n} hours' for name in NAMES for n in (1, 2, 3)]
    random = seeded(1)
    texts = [f"{one} and not ({two})" for one, two in (random.sample(parts, 2) for _ in range(1_000))]
    conditions = bound(*texts)
    found = network(conditions)
    # Each name is remembered once, whoever asks how often it came.
    assert len(found.slots) == len(NAMES)
    assert sum(len(slot.flags) for slot in found.slots) == len(parts)
    assert {touched(found, arrived(1, "p", name, 0, 0)) for name in NAMES} == {1}

    judge = LiveJudge(conditions)
    history = [arrived(n, "p", random.choice(NAMES), n * HOUR // 60, n * HOUR // 60) for n in range(1, 200)]
    for one in history:
        judge.event(one)
    now = Instant(history[-1].event.at + HOUR // 2)
    judge.advance(now, 1 << 20)
    assert sorted(judge.segments(history[0].person)) == by_rows(conditions, history, now)
    assert 50 < len(judge.segments(history[0].person)) < 950


def test_segments_that_are_built_on_others_again_and_again_are_still_one_leaf() -> None:
    known = replace(
        PLAN,
        segments={"s0": parse('did "E1" in the last 3 days')}
        | {f"s{n}": parse(f'in segment "s{n - 1}" and in segment "s{n - 1}"') for n in range(1, 46)},
    )
    found = network({"last": bind(parse('in segment "s45"'), known)})
    assert [rule.terms for rule in found.rules.values()] == [((1, 1),)]


def test_a_condition_has_the_same_digest_wherever_its_parts_come_from_and_another_if_it_says_anything_else() -> None:
    texts = [
        'did "E1" in the last 24 hours',
        'did "E1" in the last 25 hours',
        'did not "E1" in the last 24 hours',
        'did "E1" where total > 1 in the last 24 hours',
        'the last "E1" had total > 1',
        'the last "E1" had total > 2',
    ]
    assert len(set(network(bound(*texts)).digests.values())) == len(texts)
    one, other = network(bound('did "E1" in the last 24 hours')), network(bound('did "E1"   in the last 1 day'))
    assert one.digests == other.digests
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != network(bound('did "E1"')).fingerprint
