"""The delivery loop: nobody's failure stops the others, it ends in good order, and nobody gets two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from envoi.adapters.messages.memory import MemoryMailer, accept
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.clock import FixedClock, Instant
from envoi.errors import EnvoiError, MailerBusy, NotFound, StoreBusy, Unreachable
from envoi.events.event import PersonId
from envoi.messages.delivery import Delivered, Desk, Worker, deliver, keep_none
from envoi.messages.ledger import Entry, Lease, Receipt, State, Status, Turned, Work
from envoi.messages.order import Command, Order
from envoi.messages.port import Book, Gate, Notice, Outgoing
from envoi.messages.verdict import GO, Skip, Verdict, Wait

CAMPAIGN = "spring"
PEOPLE = ["a", "b", "c", "d", "e"]
MINUTE = 60_000_000

Write = Callable[[Entry], Outgoing | Skip]


def letter(entry: Entry) -> Outgoing:
    return Outgoing(message_id=entry.message_id, sender="shop@example.org", recipient=entry.address, data=b"Hello")


def no_wish(_: float) -> bool:
    return False


@dataclass
class Scene:
    """Five people, a clock that stands unless moved, and a server; tests bend one thing each."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: FixedClock = field(default_factory=lambda: FixedClock(Instant(1000)))
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    settled: list[tuple[str, str]] = field(default_factory=list)
    booked: list[tuple[str, str]] = field(default_factory=list)
    #: What happens after a lot was settled.
    then: Callable[[Sequence[Entry]], None] = keep_none
    #: Waits, or says whether to end.
    ends: Callable[[float], bool] = no_wish

    def __post_init__(self) -> None:
        entries = [
            Entry(campaign=CAMPAIGN, person=PersonId(person), address=f"{person}@example.org", decision=1)
            for person in PEOPLE
        ]
        self.ledger.plan(CAMPAIGN, entries, at=self.clock.at)

    def deliver(self, write: Write = letter, *, name: str = "w1", batch: int = 2, **more: object) -> Delivered:
        def render(entries: Sequence[Entry]) -> list[Outgoing | Skip]:
            return [write(entry) for entry in entries]

        def gate(entries: Sequence[Entry]) -> list[Verdict]:
            return [self.verdicts.get(entry.person, GO) for entry in entries]

        desk = Desk(
            ledger=self.ledger,
            mailer=self.mailer,
            clock=self.clock,
            gate=gate,
            render=render,
            book=lambda entries: self.booked.extend((one.person, one.state.value) for one in entries),
            ends=self.ends,
        )
        worker = Worker(name=name, batch=batch, early=True, **more)  # type: ignore[arg-type]
        return deliver(CAMPAIGN, desk, worker=worker, on_settled=self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            assert self.states[entry.person] == entry.state
            self.settled.append((entry.person, entry.state.value))
        self.then(entries)

    def answer(self, **answers: Receipt | EnvoiError) -> None:
        """What the server says to these people; the others are accepted."""

        def say(outgoing: Outgoing) -> Receipt:
            said = answers.get(outgoing.recipient[0], accept(outgoing))
            if isinstance(said, EnvoiError):
                raise said
            return said

        self.mailer = MemoryMailer(say, places=1)

    def order(self, command: Command, *, rate: int | None = None) -> None:
        self.ledger.order(CAMPAIGN, Order(command=command, by="anna", rate_per_h=rate), at=self.clock.at)

    @property
    def sent(self) -> list[str]:
        return [outgoing.recipient[0] for outgoing in self.mailer.sent]

    @property
    def states(self) -> dict[str, str]:
        return {entry.person: entry.state.value for entry in self.ledger.entries(CAMPAIGN)}


def done(**counts: int) -> Delivered:
    return Delivered(counts={State(state): count for state, count in counts.items()}, status=Status.SENDING)


def test_a_campaign_that_was_never_planned_is_not_sent() -> None:
    scene = Scene()
    scene.ledger = MemoryLedger()
    with pytest.raises(NotFound):
        scene.deliver()


def test_everyone_gets_one_and_a_second_call_sends_nothing() -> None:
    scene = Scene()
    assert scene.deliver() == done(accepted=5)
    assert scene.deliver() == done()
    assert scene.sent == PEOPLE
    assert scene.settled == scene.booked == [(person, "accepted") for person in PEOPLE]


def test_it_is_committed_that_a_message_is_about_to_go_before_it_is_let_go() -> None:
    scene = Scene()
    seen = []

    class Watched(MemoryMailer):
        def release(self, message_id: str, *, go: bool) -> None:
            person = self._waiting[message_id][0].recipient[0]
            seen.append((person, scene.states[person], go))
            super().release(message_id, go=go)

    scene.mailer = Watched()
    scene.deliver()
    assert seen == [(person, "submitting", True) for person in PEOPLE]


def test_many_at_a_time_take_few_turns() -> None:
    turns = []

    class Counted(MemoryLedger):
        def turn(self, campaign: str, work: Work, lease: Lease, *, gate: Gate, book: Book) -> Turned:
            turns.append((len(work.settled), len(work.ready), lease.size))
            return super().turn(campaign, work, lease, gate=gate, book=book)

    scene = Scene(ledger=Counted())
    scene.deliver(batch=5)
    assert turns == [(0, 0, 5), (0, 5, 0), (5, 0, 0)]


def test_who_should_not_be_written_to_after_all_is_skipped_and_the_rest_goes_on() -> None:
    scene = Scene()
    scene.deliver(lambda entry: Skip(reason="nothing to say") if entry.person == "c" else letter(entry))
    assert scene.sent == ["a", "b", "d", "e"]
    assert scene.ledger.tally(CAMPAIGN)[State.SKIPPED, "nothing to say"] == 1


def test_a_store_that_fails_while_rendering_condemns_nobody() -> None:
    def write(entry: Entry) -> Outgoing:
        if entry.person == "b":
            raise StoreBusy("another process is writing")
        return letter(entry)

    scene = Scene()
    with pytest.raises(StoreBusy):
        scene.deliver(write)
    assert scene.states["b"] == "claimed"
    scene.deliver()
    assert scene.sent == PEOPLE


def test_each_answer_ends_in_its_state() -> None:
    scene = Scene()
    scene.answer(
        a=Receipt(state=State.REJECTED, reason="550 no such user"),
        b=Receipt(state=State.DEFERRED, reason="450 later"),
        c=Receipt(state=State.UNKNOWN, reason="connection lost"),
    )
    found = scene.deliver()
    assert found.counts == {State.REJECTED: 1, State.DEFERRED: 1, State.UNKNOWN: 1, State.ACCEPTED: 2}
    assert scene.ledger.tally(CAMPAIGN)[State.REJECTED, "550 no such user"] == 1
    assert found.again_at
    assert 1000 + MINUTE // 2 <= found.again_at <= 1000 + MINUTE * 3 // 2


def test_what_was_deferred_is_tried_once_in_a_call_and_again_in_the_next() -> None:
    scene = Scene()
    scene.answer(b=Receipt(state=State.DEFERRED, reason="450 later"))
    assert scene.deliver().counts == {State.ACCEPTED: 4, State.DEFERRED: 1}
    scene.answer()
    assert scene.deliver().counts == {State.ACCEPTED: 1}
    assert set(scene.states.values()) == {"accepted"}


def test_a_patient_worker_waits_for_what_is_due_soon() -> None:
    scene = Scene()

    def say(outgoing: Outgoing) -> Receipt:
        later = Receipt(state=State.DEFERRED, reason="450 later", again_s=120.0)
        return later if outgoing.recipient[0] == "b" and scene.clock.at < 1000 + MINUTE else accept(outgoing)

    scene.mailer = MemoryMailer(say)

    def wait(wait_s: float) -> bool:
        scene.clock.at = Instant(scene.clock.at + int(wait_s * 1_000_000))
        return False

    scene.ends = wait
    found = scene.deliver(patience=timedelta(minutes=3))
    assert (found.counts, found.again_at) == ({State.ACCEPTED: 5, State.DEFERRED: 1}, None)
    assert 1000 + 2 * MINUTE <= scene.clock.at <= 1000 + 2 * MINUTE + 2_000_000


def test_a_server_that_says_later_for_days_is_given_up() -> None:
    scene = Scene()
    scene.answer(b=Receipt(state=State.DEFERRED, reason="450 later"))
    tries = 0
    while scene.states["b"] != "rejected":
        scene.deliver()
        tries += 1
    (entry,) = scene.ledger.entries(CAMPAIGN, person="b")
    assert entry.reason == f"gave up after {tries} tries: 450 later"
    assert 10 < tries < 40


@pytest.mark.parametrize("error", [MailerBusy("421 too busy"), Unreachable("no answer")], ids=type)
def test_a_server_that_is_busy_or_gone_ends_the_call_and_the_next_one_goes_on(error: EnvoiError) -> None:
    scene = Scene()
    scene.answer(b=error)
    found = scene.deliver()
    assert (found.counts, found.stopped) == ({State.ACCEPTED: 1}, error)
    # Handed back, as nobody has tried them: another worker need not wait.
    assert scene.states == {"a": "accepted", **dict.fromkeys("bcde", "planned")}
    assert all(entry.attempts == 0 for entry in scene.ledger.entries(CAMPAIGN))
    scene.answer()
    assert scene.deliver(name="w2").counts == {State.ACCEPTED: 4}
    assert sorted(scene.sent) == ["b", "c", "d", "e"]


def test_who_unsubscribed_since_the_plan_gets_nothing() -> None:
    scene = Scene(verdicts={"b": Skip(reason="unsubscribed")})
    assert scene.deliver(batch=1).counts == {State.ACCEPTED: 4, State.SKIPPED: 1}
    assert scene.ledger.tally(CAMPAIGN) == {(State.ACCEPTED, ""): 4, (State.SKIPPED, "unsubscribed"): 1}


def test_who_unsubscribes_while_the_batch_is_sent_gets_nothing() -> None:
    scene = Scene()

    def write(entry: Entry) -> Outgoing:
        scene.verdicts["d"] = Skip(reason="unsubscribed")
        return letter(entry)

    assert scene.deliver(write, batch=5).counts == {State.ACCEPTED: 4, State.SKIPPED: 1}
    assert scene.sent == ["a", "b", "c", "e"]


def test_who_has_to_wait_is_there_when_it_is_time() -> None:
    scene = Scene(verdicts={"b": Wait(until=Instant(5000), reason="quiet hours")})
    found = scene.deliver()
    assert (found.counts, found.again_at) == ({State.ACCEPTED: 4}, 5000)
    scene.clock.at, scene.verdicts = Instant(5000), {}
    assert scene.deliver().counts == {State.ACCEPTED: 1}


@pytest.mark.parametrize("command", [Command.PAUSE, Command.CANCEL])
def test_an_order_stops_a_worker_at_its_next_turn(command: Command) -> None:
    scene = Scene()
    scene.answer()
    # Ordered when the first mail was accepted; by the same turn the second was let go.
    scene.then = lambda _: None if scene.ledger.orders(CAMPAIGN) else scene.order(command)
    found = scene.deliver()
    left = {Command.PAUSE: "planned", Command.CANCEL: "cancelled"}[command]
    assert found.status is {Command.PAUSE: Status.PAUSED, Command.CANCEL: Status.CANCELLED}[command]
    assert scene.states == {"a": "accepted", "b": "accepted", **dict.fromkeys("cde", left)}


def test_a_pause_and_a_resume_between_two_turns_change_nothing() -> None:
    scene = Scene()
    scene.answer()

    def hear(_: Sequence[Entry]) -> None:
        scene.order(Command.PAUSE)
        scene.order(Command.RESUME)

    scene.then = hear
    assert scene.deliver(batch=3).counts == {State.ACCEPTED: 5}
    assert sorted(scene.sent) == PEOPLE


def test_a_rate_spreads_mails_and_ends_the_call_of_the_impatient() -> None:
    scene = Scene()
    scene.order(Command.RATE, rate=60)
    found = scene.deliver()
    assert (found.counts, found.again_at) == ({State.ACCEPTED: 1}, 1000 + MINUTE)
    times: list[int] = []

    def wait(wait_s: float) -> bool:
        scene.clock.at = Instant(scene.clock.at + int(wait_s * 1_000_000))
        return False

    scene.ends = wait
    scene.then = lambda _: times.append(scene.clock.at)
    assert scene.deliver(patience=timedelta(hours=1)).counts == {State.ACCEPTED: 4}
    assert [at - 1000 for at in times] == [MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE]


def test_told_to_end_it_hears_what_it_let_go_and_hands_the_rest_back() -> None:
    scene = Scene()
    scene.answer()
    scene.ends = lambda _: len(scene.sent) >= 2
    assert scene.deliver(batch=5).counts == {State.ACCEPTED: 2}
    assert scene.states == {"a": "accepted", "b": "accepted", "c": "planned", "d": "planned", "e": "planned"}


def test_told_to_end_it_does_not_wait_for_ever_to_hear() -> None:
    class Silent(MemoryMailer):
        def poll(self, wait_s: float) -> Sequence[Notice]:
            scene.clock.at = Instant(scene.clock.at + 10_000_000)
            return [] if self.sent else super().poll(wait_s)

    scene = Scene(mailer=Silent(places=2))
    scene.ends = lambda _: bool(scene.mailer.sent)
    found = scene.deliver(batch=4)
    assert found.counts == {State.UNKNOWN: 2}
    assert scene.states == {"a": "unknown", "b": "unknown", "c": "planned", "d": "planned", "e": "planned"}


def test_a_ledger_that_others_keep_locked_loses_no_word_of_a_server() -> None:
    class Locked(MemoryLedger):
        locked = 0

        def turn(self, campaign: str, work: Work, lease: Lease, *, gate: Gate, book: Book) -> Turned:
            if work.settled and self.locked < 3:
                self.locked += 1
                raise StoreBusy("another process is writing")
            return super().turn(campaign, work, lease, gate=gate, book=book)

    scene = Scene(ledger=Locked())
    assert scene.deliver().counts == {State.ACCEPTED: 5}
    assert scene.sent == PEOPLE


def test_a_ledger_that_stays_locked_is_told() -> None:
    class Locked(MemoryLedger):
        def turn(self, *_: object, **__: object) -> Turned:
            raise StoreBusy("another process is writing")

    with pytest.raises(StoreBusy):
        Scene(ledger=Locked()).deliver()


@pytest.mark.parametrize("jump", [2 * 60 * MINUTE, -2 * 60 * MINUTE])
def test_a_clock_that_jumps_sends_nothing_twice_and_loses_nothing(jump: int) -> None:
    scene = Scene(clock=FixedClock(Instant(10 * 60 * MINUTE)))
    scene.answer()

    def hear(_: Sequence[Entry]) -> None:
        if len(scene.sent) == 2:
            scene.clock.at = Instant(scene.clock.at + jump)

    scene.then = hear
    scene.deliver(batch=3)
    scene.clock.at = Instant(20 * 60 * MINUTE)
    scene.deliver(name="w2")
    assert sorted(scene.sent) == PEOPLE
    assert set(scene.states.values()) == {"accepted"}


def test_a_worker_that_overslept_its_lease_sends_nothing_twice() -> None:
    scene = Scene()
    late: list[Delivered] = []

    def write(entry: Entry) -> Outgoing:
        if not late:
            late.append(done())
            scene.clock.at = Instant(scene.clock.at + 20 * MINUTE)
            late.append(scene.deliver(name="w2"))
        return letter(entry)

    assert scene.deliver(write, name="w1", batch=3).counts == {}
    assert late[1].counts == {State.ACCEPTED: 5}
    assert sorted(scene.sent) == PEOPLE


def test_what_the_lease_of_has_ended_before_it_was_offered_is_left_alone() -> None:
    scene = Scene()
    scene.answer()

    def hear(_: Sequence[Entry]) -> None:
        if len(scene.sent) == 1:
            scene.clock.at = Instant(scene.clock.at + 20 * MINUTE)

    scene.then = hear
    assert scene.deliver(batch=5).counts == {State.ACCEPTED: 5}
    assert sorted(scene.sent) == PEOPLE


def test_an_answer_that_comes_after_the_lease_is_not_told_as_settled() -> None:
    class Slow(MemoryMailer):
        def release(self, message_id: str, *, go: bool) -> None:
            super().release(message_id, go=go)
            if len(self.sent) == 1:
                scene.clock.at = Instant(scene.clock.at + 20 * MINUTE)
                scene.mailer = MemoryMailer()
                scene.deliver(name="w2")

    scene = Scene()
    scene.mailer = Slow(places=1)
    assert scene.deliver(name="w1", batch=1).counts == {}
    assert sorted(scene.settled) == [("a", "unknown"), *((person, "accepted") for person in "bcde")]


def test_a_copy_that_a_person_wanted_waits_for_the_word_on_the_first() -> None:
    class Silent(MemoryMailer):
        def poll(self, wait_s: float) -> Sequence[Notice]:
            if scene.states["a"] == "unknown":
                scene.order(Command.RETRY_UNKNOWN)
            elif scene.states["a"] == "submitting":
                scene.clock.at = Instant(scene.clock.at + 20 * MINUTE)
            return super().poll(wait_s) if not self.sent or scene.states["a"] == "deferred" else []

    scene = Scene()
    scene.mailer = Silent(places=1)
    scene.deliver(batch=1)
    (entry,) = scene.ledger.entries(CAMPAIGN, person="a")
    assert (entry.state, entry.reason) == (State.DEFERRED, "an earlier copy is still on its way")
    assert sorted(scene.sent) == PEOPLE


def test_a_crash_after_messages_were_let_go_leaves_unknowns_that_are_never_sent_again() -> None:
    class PowerLoss(Exception):
        """What no code of ours catches."""

    class Dying(MemoryMailer):
        def release(self, message_id: str, *, go: bool) -> None:
            super().release(message_id, go=go)
            if self.sent[-1].recipient.startswith("b"):
                raise PowerLoss

    scene = Scene()
    scene.mailer = Dying(places=1)
    with pytest.raises(PowerLoss):
        scene.deliver()
    first, scene.mailer = scene.sent, MemoryMailer()
    scene.deliver()
    assert (first, scene.sent) == (["a", "b"], ["c", "d", "e"])
    assert scene.states == {"a": "accepted", "b": "unknown", "c": "accepted", "d": "accepted", "e": "accepted"}
