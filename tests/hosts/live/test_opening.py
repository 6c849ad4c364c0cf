"""How far a new segment has come can be told at every step, and a removed one leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from envoi.adapters.database import open_database
from envoi.campaigns.project import load
from envoi.clock import SystemClock
from envoi.conditions import bind, parse
from envoi.conditions.bound import Bound
from envoi.events.event import Event, PersonId
from envoi.events.port import Batch
from envoi.flow import on_event
from envoi.hosts.live.moments import Moments
from envoi.hosts.live.opening import Definition, Opened, opened
from envoi.hosts.live.status import Task
from envoi.segments import backfill, watch
from envoi.segments.live import LiveJudge
from tests.hosts.live.shop import FILES

MOMENTS = Moments(SystemClock())
PEOPLE = 30


def bound(**conditions: str) -> dict[str, Bound]:
    definitions = load(FILES).definitions
    return {name: bind(parse(text), definitions) for name, text in conditions.items()}


BUYERS = bound(Buyers='did "Order Completed"')
BOTH = BUYERS | bound(Big='did "Order Completed" where total >= 10')


@pytest.fixture(autouse=True)
def little_at_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backfill, "AT_ONCE", 7)
        patch.setattr(watch, "AT_ONCE", 7)
        yield


def order(number: int) -> tuple[PersonId, Event]:
    person, at = PersonId(f"p{number}"), MOMENTS.next()
    event = Event(
        id=str(number),
        source="http",
        name="Order Completed",
        keys={"user_id": person},
        at=at,
        seen_at=at,
        props={"total": number},
    )
    return person, event


def step(shop: Opened, *numbers: int) -> Task | None:
    on_event(shop.log, shop.watch, Batch(events=[order(number) for number in numbers]), MOMENTS.next())
    shop.after_commit()
    return shop.task()


def test_how_far_it_is(tmp_path: Path) -> None:
    definition = Definition(conditions=lambda: BUYERS, judge=LiveJudge)
    with opened(tmp_path / "envoi.sqlite", definition, MOMENTS) as shop:
        assert step(shop, *range(PEOPLE)) is None
        shop.redefine(LiveJudge(BOTH))
        tasks = []
        while task := step(shop):
            tasks.append(task)
        learning = [task for task in tasks if task.what == "learning"]
        telling = [task for task in tasks if task.what == "telling"]
        assert tasks == [*learning, *telling]
        assert [task.done for task in learning] == sorted({task.done for task in learning})
        assert {(task.of, task.segments) for task in learning} == {(2 * PEOPLE, ("Big",))}
        assert [(task.done, task.of, task.segments) for task in telling[:2]] == [
            (0, PEOPLE, ("Big",)),
            (7, PEOPLE, ("Big",)),
        ]
        assert len(shop.watch.memberships.members("Big")) == PEOPLE - 10


def test_what_is_not_asked_any_more_leaves_no_state(tmp_path: Path) -> None:
    path = tmp_path / "envoi.sqlite"
    for conditions in (BOTH, BUYERS):
        with opened(path, Definition(conditions=lambda now=conditions: now, judge=LiveJudge), MOMENTS) as shop:  # type: ignore[misc]
            step(shop, *range(PEOPLE))
            for _ in range(2 * PEOPLE):
                step(shop)
            assert not shop.has_old_states
            shop.save_all()
    with closing(open_database(path)) as connection:
        assert connection.execute("SELECT plan, COUNT(*) FROM states GROUP BY plan").fetchall() == [(2, PEOPLE)]
        assert connection.execute("SELECT DISTINCT segment FROM memberships").fetchall() == [("Buyers",)]


def test_replaying_says_how_far_it_is(tmp_path: Path) -> None:
    path, told = tmp_path / "envoi.sqlite", list[Task]()
    with opened(path, Definition(conditions=lambda: BUYERS, judge=LiveJudge), MOMENTS) as shop:
        step(shop, *range(PEOPLE))
    with opened(path, Definition(conditions=lambda: BUYERS, judge=LiveJudge, progress=told.append), MOMENTS) as shop:
        assert shop.watch.memberships.sizes() == {"Buyers": PEOPLE}
    assert told == [Task(what="replaying", done=2 * PEOPLE, of=2 * PEOPLE)]
