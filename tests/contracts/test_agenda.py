"""What every ledger promises about when it has something to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from envoi.clock import Instant
from envoi.messages.ledger import State
from tests.contracts.ledgers import (
    CAMPAIGN,
    KINDS,
    MINUTE,
    AnyLedger,
    claim,
    entry_of,
    opened_quickly,
    settle,
    submit,
)


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest) -> Iterator[AnyLedger]:
    with opened_quickly(request.param) as ledger:
        yield ledger


def test_it_is_due_when_its_first_entry_is_and_never_once_all_are_settled(ledger: AnyLedger) -> None:
    assert ledger.due(CAMPAIGN) is None
    skipped = entry_of("c", state=State.SKIPPED, reason="holdout")
    ledger.plan(CAMPAIGN, [entry_of("a", due=50), entry_of("b", due=70), skipped], at=Instant(0))
    assert ledger.due(CAMPAIGN) == 50
    (first,) = claim(ledger, now=50, size=1)
    assert ledger.due(CAMPAIGN) == 70
    # While a worker holds it, it is free again when the lease ends.
    (second,) = claim(ledger, now=70, size=1)
    assert ledger.due(CAMPAIGN) == 50 + MINUTE
    for entry in (first, second):
        assert submit(ledger, entry, now=80)
        settle(ledger, entry, State.ACCEPTED, now=80)
    assert ledger.due(CAMPAIGN) is None
