"""All segments, and one in full, with and without a live host having watched them."""

from __future__ import annotations

import pytest

from envoi.clock import Instant, iso
from envoi.errors import NotFound
from envoi.flow import Stores
from envoi.reports.segments import Next, OfDay, Turn, in_full, listed
from envoi.segments.port import Defined, Plan
from tests.reports.corner import DAY, HOUR, NOW, project, stores, visit

SEGMENTS = {"Lately": 'did "Visit" in the last 2 days', "Never": "age > 3"}
PLAN = Plan(segments=(Defined(segment="Lately", condition="c", seq=3, at=Instant(NOW - HOUR)),))


@pytest.fixture(scope="module")
def shop() -> Stores:
    return stores([visit(1, NOW - 2 * DAY + HOUR), visit(2, NOW - 30 * HOUR), visit(3, NOW - 5 * DAY)])


def test_all_of_them(shop: Stores) -> None:
    found = listed(project(**SEGMENTS), shop.tables, PLAN, at=NOW)
    assert (found.at, found.everyone) == ("2024-05-01T09:00:00Z", 3)
    lately, never = found.segments
    assert (lately.name, lately.people, lately.since) == ("Lately", 2, iso(Instant(NOW - HOUR)))
    # One goes in an hour, the other in eighteen.
    assert lately.next_day == Turn(enter=0, leave=2)
    assert (never.people, never.since, never.next_day) == (0, "", Turn(enter=0, leave=0))


def test_one_in_full(shop: Stores) -> None:
    found = in_full(project(**SEGMENTS), shop, Plan(), "Lately", at=NOW)
    assert (found.people, found.everyone, found.since) == (2, 3, "")
    assert found.condition == SEGMENTS["Lately"]
    assert found.next == [Next(at="2024-05-01T10:00:00Z", enter=0, leave=1)]
    assert found.history[-1] == OfDay(day="2024-05-01", people=2, entered=0, left=0, how="judged")
    assert len(found.history) == 6


def test_one_that_is_not_there(shop: Stores) -> None:
    with pytest.raises(NotFound, match="no segment 'Latley'"):
        in_full(project(**SEGMENTS), shop, Plan(), "Latley", at=NOW)
