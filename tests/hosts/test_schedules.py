"""Since when schedules are known: kept over restarts, and anew when one is changed."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

from envoi.campaigns.campaign import Campaign
from envoi.clock import Instant, parse_instant
from envoi.conditions.tree import All
from envoi.hosts.schedules import seen, to_begin
from envoi.messages.schedule import Every, Schedule
from envoi.messages.timing import When
from envoi.settings import Sender, Settings, Shop

SETTINGS = Settings(
    name="Corner", shop=Shop(name="Corner", address="1 Main Street"), sender=Sender(name="Corner", email="a@b.example")
)
DAILY = Schedule(at=time(9), every=Every.DAY)


def campaign(schedule: Schedule | None) -> dict[str, Campaign]:
    when = When(schedule=schedule)
    return {"a": Campaign(name="a", audience=All(()), audience_text="", purpose="news", template="", when=when)}


def test_a_schedule_is_known_since_it_was_first_seen_as_it_is(tmp_path: Path) -> None:
    assert seen(tmp_path, campaign(None), Instant(1)) == {}
    assert seen(tmp_path, campaign(DAILY), Instant(2))["a"].at == 2
    assert seen(tmp_path, campaign(DAILY), Instant(3))["a"].at == 2
    later = Schedule(at=time(10), every=Every.DAY)
    assert seen(tmp_path, campaign(later), Instant(4))["a"].at == 4
    # Taken out and put in again, it is new.
    assert seen(tmp_path, campaign(None), Instant(5)) == {}
    assert seen(tmp_path, campaign(later), Instant(6))["a"].at == 6


def test_what_was_due_before_is_not_begun_unless_the_schedule_names_its_day(tmp_path: Path) -> None:
    noon = parse_instant("2026-11-23T12:00:00Z")
    for schedule, begun in (
        (DAILY, []),
        (Schedule(at=time(9), every=Every.DAY, starts=date(2026, 11, 1)), []),
        (Schedule(at=time(9), every=Every.DAY, starts=date(2026, 11, 23)), ["a@2026-11-23"]),
        (Schedule(at=time(9), every=Every.ONCE, starts=date(2026, 11, 23)), ["a"]),
        (Schedule(at=time(9), every=Every.ONCE, starts=date(2026, 11, 21)), []),
    ):
        found = campaign(schedule)
        since = seen(tmp_path, found, noon)["a"]
        assert list(to_begin(found["a"], since, [], SETTINGS, noon)) == begun
        assert list(to_begin(found["a"], since, begun, SETTINGS, noon)) == []
    assert list(to_begin(campaign(None)["a"], since, [], SETTINGS, noon)) == []
