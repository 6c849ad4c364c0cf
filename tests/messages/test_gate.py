"""The gate asks all checks of all entries at once; a skip comes before any wait, and the first reason is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.messages.gate import Check, Known, consent, gate_of, suppression, verdict
from envoi.messages.ledger import Entry
from envoi.messages.verdict import GO, Skip, Verdict, Wait
from envoi.people.profile import Profile, Said

NOW = Instant(100)
ENTRY = Entry(campaign="spring", person=PersonId("anna"), address="anna@example.org", decision=1)
SOON, LATE = Wait(until=Instant(200), reason="quiet hours"), Wait(until=Instant(900), reason="capped")
NEVER, GONE = Skip(reason="unsubscribed"), Skip(reason="suppressed")


def known(*, granted: bool | None = None, suppressed: str = "") -> Known:
    consents = {} if granted is None else {"news": Said(granted=granted, at=Instant(1))}
    return Known(now=NOW, profile=Profile(person=ENTRY.person, consent=consents), suppressed=suppressed)


def saying(said: Verdict) -> Check:
    return lambda *_: said


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ([], GO),
        ([GO, GO], GO),
        ([GO, SOON], SOON),
        ([SOON, LATE], SOON),
        ([SOON, NEVER], NEVER),
        ([NEVER, GONE], NEVER),
    ],
)
def test_what_checks_say_together(said: list[Verdict], together: Verdict) -> None:
    assert verdict([saying(each) for each in said], ENTRY, known()) == together


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (known(granted=True), GO),
        (known(granted=False), Skip(reason="consent withdrawn")),
        (known(), Skip(reason="never consented")),
        (Known(now=NOW, profile=None), Skip(reason="erased")),
    ],
)
def test_consent(found: Known, said: Verdict) -> None:
    assert consent("news")(ENTRY, found) == said


def test_a_suppressed_address_is_skipped_with_the_reason() -> None:
    assert suppression()(ENTRY, known(suppressed="hard bounce: 5.1.1")) == Skip(reason="hard bounce: 5.1.1")
    assert suppression()(ENTRY, known()) == GO


def test_the_gate_looks_once_for_all() -> None:
    looked: list[int] = []

    def look(entries: Sequence[Entry]) -> Mapping[str, Known]:
        looked.append(len(entries))
        return {entry.person: known(granted=entry.person == "p1") for entry in entries}

    entries = [Entry(campaign="spring", person=PersonId(f"p{n}"), address="", decision=1) for n in range(3)]
    said = gate_of([consent("news")], look)(entries)
    assert (looked, [each == GO for each in said]) == ([3], [False, True, False])
