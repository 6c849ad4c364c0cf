"""What an import counts."""

from __future__ import annotations

from collections import Counter

import pytest

from envoi.clock import Instant
from envoi.events import tally
from envoi.events.event import Event, PersonId, Rejected
from envoi.events.port import Batch
from envoi.events.tally import Tally


def event(name: str) -> Event:
    return Event(id="1", source="web", name=name, keys={}, at=Instant(1), seen_at=Instant(1))


def rejected(place: str, reason: str) -> Rejected:
    return Rejected(source="web", place=place, reason=reason, raw="{}", seen_at=Instant(1))


def batch(*people: str, name: str = "Left") -> Batch:
    return Batch(events=[(PersonId(person), event(name)) for person in people])


def test_events_people_and_reasons_are_counted() -> None:
    counted = Tally()
    counted.add(batch("a", "b", "a"))
    counted.add(batch("b", name="Came"))
    first = rejected("line 2", "'total' should be a number: 'n/a'")
    counted.add(
        Batch(
            rejected=[first, rejected("line 5", "'total' should be a number: 'free'"), rejected("line 7", "it is late")]
        )
    )
    assert counted.events == Counter({"Left": 3, "Came": 1})
    assert len(counted.people) == 2
    assert counted.rejected == Counter({"'total' should be a number": 2, "it is late": 1})
    assert counted.examples["'total' should be a number"] is first


def test_people_are_told_apart_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MOST_PEOPLE", 3)
    counted = Tally()
    for n in range(10):
        counted.add(batch(f"p{2 * n}", f"p{2 * n + 1}"))
    assert len(counted.people) == 4
