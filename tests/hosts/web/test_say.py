"""What is said in words is short, and says nothing it should keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.clock import Instant
from envoi.events.event import Event, Name, Value
from envoi.hosts.local import open_project
from envoi.hosts.web.say import columns, digest, items, post_office

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("folder:mail", ("the folder mail", True)),
        ("folder:/var/mail", ("the folder /var/mail", True)),
        ("smtp://localhost:2525", ("localhost:2525", True)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1:2525", True)),
        ("smtps://ada:secret@mail.example.org", ("mail.example.org", False)),
        ("smtp://ada:secret@mail.example.org:587", ("mail.example.org:587", False)),
        ("smtp://localhost.example.org", ("localhost.example.org", False)),
    ],
)
def test_where_mail_goes_is_said_without_the_password(
    copy: Path, monkeypatch: pytest.MonkeyPatch, url: str, said: tuple[str, bool]
) -> None:
    with (copy / "envoi.toml").open("a", encoding="utf-8") as main:
        main.write('[mail]\nconfirmed = ["example.org"]\n')
    monkeypatch.setenv("ENVOI_MAIL_URL", url)
    with open_project(copy, read_only=True) as envoi:
        assert post_office(envoi) == said


@pytest.mark.parametrize(
    ("name", "props", "said"),
    [
        (Name.PROFILE_UPDATED, {"tier": "gold", "age": None, "city": "Porto"}, "tier, city"),
        (Name.CONSENT_CHANGED, {"purpose": "news", "granted": True, "source": "till"}, "news: yes · till"),
        (Name.CONSENT_CHANGED, {"purpose": "news", "granted": False}, "news: no"),
        (Name.DECISION_MADE, {"campaign": "hello", "content": "gold", "arm": "send"}, "hello · gold · send"),
        (Name.EMAIL_FAILED, {"campaign": "hello", "reason": "550 no"}, "hello · 550 no"),
        ("Order", {"order_id": "7", "total": 28.259999999999998, "lines": [{}]}, "1 line · total 28.26"),
        ("Order", {"a": 1, "b": True, "c": "x", "d": 2}, "a 1 · b True · c x"),
        ("Order", {"nested": {"a": 1}, "empty": "", "none": None}, ""),
    ],
)
def test_an_event_says_what_matters_on_one_line(name: str, props: dict[str, Value], said: str) -> None:
    assert digest(_event(name, props)) == said


def test_lists_of_objects_are_items_and_others_are_not() -> None:
    props: dict[str, Value] = {"lines": [{"a": 1}, {"b": 2}, 3], "tags": ["x"], "total": 1}
    assert items(_event("Order", props)) == {"lines": [{"a": 1}, {"b": 2}]}
    assert items(_event(Name.DECISION_MADE, props)) == {}


def test_a_table_of_items_has_every_field_that_fits() -> None:
    assert columns([{"a": 1}, {"b": 2, "a": 3}]) == ["a", "b"]
    assert len(columns([{str(number): number for number in range(99)}])) == 7


def _event(name: str, props: dict[str, Value]) -> Event:
    return Event(id="1", source="t", name=name, keys={}, at=Instant(0), seen_at=Instant(0), props=props)
