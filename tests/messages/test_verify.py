"""A proof that everyone is in one state finds every way in which they could not be."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import Instant
from envoi.errors import NotFound
from envoi.events.event import PersonId
from envoi.messages.ledger import Entry, State
from envoi.messages.order import Command, Order
from envoi.messages.verify import verify
from tests.contracts.ledgers import CAMPAIGN, claim, closed_for, settle, submit

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Who ends how; f is held out, g is left.
ENDS = {
    "a": State.ACCEPTED,
    "b": State.ACCEPTED,
    "c": State.UNKNOWN,
    "d": State.REJECTED,
    "e": State.DEFERRED,
}
ID = {
    person: Entry(campaign=CAMPAIGN, person=PersonId(person), address="", decision=0).message_id for person in "abcdefg"
}


def play(ledger: MemoryLedger | SqliteLedger) -> None:
    """A campaign under way: seven people, four in a final state by sending, one held out."""
    people = [
        Entry(campaign=CAMPAIGN, person=PersonId(p), address=f"{p}@example.org", decision=1) for p in [*ENDS, "g"]
    ]
    held_out = Entry(
        campaign=CAMPAIGN,
        person=PersonId("f"),
        address="f@example.org",
        decision=1,
        state=State.SKIPPED,
        reason="holdout",
    )
    ledger.plan(CAMPAIGN, [*people, held_out], at=Instant(3))
    for entry in claim(ledger, size=len(ENDS), now=4):
        submit(ledger, entry)
        reason = "" if ENDS[entry.person] is State.ACCEPTED else "as the server said"
        settle(ledger, entry, ENDS[entry.person], reason=reason, due=9)


@pytest.fixture
def ledger() -> MemoryLedger:
    made = MemoryLedger()
    play(made)
    return made


def test_a_campaign_under_way_adds_up(ledger: MemoryLedger) -> None:
    proof = verify(ledger, CAMPAIGN)
    assert (proof.ok, proof.finished, proof.left) == (True, False, 2)
    assert (proof.audience, proof.planned_at) == (7, 3)
    assert proof.by_state == {"accepted": 2, "unknown": 1, "rejected": 1, "deferred": 1, "skipped": 1, "planned": 1}
    assert proof.by_reason[State.SKIPPED] == {"holdout": 1}
    assert State.ACCEPTED not in proof.by_reason
    assert proof.advice == (
        "2 are not sent yet: send again to go on",
        "of these, 1 was put off, and is tried again from 1970-01-01T00:00:00.000009Z on",
        "1 may or may not have arrived and is not sent again: look for its message id at the mail server; "
        "'envoi resume spring --unknown' sends it once more",
    )


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Command.PAUSE, "it is paused: 'envoi resume spring' lets it go on"),
        (Command.CANCEL, "it was cancelled: what was not sent by then never is"),
    ],
)
def test_a_campaign_that_was_stopped_says_so(ledger: MemoryLedger, command: Command, said: str) -> None:
    ledger.order(CAMPAIGN, Order(command=command, by="anna"), at=Instant(8))
    proof = verify(ledger, CAMPAIGN)
    assert (proof.ok, proof.advice[0]) == (True, said)
    assert proof.finished is (command is Command.CANCEL)


def test_it_is_finished_when_everyone_is_in_a_final_state(ledger: MemoryLedger) -> None:
    claim(ledger, now=9, gate=closed_for("e", "g"))
    proof = verify(ledger, CAMPAIGN)
    assert (proof.ok, proof.finished, proof.left) == (True, True, 0)


def test_a_campaign_for_nobody_is_finished() -> None:
    ledger = MemoryLedger()
    ledger.plan(CAMPAIGN, [], at=Instant(0))
    assert verify(ledger, CAMPAIGN).finished


def test_a_campaign_that_was_never_planned_is_not_proved(ledger: MemoryLedger) -> None:
    with pytest.raises(NotFound, match="did you mean 'spring'"):
        verify(ledger, "sprnig")


@pytest.mark.parametrize(
    ("arrived", "problems"),
    [
        ("ab", []),
        # Unknown is just that: it may have arrived.
        ("abc", []),
        ("a", ["1 accepted messages did not arrive"]),
        ("abd", ["1 messages arrived that were not sent"]),
        ("abfg", ["2 messages arrived that were not sent"]),
        ("", ["2 accepted messages did not arrive"]),
        ("ae", ["1 accepted messages did not arrive", "1 messages arrived that were not sent"]),
    ],
)
def test_what_arrived_is_held_against_what_was_sent(ledger: MemoryLedger, arrived: str, problems: list[str]) -> None:
    proof = verify(ledger, CAMPAIGN, delivered={ID[person] for person in arrived})
    assert [problem.partition(",")[0] for problem in proof.problems] == problems
    assert proof.ok is (not problems)


def test_a_double_in_the_folder_is_a_problem(ledger: MemoryLedger) -> None:
    assert not verify(ledger, CAMPAIGN, delivered={ID["a"], ID["b"], f"{ID['a']}.2"}).ok


@pytest.mark.parametrize(("arrived", "says"), [("ab", "of 1 unknown, 0 arrived"), ("abc", "of 1 unknown, 1 arrived")])
def test_what_arrived_settles_what_was_unknown(ledger: MemoryLedger, arrived: str, says: str) -> None:
    assert verify(ledger, CAMPAIGN, delivered={ID[person] for person in arrived}).advice[-1].startswith(says)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        ("DELETE FROM ledger WHERE person = 'a'", "7 people were planned, and the ledger holds 6"),
        ("UPDATE ledger_runs SET size = 5", "5 people were planned, and the ledger holds 6"),
        (
            "UPDATE ledger SET is_written_to = 0, state = 'accepted', address = 'a@example.org' WHERE person = 'g'",
            "2 people are written to at 'a@example.org'",
        ),
    ],
)
def test_damage_in_the_database_is_seen(damage: str, problem: str) -> None:
    with closing(open_database(None)) as connection:
        ledger = SqliteLedger(connection)
        play(ledger)
        assert verify(ledger, CAMPAIGN).ok
        connection.execute(damage)
        assert problem in verify(ledger, CAMPAIGN).problems


def test_a_ledger_that_tells_one_person_twice_is_seen() -> None:
    class Stuttering(MemoryLedger):
        def entries(
            self, campaign: str = "", *, person: str = "", state: str = "", limit: int = 1000
        ) -> Iterator[Entry]:
            found = list(super().entries(campaign, person=person, state=state, limit=limit))
            yield from [*found, found[0]]

    ledger = Stuttering()
    play(ledger)
    assert verify(ledger, CAMPAIGN).problems == (
        "person 'a' is in 2 states",
        "2 people are written to at 'a@example.org'",
        "the tally says 2 accepted, and there are 3",
    )
