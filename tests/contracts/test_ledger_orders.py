"""What every ledger promises to the person who pauses, resumes, cancels, slows down or retries a campaign."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from envoi.clock import Instant
from envoi.errors import Conflict, NotFound
from envoi.messages.ledger import Receipt, State, Status, Work
from envoi.messages.order import Command, Given, Order
from tests.contracts.ledgers import (
    CAMPAIGN,
    KINDS,
    SHARED,
    AnyLedger,
    claim,
    entry_of,
    is_open,
    lease_of,
    opened,
    opened_quickly,
    settle,
    states,
    submit,
    turn,
)

SECOND = 1_000_000


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest) -> Iterator[AnyLedger]:
    with opened_quickly(request.param) as ledger:
        ledger.plan(CAMPAIGN, [entry_of(person) for person in "abcd"], at=Instant(0))
        yield ledger


def give(ledger: AnyLedger, command: Command, *, rate: int | None = None, now: int = 7) -> int:
    return ledger.order(CAMPAIGN, Order(command=command, by="anna", rate_per_h=rate), at=Instant(now))


def status(ledger: AnyLedger) -> Status:
    return ledger.campaigns()[CAMPAIGN].status


def test_a_paused_campaign_claims_nothing_and_lets_nothing_go(ledger: AnyLedger) -> None:
    gone, ready = claim(ledger, size=2)
    submit(ledger, gone)
    assert give(ledger, Command.PAUSE) == 1
    done = turn(ledger, lease_of(size=9), ready=[ready])
    assert ([*done.claimed, *done.released], [*done.withdrawn]) == ([], [ready])
    assert (done.status, done.again_at) == (Status.PAUSED, None)
    assert states(ledger) == {"a": "submitting", "b": "planned", "c": "planned", "d": "planned"}


def test_what_servers_were_given_before_a_pause_is_booked_in_it(ledger: AnyLedger) -> None:
    gone = claim(ledger, size=1)[0]
    submit(ledger, gone)
    give(ledger, Command.PAUSE)
    assert settle(ledger, gone, State.ACCEPTED)
    assert states(ledger)["a"] == "accepted"


def test_a_resumed_campaign_goes_on_and_the_claims_before_the_pause_are_void(ledger: AnyLedger) -> None:
    before = claim(ledger, "w1", size=2)
    give(ledger, Command.PAUSE)
    give(ledger, Command.RESUME)
    after = claim(ledger, "w2")
    assert {entry.person for entry in after} == set("abcd")
    assert submit(ledger, *before) == []
    assert submit(ledger, *after, worker="w2") == [entry.person for entry in after]


def test_a_cancelled_campaign_writes_to_nobody_else_for_good(ledger: AnyLedger) -> None:
    gone, held, put_off = claim(ledger, size=3)
    submit(ledger, gone)
    settle(ledger, put_off, State.DEFERRED, due=99)
    assert give(ledger, Command.CANCEL) == 3
    done = turn(ledger, lease_of(now=99, size=9), ready=[held])
    assert ([*done.claimed, *done.released], done.status) == ([], Status.CANCELLED)
    assert settle(ledger, gone, State.ACCEPTED)
    assert states(ledger) == {"a": "accepted", "b": "cancelled", "c": "cancelled", "d": "cancelled"}
    for command in (Command.RESUME, Command.PAUSE, Command.RETRY_UNKNOWN):
        with pytest.raises(Conflict, match="cancelled"):
            give(ledger, command)


def test_only_a_person_has_the_unknown_sent_again(ledger: AnyLedger) -> None:
    lost = claim(ledger, size=1)[0]
    submit(ledger, lost)
    settle(ledger, lost, State.UNKNOWN, reason="connection lost")
    ledger.begin(CAMPAIGN, "w1", at=Instant(9), early=True)
    assert {entry.person for entry in claim(ledger, now=9)} == set("bcd")
    assert give(ledger, Command.RETRY_UNKNOWN) == 1
    again = claim(ledger, now=9)
    assert again == [entry_of("a", state=State.CLAIMED, fence=again[0].fence, at=9, due=again[0].due)]
    assert again[0].fence > lost.fence
    assert not settle(ledger, lost, State.ACCEPTED)


def test_orders_are_kept_with_who_and_when(ledger: AnyLedger) -> None:
    give(ledger, Command.PAUSE, now=7)
    give(ledger, Command.RATE, rate=100, now=8)
    ledger.order(CAMPAIGN, Order(command=Command.RESUME, by="bert"), at=Instant(9))
    assert list(ledger.orders(CAMPAIGN)) == [
        Given(order=Order(command=Command.PAUSE, by="anna"), at=Instant(7), moved=0),
        Given(order=Order(command=Command.RATE, by="anna", rate_per_h=100), at=Instant(8), moved=0),
        Given(order=Order(command=Command.RESUME, by="bert"), at=Instant(9), moved=0),
    ]
    assert list(ledger.orders("autumn")) == []


def test_an_order_that_cannot_be_followed_is_not_kept(ledger: AnyLedger) -> None:
    give(ledger, Command.CANCEL)
    with pytest.raises(Conflict):
        give(ledger, Command.RESUME)
    with pytest.raises(NotFound, match="did you mean 'spring'"):
        ledger.order("sprin", Order(command=Command.PAUSE, by="anna"), at=Instant(0))
    assert [given.order.command for given in ledger.orders(CAMPAIGN)] == [Command.CANCEL]


def test_pausing_twice_is_pausing(ledger: AnyLedger) -> None:
    give(ledger, Command.PAUSE)
    give(ledger, Command.PAUSE)
    assert status(ledger) is Status.PAUSED
    give(ledger, Command.RESUME)
    assert status(ledger) is Status.SENDING


def test_a_rate_holds_for_all_workers_together_and_can_change_while_sending(ledger: AnyLedger) -> None:
    give(ledger, Command.RATE, rate=3600)
    assert ledger.campaigns()[CAMPAIGN].rate_per_h == 3600
    done = turn(ledger, lease_of("w1", now=0, size=9))
    assert ([entry.person for entry in done.claimed], done.again_at) == (["a"], SECOND)
    assert claim(ledger, "w2", now=SECOND - 1) == []
    assert [entry.person for entry in claim(ledger, "w2", now=SECOND)] == ["b"]
    give(ledger, Command.RATE, rate=7200)
    assert [entry.person for entry in claim(ledger, "w1", now=SECOND)] == ["c"]
    give(ledger, Command.RATE, rate=0)
    assert [entry.person for entry in claim(ledger, "w1", now=SECOND)] == ["d"]


def test_over_any_hour_no_more_than_the_rate_is_claimed_but_for_the_first(ledger: AnyLedger) -> None:
    ledger.plan("many", [entry_of(f"p{n}", campaign="many") for n in range(300)], at=Instant(0))
    ledger.order("many", Order(command=Command.RATE, by="anna", rate_per_h=90), at=Instant(0))
    # A turn every half minute, one mail every forty seconds.
    claimed = [now for now in range(0, 7200 * SECOND, 30 * SECOND) for _ in range(turn_of_many(ledger, now))]
    for start in range(0, 3600 * SECOND, 600 * SECOND):
        within = sum(start <= at < start + 3600 * SECOND for at in claimed)
        assert 60 <= within <= 91


def turn_of_many(ledger: AnyLedger, now: int) -> int:
    before = ledger.tally("many").get((State.PLANNED, ""), 0)
    lease = lease_of(f"w{now % 3}", now=now, size=50)
    done = ledger.turn("many", Work(), lease, gate=is_open, book=lambda _: None)
    back = [(entry, Receipt(state=State.REJECTED, at=Instant(now))) for entry in done.claimed]
    ledger.turn("many", Work(settled=back), lease_of(now=now), gate=is_open, book=lambda _: None)
    assert before - ledger.tally("many").get((State.PLANNED, ""), 0) == len(done.claimed)
    return len(done.claimed)


@pytest.mark.parametrize("kind", SHARED)
def test_an_order_reaches_a_worker_in_another_process_at_its_next_turn(kind: str) -> None:
    with opened(kind, 2) as (worker, person):
        worker.plan(CAMPAIGN, [entry_of("a"), entry_of("b")], at=Instant(0))
        entries = claim(worker)
        give(person, Command.PAUSE)
        done = turn(worker, lease_of(), ready=entries)
        assert ([*done.released], done.status) == ([], Status.PAUSED)
