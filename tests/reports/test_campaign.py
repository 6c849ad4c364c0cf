"""The people of a campaign in pages, what was chosen for them, and the steps from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.tables.duckdb import DuckTables
from envoi.clock import Instant
from envoi.decisions.decision import Decision, as_event
from envoi.events.catalogue import Catalogue
from envoi.events.event import PersonId, Stored
from envoi.messages.ledger import Entry, State
from envoi.reports.campaign import Steps, chosen, decided, entries_in, nth, steps
from envoi.reports.paging import Page

if TYPE_CHECKING:
    from envoi.tables import Tables

NOW = Instant(1_714_554_000_000_000)
#: Person, campaign, content and arm of each decision.
DECISIONS = [
    ("a", "hello", "win-back", "send"),
    ("b", "hello", "fallback", "send"),
    ("c", "hello", "win-back", "holdout"),
    ("d", "hello", "win-back", "send"),
    ("a", "other", "fallback", "send"),
]


@pytest.fixture
def tables() -> Tables:
    made = DuckTables(None, Catalogue())
    made.write(
        [
            Stored(seq=seq, person=PersonId(person), event=as_event(_decision(person, campaign, content, arm)))
            for seq, (person, campaign, content, arm) in enumerate(DECISIONS, 1)
        ]
    )
    return made


def _decision(person: str, campaign: str, content: str, arm: str) -> Decision:
    return Decision(
        id=f"{campaign}/{person}",
        campaign=campaign,
        person=PersonId(person),
        content=content,
        arm=arm,
        send_at=NOW,
        propensity=0.5,
    )


def test_content_is_counted_for_those_who_get_mail(tables: Tables) -> None:
    assert chosen(tables, "hello") == {"win-back": 2, "fallback": 1}
    assert chosen(tables, "never") == {}
    assert chosen(DuckTables(None, Catalogue()), "hello") == {}


@pytest.mark.parametrize(
    ("content", "person", "expected"),
    [
        ("", "a", Steps(people=3, position=1, first="a", previous=None, following="b")),
        ("", "b", Steps(people=3, position=2, first="a", previous="a", following="d")),
        ("", "d", Steps(people=3, position=3, first="a", previous="b", following=None)),
        ("", "c", Steps(people=3, position=2, first="a", previous="b", following="d")),
        ("win-back", "a", Steps(people=2, position=1, first="a", previous=None, following="d")),
        ("none such", "a", Steps(people=0, position=0, first=None, previous=None, following=None)),
    ],
)
def test_steps_lead_to_the_people_beside(tables: Tables, content: str, person: str, expected: Steps) -> None:
    assert steps(tables, decided("hello", content=content), person) == expected


def test_the_nth_is_found_by_its_place(tables: Tables) -> None:
    assert [nth(tables, decided("hello"), place) for place in range(4)] == ["a", "b", "d", None]


def test_entries_come_by_state_and_reason_in_pages() -> None:
    ledger = MemoryLedger()
    reasons = ["", "holdout", "no address", "holdout", "holdout"]
    entries = [
        Entry(
            campaign="hello",
            person=PersonId(str(number)),
            address=f"{number}@example.org",
            decision=0,
            state=State.SKIPPED if reason else State.PLANNED,
            reason=reason,
        )
        for number, reason in enumerate(reasons)
    ]
    ledger.plan("hello", entries, at=NOW)

    def people(state: str, reason: str | None, page: Page) -> list[str]:
        return [entry.person for entry in entries_in(ledger, "hello", state=state, reason=reason, page=page)]

    assert people("skipped", None, Page()) == ["1", "2", "3", "4"]
    assert people("skipped", "holdout", Page(size=2)) == ["1", "3"]
    assert people("skipped", "holdout", Page(2, size=2)) == ["4"]
    assert people("planned", "", Page()) == ["0"]
