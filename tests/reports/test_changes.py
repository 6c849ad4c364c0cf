"""What time alone will change: the same as judging every person one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.conditions import bind, facts, judge, parse
from envoi.events.event import PersonId
from envoi.flow import Stores
from envoi.reports import changes
from envoi.reports.changes import Change, next_changes
from envoi.reports.why import history
from tests.reports.corner import DAY, HOUR, NOW, project, stores, visit

CONDITIONS = [
    'did "Visit" in the last 2 days',
    'did not "Visit" in the last 2 days',
    'did "Visit" more than 3 hours ago and did not "Visit" more than 12 hours ago',
    'days since last "Visit" > 3',
    'did "Visit" at least 2 times in the last 30 days',
]


def one_by_one(text: str, shop: Stores, people: int) -> list[Change]:
    bound, moves = bind(parse(text), project().definitions), dict[Instant, list[bool]]()
    for person in range(people):
        found = judge(bound, facts(history(shop.tables, shop.archive, PersonId(str(person)), until=NOW), NOW))
        if found.until is not None:
            moves.setdefault(found.until, []).append(found.holds)
    return [Change(at=at, enter=len(held) - sum(held), leave=sum(held)) for at, held in sorted(moves.items())]


@settings(max_examples=15)
@given(hours=st.lists(st.integers(0, 90), min_size=1, max_size=12), text=st.sampled_from(CONDITIONS))
def test_the_next_changes_are_those_of_each_person(hours: list[int], text: str) -> None:
    # Nobody comes twice, so nobody goes and comes back within a step.
    shop = stores([visit(n, NOW - hour * HOUR - n) for n, hour in enumerate(hours)])
    bound = bind(parse(text), project().definitions)
    found = next_changes(bound, shop.tables, shop.archive, at=NOW)
    expected = one_by_one(text, shop, len(hours))
    assert found == [one for one in expected if any(step >= one.at - NOW for step in changes.STEPS)][: len(found)]
    assert bool(found) == bool([one for one in expected if one.at - NOW <= changes.STEPS[-1]])


def test_where_many_move_at_once_the_soonest_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PEOPLE", 3)
    shop = stores([visit(n, NOW - 2 * DAY + (n + 1) * 60_000_000) for n in range(50)])
    bound = bind(parse(CONDITIONS[0]), project().definitions)
    found = next_changes(bound, shop.tables, shop.archive, at=NOW)
    assert [(one.at - NOW, one.enter, one.leave) for one in found] == [(60_000_000 * n, 0, 1) for n in (1, 2, 3)][
        : len(found)
    ]
    assert found
    assert found[0].at == NOW + 60_000_000


def test_what_time_does_not_change_has_no_next() -> None:
    shop = stores([visit(1, NOW - DAY)])
    bound = bind(parse('did "Visit"'), project().definitions)
    assert next_changes(bound, shop.tables, shop.archive, at=NOW) == []
