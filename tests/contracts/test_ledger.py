"""What every ledger promises: each entry is in one state, moves only forward, and is accepted at most once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from envoi.adapters.database import open_database
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import Instant
from envoi.errors import Conflict, DataError, NotFound
from envoi.events.event import PersonId
from envoi.messages.ledger import NEXT, Audience, Entry, Lease, Receipt, State

if TYPE_CHECKING:
    from collections.abc import Iterator

AnyLedger = MemoryLedger | SqliteLedger

CAMPAIGN = "spring"
MINUTE = 60_000_000


def entry_of(person: str, **fields: object) -> Entry:
    entry = Entry(campaign=CAMPAIGN, person=PersonId(person), address=f"{person}@example.org", decision=1)
    return replace(entry, **fields)


def lease_of(worker: str = "w1", *, now: int = 0, size: int = 100, run: int = 1) -> Lease:
    return Lease(
        worker=worker,
        run=run,
        size=size,
        now=Instant(now),
        until=Instant(now + MINUTE),
    )


def is_open(_: Entry) -> str:
    return ""


def submit(ledger: AnyLedger, entry: Entry) -> bool:
    return ledger.submitting(entry, at=Instant(5), gate=is_open)


def settle(ledger: AnyLedger, entry: Entry, state: State, reason: str = "") -> bool:
    return ledger.settle(entry, Receipt(state=state, reason=reason, at=Instant(6)))


def states(ledger: AnyLedger) -> dict[str, State]:
    return {entry.person: entry.state for entry in ledger.entries(CAMPAIGN)}


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request: pytest.FixtureRequest) -> Iterator[AnyLedger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    connection = open_database(None)
    yield SqliteLedger(connection)
    connection.close()


@pytest.fixture
def planned(ledger: AnyLedger) -> AnyLedger:
    assert ledger.plan(CAMPAIGN, [entry_of(person) for person in "abc"], at=Instant(0))
    return ledger


def test_a_plan_freezes_everyone_with_the_reasons_of_those_who_are_not_written_to(ledger: AnyLedger) -> None:
    audience = [
        entry_of("a"),
        entry_of("b", state=State.SKIPPED, reason="holdout"),
        entry_of("c", address=""),
        entry_of("d", address="a@example.org"),
        entry_of("e", address="b@example.org"),
    ]
    assert ledger.plan(CAMPAIGN, audience, at=Instant(7))
    assert ledger.campaigns() == {CAMPAIGN: Audience(at=Instant(7), size=5)}
    assert ledger.tally(CAMPAIGN) == {
        (State.PLANNED, ""): 2,
        (State.SKIPPED, "holdout"): 1,
        (State.SKIPPED, "no address"): 1,
        (State.SKIPPED, "same address as another person"): 1,
    }
    assert list(ledger.entries(CAMPAIGN, state="planned")) == [
        entry_of("a", at=7),
        entry_of("e", address="b@example.org", at=7),
    ]


def test_a_campaign_is_planned_once(planned: AnyLedger) -> None:
    assert not planned.plan(CAMPAIGN, [entry_of("z")], at=Instant(1))
    assert set(states(planned)) == set("abc")
    assert planned.campaigns() == {CAMPAIGN: Audience(at=Instant(0), size=3)}


def test_a_plan_for_nobody_is_a_plan(ledger: AnyLedger) -> None:
    assert ledger.plan(CAMPAIGN, [], at=Instant(1))
    assert not ledger.plan(CAMPAIGN, [entry_of("a")], at=Instant(2))
    assert ledger.campaigns() == {CAMPAIGN: Audience(at=Instant(1), size=0)}
    assert ledger.claim(CAMPAIGN, lease_of(), gate=is_open) == []


def test_a_plan_that_is_refused_leaves_nothing(ledger: AnyLedger) -> None:
    with pytest.raises(Conflict):
        ledger.plan(CAMPAIGN, [entry_of("a"), entry_of("a")], at=Instant(0))
    assert (ledger.campaigns(), ledger.tally(CAMPAIGN)) == ({}, {})


def test_campaigns_do_not_touch_each_other(planned: AnyLedger) -> None:
    other = Entry(campaign="autumn", person=PersonId("a"), address="a@example.org", decision=2)
    assert planned.plan("autumn", [other], at=Instant(0))
    submitting, deferred, _ = planned.claim(CAMPAIGN, lease_of(), gate=is_open)
    assert submit(planned, submitting)
    assert settle(planned, deferred, State.DEFERRED)
    before = states(planned)
    # Late enough for another worker to take what is there of the one, and nothing of the other.
    late = lease_of("w2", now=MINUTE, run=2)
    assert [entry.campaign for entry in planned.claim("autumn", late, gate=is_open)] == ["autumn"]
    assert states(planned) == before


def test_runs_are_numbered_each_campaign_for_itself(planned: AnyLedger) -> None:
    planned.plan("autumn", [], at=Instant(0))
    assert [planned.begin(CAMPAIGN), planned.begin(CAMPAIGN), planned.begin("autumn")] == [1, 2, 1]
    with pytest.raises(NotFound, match="did you mean 'spring'"):
        planned.begin("sprnig")


def test_two_workers_share_the_audience(planned: AnyLedger) -> None:
    first = planned.claim(CAMPAIGN, lease_of("w1", size=2), gate=is_open)
    second = planned.claim(CAMPAIGN, lease_of("w2", size=2), gate=is_open)
    assert [(entry.person, entry.fence) for entry in [*first, *second]] == [("a", 1), ("b", 1), ("c", 1)]
    assert planned.claim(CAMPAIGN, lease_of("w3"), gate=is_open) == []


def test_a_message_is_claimed_submitted_and_settled(planned: AnyLedger) -> None:
    entry = planned.claim(CAMPAIGN, lease_of(size=1, now=4), gate=is_open)[0]
    assert entry == entry_of("a", state=State.CLAIMED, fence=1, at=4)
    assert submit(planned, entry)
    assert next(planned.entries(CAMPAIGN)) == entry_of("a", state=State.SUBMITTING, fence=1, at=5)
    assert settle(planned, entry, State.ACCEPTED)
    assert next(planned.entries(CAMPAIGN)) == entry_of("a", state=State.ACCEPTED, fence=1, at=6)


def test_nothing_is_submitted_or_settled_twice(planned: AnyLedger) -> None:
    entry = planned.claim(CAMPAIGN, lease_of(size=1), gate=is_open)[0]
    assert submit(planned, entry)
    assert not submit(planned, entry)
    assert settle(planned, entry, State.REJECTED, "550 no such user")
    assert not settle(planned, entry, State.ACCEPTED)
    assert planned.tally(CAMPAIGN)[State.REJECTED, "550 no such user"] == 1


@pytest.mark.parametrize(
    "outcome", sorted(set(State) - {State.SKIPPED, State.REJECTED, State.DEFERRED, State.CANCELLED})
)
def test_what_was_not_submitted_ends_only_as_not_sent(planned: AnyLedger, outcome: State) -> None:
    entry = planned.claim(CAMPAIGN, lease_of(size=1), gate=is_open)[0]
    assert not settle(planned, entry, outcome)
    assert states(planned)["a"] is State.CLAIMED


def test_an_entry_that_is_not_in_the_ledger_is_refused(planned: AnyLedger) -> None:
    stranger = entry_of("z", state=State.CLAIMED, fence=1)
    assert not submit(planned, stranger)
    assert not settle(planned, stranger, State.SKIPPED)


def test_a_closed_gate_skips_at_the_claim_and_the_rest_goes_on(planned: AnyLedger) -> None:
    def gate(entry: Entry) -> str:
        return "unsubscribed" if entry.person != "c" else ""

    # One at a time: a claim that finds closed gates only would otherwise look like the end.
    assert [entry.person for entry in planned.claim(CAMPAIGN, lease_of(size=1), gate=gate)] == ["c"]
    assert planned.tally(CAMPAIGN) == {(State.SKIPPED, "unsubscribed"): 2, (State.CLAIMED, ""): 1}


def test_a_gate_that_closed_since_the_claim_skips_before_the_message_is_handed_over(planned: AnyLedger) -> None:
    entry = planned.claim(CAMPAIGN, lease_of(size=1), gate=is_open)[0]
    assert not planned.submitting(entry, at=Instant(5), gate=lambda _: "unsubscribed")
    assert planned.tally(CAMPAIGN) == {(State.SKIPPED, "unsubscribed"): 1, (State.PLANNED, ""): 2}


def test_a_gate_that_fails_has_claimed_nothing(planned: AnyLedger) -> None:
    def gate(entry: Entry) -> str:
        if entry.person == "b":
            raise DataError("no profile")
        return ""

    with pytest.raises(DataError):
        planned.claim(CAMPAIGN, lease_of(), gate=gate)
    assert set(states(planned).values()) == {State.PLANNED}


def test_a_lease_that_ran_out_is_taken_over_and_its_old_holder_is_refused(planned: AnyLedger) -> None:
    old = planned.claim(CAMPAIGN, lease_of("w1", size=1), gate=is_open)[0]
    assert planned.claim(CAMPAIGN, lease_of("w2", now=MINUTE - 1), gate=is_open)[0].person == "b"
    new = planned.claim(CAMPAIGN, lease_of("w2", now=MINUTE), gate=is_open)
    taken_over = next(entry for entry in new if entry.person == "a")
    assert (old.fence, taken_over.fence) == (1, 2)
    assert not submit(planned, old)
    assert not settle(planned, old, State.SKIPPED)
    assert submit(planned, taken_over)


def test_what_a_dead_worker_was_submitting_is_unknown_and_stays_so(planned: AnyLedger) -> None:
    entry = planned.claim(CAMPAIGN, lease_of("w1", size=1), gate=is_open)[0]
    assert submit(planned, entry)
    planned.claim(CAMPAIGN, lease_of("w2", now=MINUTE - 1, size=1), gate=is_open)
    assert states(planned)["a"] is State.SUBMITTING
    planned.claim(CAMPAIGN, lease_of("w2", now=MINUTE, size=1), gate=is_open)
    assert states(planned)["a"] is State.UNKNOWN
    assert not settle(planned, entry, State.ACCEPTED)


def test_a_worker_that_comes_back_need_not_wait_for_its_own_lease(planned: AnyLedger) -> None:
    submitted, claimed = planned.claim(CAMPAIGN, lease_of("w1", size=2), gate=is_open)
    assert submit(planned, submitted)
    again = planned.claim(CAMPAIGN, lease_of("w1", run=2), gate=is_open)
    assert {(entry.person, entry.fence) for entry in again} == {("b", 2), ("c", 1)}
    assert states(planned)["a"] is State.UNKNOWN
    assert not submit(planned, claimed)


def test_a_worker_does_not_take_again_what_it_claimed_in_this_run(planned: AnyLedger) -> None:
    submitted, _ = planned.claim(CAMPAIGN, lease_of("w1", size=2), gate=is_open)
    assert submit(planned, submitted)
    assert [entry.person for entry in planned.claim(CAMPAIGN, lease_of("w1", now=6), gate=is_open)] == ["c"]
    assert states(planned)["a"] is State.SUBMITTING


def test_what_was_deferred_waits_for_a_later_run(planned: AnyLedger) -> None:
    entry = planned.claim(CAMPAIGN, lease_of(size=1), gate=is_open)[0]
    assert settle(planned, entry, State.DEFERRED, "450 later")
    same_run = planned.claim(CAMPAIGN, lease_of(now=9), gate=is_open)
    assert {each.person for each in same_run} == {"b", "c"}
    next_run = planned.claim(CAMPAIGN, lease_of("w2", now=9, run=2), gate=is_open)
    assert next_run == [entry_of("a", state=State.CLAIMED, fence=2, at=9)]


def test_entries_are_found_by_campaign_person_and_state(planned: AnyLedger) -> None:
    other = Entry(campaign="autumn", person=PersonId("b"), address="b@example.org", decision=2)
    planned.plan("autumn", [other], at=Instant(0))
    planned.claim(CAMPAIGN, lease_of(size=1), gate=is_open)

    def found(campaign: str = "", person: str = "", state: str = "", limit: int = 9) -> list[tuple[str, str]]:
        entries = planned.entries(campaign, person=person, state=state, limit=limit)
        return [(entry.campaign, entry.person) for entry in entries]

    assert found() == [("autumn", "b"), ("spring", "a"), ("spring", "b"), ("spring", "c")]
    assert found(limit=2) == [("autumn", "b"), ("spring", "a")]
    assert found(person="b") == [("autumn", "b"), ("spring", "b")]
    assert found("spring", person="b", state="planned") == [("spring", "b")]
    assert found("spring", person="b", state="claimed") == []
    assert found(state="claimed") == [("spring", "a")]
    assert found("winter") == []


class LedgerMachine(RuleBasedStateMachine):
    """Workers who crash, sleep and come back, a mail server that counts, and a plain model of the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = self.new_ledger()
        self.now = self.run = 1
        self.model: dict[str, Entry] = {}
        self.leases: dict[str, Lease] = {}
        self.closed: set[str] = set()
        #: Every entry ever handed to a worker: a slow one may use it at any later time.
        self.handed: list[Entry] = []
        #: What the server said to those who have not told the ledger yet.
        self.unsettled: list[tuple[Entry, Receipt]] = []
        self.submitted: set[tuple[str, int]] = set()
        self.accepted: Counter[str] = Counter()

    def new_ledger(self) -> AnyLedger:
        return MemoryLedger()

    def gate(self, entry: Entry) -> str:
        return "closed" if entry.person in self.closed else ""

    @initialize(people=st.lists(st.tuples(st.sampled_from("tuvwxyz"), st.integers(0, 5)), min_size=2, max_size=7))
    def plan(self, people: list[tuple[str, int]]) -> None:
        audience = [
            entry_of(f"p{n}", address=address, state=State.PLANNED if luck else State.SKIPPED)
            for n, (address, luck) in enumerate(people)
        ]
        assert self.ledger.plan(CAMPAIGN, audience, at=Instant(0))
        self.model = {entry.person: entry for entry in self.ledger.entries(CAMPAIGN)}
        assert len(self.model) == len(people)
        self.claim("w1", size=2, later=0.0)

    @rule(person=st.sampled_from([f"p{n}" for n in range(7)]))
    def the_gate_moves(self, person: str) -> None:
        self.closed ^= {person}

    @rule(
        worker=st.sampled_from(["w1", "w2", "w3", "w4"]), size=st.integers(1, 4), later=st.sampled_from([0.0, 0.6, 1.0])
    )
    def claim(self, worker: str, size: int, later: float) -> None:
        self.now += 1 + int(later * MINUTE)
        # A run that has just begun tries again what was deferred or left behind; one that goes on does not.
        self.run += bool(later)
        lease = lease_of(worker, now=self.now, size=size, run=self.run)
        self._give_up(lease)
        free = {person for person, entry in self.model.items() if self._is_free(entry, lease)}
        claimed = self.ledger.claim(CAMPAIGN, lease, gate=self.gate)
        self.handed += claimed
        taken = {entry.person for entry in claimed}
        skipped = {entry.person for entry in self.ledger.entries(CAMPAIGN, state="skipped")} & free
        assert len(claimed) <= size
        assert taken <= free - self.closed
        assert skipped <= free & self.closed
        assert claimed or skipped == free, "a claim of nothing means that nothing is left"
        for person in taken | skipped:
            self._move(person, State.SKIPPED if person in skipped else State.CLAIMED, at=self.now)
            self.model[person] = replace(self.model[person], fence=self.model[person].fence + 1)
            self.leases[person] = lease

    @precondition(lambda self: self.handed)
    @rule(data=st.data(), verdict=st.sampled_from([State.ACCEPTED, State.REJECTED, State.DEFERRED]), luck=st.booleans())
    def hand_over(self, data: st.DataObject, verdict: State, *, luck: bool) -> None:
        entry = data.draw(st.sampled_from(self.handed[::-1]))
        is_mine = self._is_mine(entry, State.CLAIMED)
        may_send = is_mine and entry.person not in self.closed
        assert self.ledger.submitting(entry, at=Instant(self.now), gate=self.gate) is may_send
        if is_mine:
            self._move(entry.person, State.SUBMITTING if may_send else State.SKIPPED, at=self.now)
        if may_send:
            self.submitted.add((entry.person, entry.fence))
            self.accepted[entry.person] += verdict is State.ACCEPTED
            self.unsettled.append((entry, Receipt(state=verdict, at=Instant(self.now))))
            if luck:
                self._settle(*self.unsettled.pop())

    @precondition(lambda self: self.unsettled)
    @rule(data=st.data(), luck=st.integers(0, 5))
    def settle_late(self, data: st.DataObject, luck: int) -> None:
        entry, receipt = data.draw(st.sampled_from(self.unsettled[::-1]))
        self._settle(entry, receipt if luck else replace(receipt, state=State.UNKNOWN))

    @precondition(lambda self: self.handed)
    @rule(data=st.data(), outcome=st.sampled_from([State.DEFERRED, State.REJECTED, State.SKIPPED, State.ACCEPTED]))
    def settle_without_sending(self, data: st.DataObject, outcome: State) -> None:
        entry = data.draw(st.sampled_from(self.handed[::-1]))
        if (entry.person, entry.fence) not in self.submitted:
            may = self._is_mine(entry, State.CLAIMED) and outcome is not State.ACCEPTED
            assert self.ledger.settle(entry, Receipt(state=outcome, at=Instant(self.now))) is may
            if may:
                self._move(entry.person, outcome, at=self.now)

    @invariant()
    def everyone_is_in_the_one_state_of_the_model(self) -> None:
        found = [(entry.person, entry.state, entry.fence) for entry in self.ledger.entries(CAMPAIGN)]
        assert found == [(entry.person, entry.state, entry.fence) for entry in self.model.values()]
        assert sum(self.ledger.tally(CAMPAIGN).values()) == len(self.model)

    @invariant()
    def nobody_gets_two(self) -> None:
        assert all(count <= 1 for count in self.accepted.values())
        sent = {person for person, entry in self.model.items() if entry.state is State.ACCEPTED}
        assert sent <= {person for person, count in self.accepted.items() if count}

    def _settle(self, entry: Entry, receipt: Receipt) -> None:
        is_mine = self._is_mine(entry, State.SUBMITTING)
        assert self.ledger.settle(entry, receipt) is is_mine
        if is_mine:
            self._move(entry.person, receipt.state, at=receipt.at)

    def _give_up(self, lease: Lease) -> None:
        for person, entry in self.model.items():
            if entry.state is State.SUBMITTING and self._has_run_out(person, lease):
                self._move(person, State.UNKNOWN, at=lease.now)

    def _is_free(self, entry: Entry, lease: Lease) -> bool:
        if entry.state is State.DEFERRED:
            return self.leases[entry.person].run < lease.run
        return entry.state is State.PLANNED or (entry.state is State.CLAIMED and self._has_run_out(entry.person, lease))

    def _has_run_out(self, person: str, lease: Lease) -> bool:
        held = self.leases[person]
        is_left_behind = held.worker == lease.worker and held.run < lease.run
        return held.until <= lease.now or is_left_behind

    def _is_mine(self, entry: Entry, state: State) -> bool:
        present = self.model[entry.person]
        return present.fence == entry.fence and present.state is state

    def _move(self, person: str, state: State, *, at: int) -> None:
        assert state in NEXT[self.model[person].state]
        self.model[person] = replace(self.model[person], state=state, at=Instant(at))


class SqliteLedgerMachine(LedgerMachine):
    """The same, in SQLite."""

    def new_ledger(self) -> AnyLedger:
        self.connection = open_database(None)
        return SqliteLedger(self.connection)

    def teardown(self) -> None:
        self.connection.close()


@pytest.mark.parametrize("machine", [LedgerMachine, SqliteLedgerMachine])
def test_whatever_workers_do_nobody_gets_two(machine: type[LedgerMachine]) -> None:
    run_state_machine_as_test(machine, settings=settings(max_examples=300, stateful_step_count=40))
