"""Holds the audience, the ledger, the log and what the mail server took against each other: 0 lost, 0 doubled."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path

from envoi.adapters.database import open_database
from envoi.adapters.events.sqlite import SqliteEventLog
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.messages.ledger import FINAL, State
from envoi.messages.outcome import NAMES, outcome
from envoi.messages.verify import verify
from tests.faults.send_campaign import CAMPAIGN, audience
from tests.faults.smtp_server import Record


def check(folder: Path, record: Record, *, people: int, allowed: int = 0) -> Counter[State]:
    """How many ended in each state, if all adds up; `allowed`: how often a person wanted an unknown sent again."""
    with closing(open_database(folder / "envoi.sqlite")) as connection:
        ledger = SqliteLedger(connection)
        entries = list(ledger.entries(CAMPAIGN, limit=10**9))
        logged = Counter(stored.event.id for stored in SqliteEventLog(connection).read())
        proof = verify(ledger, CAMPAIGN, delivered=set(record.accepted))
    by_id = {entry.message_id: entry for entry in entries}
    assert [entry.person for entry in entries] == [entry.person for entry in audience(people)]
    assert proof.problems == ()
    # Doubled: nobody, but by a person's own wish.
    assert sum(record.accepted.values()) - len(record.accepted) <= allowed
    # Lost: what the server took is accepted or, if we did not hear that, unknown; and all that is accepted, it took.
    assert {by_id[name].state for name in record.accepted} <= {State.ACCEPTED, State.UNKNOWN, State.SUBMITTING}
    # What is unknown was being submitted: the server was ready to take it.
    assert {entry.address for entry in entries if entry.state is State.UNKNOWN} <= record.awaited
    # The log says of each what the ledger says; of one that was sent again, both.
    told = Counter(outcome(entry).id for entry in entries if entry.state in NAMES)
    assert told <= logged
    assert set(logged.values()) <= {1}
    assert len(logged) - len(told) <= allowed
    return Counter(entry.state for entry in entries)


def is_finished(states: Counter[State]) -> bool:
    """Whether everyone is in a final state."""
    return set(states) <= FINAL
