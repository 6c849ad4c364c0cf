"""Hits on their way into the log: those that cannot be kept now are kept later, and too many are let go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.events.event import Name
from envoi.hosts.local import open_project
from envoi.hosts.web import hits
from envoi.hosts.web.hits import Hits
from envoi.messages.links import PIXEL
from envoi.messages.track import Hit
from tests.hosts.web.tracked import heard

if TYPE_CHECKING:
    from pathlib import Path

READER = "2"


@pytest.fixture(autouse=True)
def only_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hits are recorded when the test says so."""
    monkeypatch.setattr(hits, "SETTLE_S", 3_600.0)


def hit(root: Path, number: int) -> Hit:
    with open_project(root, read_only=True) as envoi:
        (entry,) = envoi.stores.statement.entries("hello", person=READER)
        (decision,) = envoi.stores.archive.fetch([entry.decision])
        link = envoi.links.link("hello", PIXEL)
    return Hit(id=str(number), decision=decision.event.id, link=link, at=Instant(number))


def test_a_hit_noted_twice_is_one(counting: Path) -> None:
    one, kept = hit(counting, 1), Hits(counting)
    kept.note(one)
    kept.note(one)
    kept.close()
    assert len(heard(counting, Name.EMAIL_OPENED)) == 1


def test_what_cannot_be_kept_now_is_kept_later(counting: Path) -> None:
    toml = counting / "envoi.toml"
    some, was, kept = [hit(counting, number) for number in range(3)], toml.read_text(encoding="utf-8"), Hits(counting)
    toml.write_text("name = 3", encoding="utf-8")
    kept.note(some[0])
    kept.record(None)
    toml.write_text(was, encoding="utf-8")
    assert heard(counting, Name.EMAIL_OPENED) == []
    kept.note(some[1])
    kept.record(None)
    kept.note(some[2])
    kept.close()
    assert [each.id for each in heard(counting, Name.EMAIL_OPENED)] == ["hit:0", "hit:1", "hit:2"]


def test_those_of_a_moment_ago_wait_for_others(counting: Path) -> None:
    kept = Hits(counting)
    for number in (1, 2, 3):
        kept.note(hit(counting, number))
    kept.record(Instant(2))
    assert [each.id for each in heard(counting, Name.EMAIL_OPENED)] == ["hit:1", "hit:2"]
    kept.close()
    assert len(heard(counting, Name.EMAIL_OPENED)) == 3


def test_more_than_can_wait_is_let_go_and_said(
    counting: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(hits, "MOST_WAITING", 2)
    kept = Hits(counting)
    for number in range(5):
        kept.note(hit(counting, number))
    kept.close()
    assert len(heard(counting, Name.EMAIL_OPENED)) == 2
    assert "3 hits came faster than they could be recorded" in caplog.text


def test_whoever_asks_again_and_again_fills_no_disk(counting: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hits, "MOST_OF_A_MAIL", 3)
    first, kept = hit(counting, 1), Hits(counting)
    for number in range(9):
        kept.note(replace(first, id=str(number)))
    # An hour later there is room for more.
    kept.note(replace(first, id="later", at=Instant(first.at + 3_601_000_000)))
    kept.close()
    assert [each.id for each in heard(counting, Name.EMAIL_OPENED)] == ["hit:0", "hit:1", "hit:2", "hit:later"]
