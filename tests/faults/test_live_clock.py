"""F13, F15: a clock that jumps, and events in any order, change nothing of what is kept and who is where."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from httpx2 import Client
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import MICROS_PER_SECOND, FixedClock, Instant, SystemClock
from envoi.events.event import ENVOI
from tests.hosts.live.shop import KEY, logged, make, segments_of, served
from tests.segments.test_semantics import Shop

HOUR = 3_600 * MICROS_PER_SECOND


class Jumping:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.off = 0

    def now(self) -> Instant:
        return Instant(SystemClock().now() + self.off)


def view(client: Client, number: int, name: str = "Order Completed") -> None:
    message = {"event": name, "userId": "ada", "messageId": str(number), "properties": {"total": 20}}
    assert client.post("/v1/track", json=message).status_code == 200


def test_a_clock_that_jumps_by_hours_takes_nobody_out_early_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)
    root, clock = make(tmp_path), Jumping()
    for start in (0, 10):
        # Begun anew with a clock that is hours behind what the log has seen.
        with served(root, clock=clock) as address, Client(base_url=address, auth=(KEY, "")) as client:
            for number, hours in enumerate((0, 2, -2, 1, -3), start):
                clock.off = hours * HOUR
                view(client, number)
                view(client, number)
                assert segments_of(root, "ada") == {"Buyers"}
    log = logged(root)
    arrivals = [one.event.seen_at for one in log if one.event.source != ENVOI]
    assert all(one < later for one, later in pairwise(arrivals))
    assert len(arrivals) == 10
    assert [one.event.name for one in log if one.event.source == ENVOI] == ["Segment Entered"]


def test_time_that_stands_still_lets_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVOI_WRITE_KEY", KEY)
    root, clock = make(tmp_path), FixedClock(Instant(SystemClock().now()))
    with served(root, clock=clock) as address, Client(base_url=address, auth=(KEY, "")) as client:
        view(client, 1, "Product Viewed")
        for number in range(2, 50):
            view(client, number, "Other")
        assert segments_of(root, "ada") == {"Browsing", "Not yet"}


happened = st.tuples(st.integers(0, 20), st.sampled_from("AB"), st.integers(-5, 9))


@given(events=st.lists(happened, max_size=6).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_in_whatever_order_and_however_often_events_come_people_end_where_they_belong(
    events: tuple[list[tuple[int, str, int]], list[tuple[int, str, int]]],
) -> None:
    conditions = {
        "recent": 'did "A" in the last 10 seconds',
        "often": 'did "A" at least 2 times in the last 30 seconds and did not "B" in the last 12 seconds',
        "sum": 'sum("A".total) in the last 25 seconds >= 8',
        "then": 'did "A" then did "B" within 5 seconds',
    }
    ends: list[list[set[str]]] = []
    for order in (*events, [*events[1], *events[0]]):
        shop = Shop(**conditions)
        for place, (at, name, total) in enumerate(order):
            shop.happen(name, at, arrived=21 + place, id_=f"{at} {name} {total}", total=total)
        ends.append([])
        for now in (40, 45, 50, 100):
            shop.until(now)
            ends[-1].append(shop.inside())
    assert ends[0] == ends[1] == ends[2]
