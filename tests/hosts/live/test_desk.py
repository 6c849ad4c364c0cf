"""Requests wait for one commit together, in the order of arrival, and not without bound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest

from envoi.clock import FixedClock, Instant
from envoi.events.event import Event, PersonId
from envoi.hosts.live import desk as desk_module
from envoi.hosts.live.desk import Closed, Desk, Group, Outcome, Overloaded
from envoi.hosts.live.moments import Moments
from envoi.hosts.live.posted import Posted

CLOCK = FixedClock(Instant(1_000))


def posted(desk: Desk, events: int = 1, size_bytes: int = 10) -> Posted:
    at = desk.moments.next()
    event = Event(id="1", source="http", name="X", keys={"user_id": "1"}, at=at, seen_at=at)
    return Posted(at=at, events=[(PersonId("1"), event)] * events, size_bytes=size_bytes)


def in_a_loop(test: Callable[[Desk, list[Group]], Awaitable[None]]) -> None:
    async def run() -> None:
        out: list[Group] = []
        desk = Desk(Moments(CLOCK), out.append)
        desk.settle(Outcome(Group(Instant(0))))
        await asyncio.sleep(0)
        await test(desk, out)

    asyncio.run(run())


async def turns() -> None:
    """Lets the loop go round a few times."""
    for _ in range(4):
        await asyncio.sleep(0)


def test_all_that_comes_during_a_commit_goes_into_the_next() -> None:
    async def test(desk: Desk, out: list[Group]) -> None:
        first = asyncio.ensure_future(desk.keep(posted(desk)))
        await turns()
        later = [asyncio.ensure_future(desk.keep(posted(desk))) for _ in range(3)]
        await turns()
        assert [len(group.requests) for group in out] == [1]
        desk.settle(Outcome(out[0]))
        await turns()
        assert first.done()
        assert not any(one.done() for one in later)
        assert [len(group.requests) for group in out] == [1, 3]
        desk.settle(Outcome(out[1]))
        await asyncio.gather(*later)

    in_a_loop(test)


def test_a_group_is_never_later_than_what_is_still_to_come() -> None:
    async def test(desk: Desk, out: list[Group]) -> None:
        waiting = [asyncio.ensure_future(desk.keep(posted(desk, events=400))) for _ in range(7)]
        await turns()
        while not all(one.done() for one in waiting):
            desk.settle(Outcome(out[-1]))
            await turns()
        assert [len(group.requests) for group in out] == [3, 3, 1]
        for group, following in pairwise(out):
            assert max(one.posted.at for one in group.requests) <= group.now
            assert group.now < min(one.posted.at for one in following.requests)

    in_a_loop(test)


def test_what_cannot_be_kept_is_refused_until_it_can_be_again() -> None:
    async def test(desk: Desk, out: list[Group]) -> None:
        waiting = asyncio.ensure_future(desk.keep(posted(desk)))
        await turns()
        desk.settle(Outcome(out[0], fault="the disk is full"))
        with pytest.raises(Closed, match="disk is full"):
            await waiting
        with pytest.raises(Closed, match="disk is full"):
            await desk.keep(posted(desk))
        await turns()
        desk.look()
        desk.settle(Outcome(out[-1]))
        await turns()
        waiting = asyncio.ensure_future(desk.keep(posted(desk)))
        await turns()
        desk.settle(Outcome(out[-1]))
        await waiting

    in_a_loop(test)


def test_no_more_waits_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "WAITING_BYTES", 25)

    async def test(desk: Desk, out: list[Group]) -> None:
        waiting = [asyncio.ensure_future(desk.keep(posted(desk))) for _ in range(3)]
        await turns()
        with pytest.raises(Overloaded):
            await desk.keep(posted(desk))
        desk.settle(Outcome(out[0]))
        await asyncio.gather(*waiting)
        again = asyncio.ensure_future(desk.keep(posted(desk)))
        await turns()
        desk.settle(Outcome(out[-1]))
        await again

    in_a_loop(test)


def test_who_gave_up_waiting_is_no_trouble() -> None:
    async def test(desk: Desk, out: list[Group]) -> None:
        waiting = asyncio.ensure_future(desk.keep(posted(desk)))
        await turns()
        waiting.cancel()
        await turns()
        desk.settle(Outcome(out[0]))
        await turns()
        assert waiting.cancelled()

    in_a_loop(test)


def test_a_group_goes_when_something_is_due() -> None:
    async def test(desk: Desk, out: list[Group]) -> None:
        desk.settle(Outcome(Group(Instant(0)), due=Instant(CLOCK.at + 20_000)))
        await turns()
        assert out == []
        await asyncio.sleep(0.05)
        assert len(out) == 1

    in_a_loop(test)


def test_moments_are_unique_and_go_on_where_the_log_ended() -> None:
    moments = Moments(FixedClock(Instant(5)))
    assert [moments.next(), moments.next()] == [5, 6]
    moments.after(Instant(3))
    assert moments.next() == 7
    moments.after(Instant(100))
    assert moments.next() == 101
