"""Whatever workers, clocks and people do to a ledger, it does what a plain model of it does, and nobody gets two."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

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

from envoi.clock import Instant
from envoi.errors import Conflict
from envoi.messages.ledger import Entry, Receipt, State, Status, Work
from envoi.messages.order import Command, Order
from tests.contracts.ledgers import (
    CAMPAIGN,
    KINDS,
    MINUTE,
    AnyLedger,
    closed_for,
    entry_of,
    lease_of,
    opened_quickly,
)

OPEN = {State.PLANNED, State.DEFERRED}
HELD = {State.CLAIMED, State.SUBMITTING}
WORKERS = st.sampled_from(["w1", "w2", "w3"])


class Model:
    """What a ledger should hold: written for clearness, one entry at a time."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries: dict[str, Entry] = {entry.person: entry for entry in entries}
        self.holders: dict[str, str] = {}
        self.status = Status.SENDING

    def set(self, person: str, state: State, *, due: int = 0, fence: int = 0, deferred: int = 0) -> None:
        old = self.entries[person]
        changed = {"state": state, "due": Instant(due), "fence": old.fence + fence}
        self.entries[person] = replace(old, **changed, attempts=old.attempts + deferred)

    def is_held(self, entry: Entry, state: State) -> bool:
        present = self.entries[entry.person]
        return present.fence == entry.fence and present.state is state

    def give_up(self, now: int) -> None:
        for person, entry in list(self.entries.items()):
            if entry.state in HELD and entry.due <= now:
                self.set(person, State.UNKNOWN if entry.state is State.SUBMITTING else State.PLANNED)

    def comes_back(self, worker: str, now: int, *, early: bool) -> None:
        for person, entry in list(self.entries.items()):
            is_left = entry.state in HELD and self.holders.get(person) == worker
            if is_left or (early and entry.state is State.DEFERRED):
                self.entries[person] = replace(entry, due=min(entry.due, Instant(now)))

    def follow(self, command: Command) -> None:
        froms = {
            Command.PAUSE: {State.CLAIMED},
            Command.CANCEL: {State.PLANNED, State.DEFERRED, State.CLAIMED},
            Command.RETRY_UNKNOWN: {State.UNKNOWN},
        }.get(command, set())
        for person, entry in list(self.entries.items()):
            if entry.state in froms:
                self.set(person, State.CANCELLED if command is Command.CANCEL else State.PLANNED, fence=1)
                self.entries[person] = replace(self.entries[person], attempts=0)
        to = {Command.PAUSE: Status.PAUSED, Command.RESUME: Status.SENDING, Command.CANCEL: Status.CANCELLED}
        self.status = to.get(command, self.status)


class LedgerMachine(RuleBasedStateMachine):
    """Workers who crash, sleep and come back, people who give orders, and a mail server that counts."""

    kind = "memory"

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()
        self.ledger: AnyLedger = self.closing.enter_context(opened_quickly(self.kind))
        self.model = Model([])
        self.now = 1
        self.closed: set[str] = set()
        #: Every entry ever handed to a worker: a slow one may use it at any later time.
        self.handed: list[tuple[str, Entry]] = []
        #: What the server said to those who have not told the ledger yet.
        self.unsettled: list[tuple[str, Entry, Receipt]] = []
        self.let_go: Counter[str] = Counter()
        self.allowed: Counter[str] = Counter()
        self.sent_while_stopped = 0

    def teardown(self) -> None:
        self.closing.close()

    @initialize(luck=st.lists(st.booleans(), min_size=2, max_size=6))
    def plan(self, luck: list[bool]) -> None:
        people = [
            entry_of(f"p{n}", state=State.PLANNED if is_planned else State.SKIPPED) for n, is_planned in enumerate(luck)
        ]
        assert self.ledger.plan(CAMPAIGN, people, at=Instant(0))
        self.model = Model(list(self.ledger.entries(CAMPAIGN)))

    @rule(person=st.sampled_from([f"p{n}" for n in range(6)]))
    def the_gate_moves(self, person: str) -> None:
        self.closed ^= {person}

    @rule(later=st.sampled_from([0.3, 0.7, 1.5]))
    def time_passes(self, later: float) -> None:
        self.now += int(later * MINUTE)

    @rule(worker=WORKERS, early=st.booleans())
    def a_worker_begins(self, worker: str, *, early: bool) -> None:
        self.ledger.begin(CAMPAIGN, worker, at=Instant(self.now), early=early)
        self.model.comes_back(worker, self.now, early=early)

    @rule(
        command=st.sampled_from(
            [Command.PAUSE, Command.RESUME, Command.RESUME, Command.RESUME, Command.RETRY_UNKNOWN, Command.CANCEL]
        ),
        luck=st.integers(0, 3),
    )
    def a_person_orders(self, command: Command, luck: int) -> None:
        if command is Command.CANCEL and luck:
            return
        order = Order(command=command, by="anna")
        if self.model.status is Status.CANCELLED:
            with pytest.raises(Conflict):
                self.ledger.order(CAMPAIGN, order, at=Instant(self.now))
            return
        if command is Command.RETRY_UNKNOWN:
            self.allowed.update(one.person for one in self.model.entries.values() if one.state is State.UNKNOWN)
        self.ledger.order(CAMPAIGN, order, at=Instant(self.now))
        self.model.follow(command)

    @rule(data=st.data(), worker=WORKERS, size=st.integers(0, 3))
    def a_worker_takes_its_turn(self, data: st.DataObject, worker: str, size: int) -> None:
        """With any of what it was ever handed as ready, and any of what the server told it as settled."""
        mine = [entry for name, entry in self.handed if name == worker]
        ready = data.draw(st.lists(st.sampled_from(mine), max_size=2, unique_by=lambda one: one.person)) if mine else []
        told = [one for one in self.unsettled if one[0] == worker]
        heard = (
            data.draw(st.lists(st.sampled_from(told), max_size=2, unique_by=lambda one: one[1].person)) if told else []
        )
        settled = [(entry, receipt) for _, entry, receipt in heard]
        ready = [entry for entry in ready if entry.person not in {one.person for one, _ in settled}]
        done = self.ledger.turn(
            CAMPAIGN,
            Work(settled=settled, ready=ready),
            lease_of(worker, now=self.now, size=size),
            gate=closed_for(*self.closed),
            book=lambda _: None,
        )
        for entry, receipt in settled:
            if self.model.is_held(entry, State.SUBMITTING):
                self.model.set(entry.person, receipt.state, due=receipt.due, deferred=receipt.state is State.DEFERRED)
        assert [one.person for one in done.released] == self._let_go(worker, ready)
        self.model.give_up(self.now)
        self._claimed(worker, size, list(done.claimed))
        assert done.status is self.model.status

    @precondition(lambda self: self.unsettled)
    @rule(data=st.data())
    def a_word_of_the_server_is_lost(self, data: st.DataObject) -> None:
        self.unsettled.remove(data.draw(st.sampled_from(self.unsettled)))

    @invariant()
    def everyone_is_in_the_one_state_of_the_model(self) -> None:
        def told(entry: Entry) -> tuple[object, ...]:
            return entry.person, entry.state, entry.fence, entry.due, entry.attempts

        found = [told(entry) for entry in self.ledger.entries(CAMPAIGN)]
        assert found == [told(entry) for entry in self.model.entries.values()]
        assert sum(self.ledger.tally(CAMPAIGN).values()) == len(self.model.entries)

    @invariant()
    def nobody_gets_two(self) -> None:
        """Unless a person wanted those of unknown fate to be written to again."""
        assert all(count <= 1 + self.allowed[person] for person, count in self.let_go.items())

    def _let_go(self, worker: str, ready: list[Entry]) -> list[str]:
        gone: list[str] = []
        for entry in ready:
            if not self.model.is_held(entry, State.CLAIMED):
                continue
            if self.model.status is not Status.SENDING:
                self.model.set(entry.person, State.PLANNED)
            elif entry.person in self.closed:
                self.model.set(entry.person, State.SKIPPED)
            else:
                self.model.set(entry.person, State.SUBMITTING, due=self.now + MINUTE)
                self._server_takes(worker, entry)
                gone.append(entry.person)
            self.model.holders[entry.person] = worker
        return gone

    def _server_takes(self, worker: str, entry: Entry) -> None:
        """The server accepts every third, defers every third, and of every third the connection is lost."""
        outcome = [State.ACCEPTED, State.DEFERRED, State.UNKNOWN][entry.fence % 3]
        self.let_go[entry.person] += outcome is not State.DEFERRED
        due = Instant(self.now + MINUTE // 2 if outcome is State.DEFERRED else 0)
        self.unsettled.append((worker, entry, Receipt(state=outcome, at=Instant(self.now), due=due)))

    def _claimed(self, worker: str, size: int, claimed: list[Entry]) -> None:
        entries = self.model.entries.values()
        free = [one for one in entries if one.state in OPEN and one.due <= self.now]
        free.sort(key=lambda one: (one.due, one.person))
        if self.model.status is not Status.SENDING:
            free = []
        expected: list[str] = []
        for entry in free:
            if len(expected) == size:
                break
            self.model.holders[entry.person] = worker
            if entry.person in self.closed:
                self.model.set(entry.person, State.SKIPPED)
            else:
                self.model.set(entry.person, State.CLAIMED, due=self.now + MINUTE, fence=1)
                expected.append(entry.person)
        assert [one.person for one in claimed] == expected
        self.handed += [(worker, one) for one in claimed]


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_workers_and_people_do_nobody_gets_two(kind: str) -> None:
    machine = type("Machine", (LedgerMachine,), {"kind": kind})
    run_state_machine_as_test(machine, settings=settings(max_examples=200, stateful_step_count=40, deadline=None))
