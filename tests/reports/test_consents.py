"""The consent ledger: every word with its proof and what it changed, in order; and counts that add up."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.errors import NotFound
from envoi.events.event import ENVOI, Event, Name, PersonId, Value
from envoi.people.words import Evidence, Method, props_of, version
from envoi.reports.answers import ConsentCount, Word
from envoi.reports.consents import consent_counts, consent_ledger
from tests.reports.corner import DAY, NOW, happened, project, stores, visit

TEXT = "Yes, send me news once a week."


def said(person: int, at: int, **told: Value) -> tuple[PersonId, Event]:
    return happened(person, Name.CONSENT_CHANGED, at, {"purpose": "newsletter", **told})


def by(method: Method, source: str, *, wording: str = "", basis: str = "", **proof: str) -> Evidence:
    return Evidence(method=method, source=source, wording=wording, basis=basis, proof=proof)


SIGN_UP = by(Method.DOUBLE_OPT_IN, "sign-up form", wording=TEXT, message_id="m1", request="r1")
LIST = by(Method.IMPORT, "old list", basis="paper forms of 2019")
PAGE = by(Method.PREFERENCES, "preference page", wording="News", request="r2")


def life() -> list[tuple[PersonId, Event]]:
    asked: dict[str, Value] = {"purposes": ["newsletter"], "wording": TEXT, "source": "sign-up form", "method": "form"}
    at = NOW - 9 * DAY
    return [
        visit(1, at),
        happened(1, Name.CONSENT_ASKED, at, asked),
        said(1, at + 1, **props_of("newsletter", SIGN_UP, granted=True)),
        said(1, at + 2, **props_of("newsletter", SIGN_UP, granted=True), paused_until=NOW),
        said(1, at + 3, granted=False, source="unsubscribe link", method="one-click"),
        said(1, at + 4, **props_of("newsletter", LIST, granted=True)),
        said(1, at - 5, granted=False, source="tills"),
        said(1, at + 6, **props_of("profiling", PAGE, granted=False)),
        visit(2, at),
        said(2, at, **props_of("newsletter", LIST, granted=True)),
        said(3, at, **props_of("newsletter", LIST, granted=True)),
    ]


def test_every_word_is_told_with_what_it_changed() -> None:
    ledger = consent_ledger(stores(life()), project().settings, PersonId("1"))
    assert [(word.purpose, word.granted, word.method, word.changed) for word in ledger.words] == [
        ("newsletter", None, "form", "nothing yet: it waits to be confirmed"),
        ("newsletter", True, "double opt-in", "opened"),
        ("newsletter", True, "double opt-in", "paused"),
        ("newsletter", False, "one-click", "closed"),
        ("newsletter", True, "import", "nothing: what others report opens nothing that a person spoke of"),
        ("newsletter", False, "", "nothing: a later word was known"),
        ("profiling", False, "preference page", "closed"),
    ]
    first = ledger.words[1]
    assert (first.source, first.proof) == ("sign-up form", {"message_id": "m1", "request": "r1"})
    assert ledger.wordings[first.wording_id] == TEXT
    assert ledger.wordings == {version(TEXT): TEXT, version("News"): "News"}
    assert ledger.words[4].basis == "paper forms of 2019"


def test_what_holds_now_is_what_the_gates_say() -> None:
    ledger = consent_ledger(stores(life()), project().settings, PersonId("1"))
    stands = {one.purpose: (one.granted, one.is_open) for one in ledger.stands}
    assert stands == {
        "newsletter": (False, False),
        "profiling": (False, False),
        # Nobody asked: open unless somebody objects, and closed until somebody agrees.
        "model_scoring": (None, True),
        "open_tracking": (None, False),
        "click_tracking": (None, False),
        "enrichment": (None, False),
        "transactional": (None, True),
    }


def test_the_ledger_only_grows() -> None:
    events = life()
    before: list[Word] = []
    for count in range(1, len(events) + 1):
        words = consent_ledger(stores(events[:count]), project().settings, PersonId("1")).words
        assert words[: len(before)] == before
        before = words


def test_nobody_has_no_ledger() -> None:
    with pytest.raises(NotFound, match="no person '9'"):
        consent_ledger(stores(life()), project().settings, PersonId("9"))


def test_the_counts_are_of_last_words_by_purpose_and_source() -> None:
    counts = consent_counts(stores(life()).people)
    assert counts.people == 3
    assert counts.counts == [
        ConsentCount(purpose="newsletter", granted=True, source="old list", method="import", people=2),
        ConsentCount(purpose="newsletter", granted=False, source="unsubscribe link", method="one-click", people=1),
        ConsentCount(purpose="profiling", granted=False, source="preference page", method="preference page", people=1),
    ]


def test_a_list_longer_than_what_is_read_at_a_time_is_counted_whole() -> None:
    yes = props_of("newsletter", LIST, granted=True)
    many = stores(
        (PersonId(f"p{number}"), Event(
            id=str(number), source=ENVOI, name=Name.CONSENT_CHANGED, keys={"user_id": f"p{number}"},
            at=Instant(NOW), seen_at=Instant(NOW), props=yes,
        )) for number in range(2_001)
    )  # fmt: skip
    counts = consent_counts(many.people)
    assert (counts.people, [one.people for one in counts.counts]) == (2_001, [2_001])
