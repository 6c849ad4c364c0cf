"""The delivery loop: nobody's failure stops the others, a busy server stops in good order, and nobody gets two."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from envoi.adapters.messages.memory import MemoryMailer, accept
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.clock import FixedClock, Instant
from envoi.errors import DataError, EnvoiError, MailerBusy, NotFound, StoreBusy, TemplateError, Unreachable
from envoi.events.event import PersonId
from envoi.messages.delivery import Delivered, Desk, Skip, Worker, deliver
from envoi.messages.ledger import Entry, Receipt, State
from envoi.messages.port import Outgoing

if TYPE_CHECKING:
    from collections.abc import Callable

CAMPAIGN = "spring"
PEOPLE = ["a", "b", "c", "d", "e"]


def letter(entry: Entry) -> Outgoing:
    return Outgoing(message_id=entry.message_id, sender="shop@example.org", recipient=entry.address, data=b"Hello")


@dataclass
class Scene:
    """Five people, a clock that stands unless moved, and a server; tests bend one thing each."""

    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    clock: FixedClock = field(default_factory=lambda: FixedClock(Instant(1000)))
    mailer: MemoryMailer = field(default_factory=MemoryMailer)
    closed: dict[str, str] = field(default_factory=dict)
    settled: list[tuple[str, Receipt]] = field(default_factory=list)

    def __post_init__(self) -> None:
        entries = [
            Entry(campaign=CAMPAIGN, person=PersonId(person), address=f"{person}@example.org", decision=1)
            for person in PEOPLE
        ]
        self.ledger.plan(CAMPAIGN, entries, at=self.clock.at)

    def deliver(
        self, render: Callable[[Entry], Outgoing | Skip] = letter, *, worker: str = "w1", batch: int = 2
    ) -> Delivered:
        desk = Desk(
            ledger=self.ledger,
            mailer=self.mailer,
            clock=self.clock,
            gate=lambda entry: self.closed.get(entry.person, ""),
            render=render,
        )

        def hear(entry: Entry, receipt: Receipt) -> None:
            assert next(self.ledger.entries(CAMPAIGN, person=entry.person)).state is receipt.state
            self.settled.append((entry.person, receipt))

        return deliver(CAMPAIGN, desk, worker=Worker(name=worker, batch=batch), on_settled=hear)

    def answer(self, **answers: Receipt | EnvoiError) -> None:
        """What the server says to these people; the others are accepted."""

        def say(outgoing: Outgoing) -> Receipt:
            said = answers.get(outgoing.recipient[0], accept(outgoing))
            if isinstance(said, EnvoiError):
                raise said
            return said

        self.mailer = MemoryMailer(say)

    @property
    def sent(self) -> list[str]:
        return [outgoing.recipient[0] for outgoing in self.mailer.sent]

    @property
    def states(self) -> dict[str, str]:
        return {entry.person: entry.state.value for entry in self.ledger.entries(CAMPAIGN)}


def test_a_campaign_that_was_never_planned_is_not_sent() -> None:
    scene = Scene(ledger=MemoryLedger())
    desk = Desk(ledger=MemoryLedger(), mailer=scene.mailer, clock=scene.clock, gate=lambda _: "", render=letter)
    with pytest.raises(NotFound):
        deliver("autumn", desk, worker=Worker(name="w1"))


def test_everyone_gets_one_and_a_second_call_sends_nothing() -> None:
    scene = Scene()
    assert scene.deliver() == Delivered(counts={State.ACCEPTED: 5})
    assert scene.deliver() == Delivered(counts={})
    assert scene.sent == PEOPLE
    assert scene.settled == [(person, Receipt(state=State.ACCEPTED, at=Instant(1000))) for person in PEOPLE]


def test_it_is_committed_that_a_message_is_about_to_be_sent_before_the_server_can_take_it() -> None:
    scene = Scene()
    seen = []

    class Watched(MemoryMailer):
        def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
            def watch() -> None:
                before_dot()
                seen.append((scene.states[outgoing.recipient[0]], list(scene.sent)))

            return super().send(outgoing, before_dot=watch)

    scene.mailer = Watched()
    scene.deliver()
    assert seen == [("submitting", PEOPLE[:n]) for n in range(5)]


@pytest.mark.parametrize(
    "error", [TemplateError("no field 'nme'"), DataError("no such price"), NotFound("no profile")], ids=type
)
def test_who_cannot_be_rendered_is_skipped_with_the_reason_and_the_rest_goes_on(error: EnvoiError) -> None:
    def render(entry: Entry) -> Outgoing:
        if entry.person == "b":
            raise error
        return letter(entry)

    scene = Scene()
    assert scene.deliver(render).counts == {State.ACCEPTED: 4, State.SKIPPED: 1}
    assert scene.ledger.tally(CAMPAIGN)[State.SKIPPED, f"could not be rendered: {error}"] == 1


def test_who_should_not_be_written_to_after_all_is_skipped() -> None:
    scene = Scene()
    scene.deliver(lambda entry: Skip(reason="nothing to say") if entry.person == "c" else letter(entry))
    assert scene.sent == ["a", "b", "d", "e"]
    assert scene.ledger.tally(CAMPAIGN)[State.SKIPPED, "nothing to say"] == 1


def test_a_store_that_fails_while_rendering_condemns_nobody() -> None:
    def render(entry: Entry) -> Outgoing:
        if entry.person == "b":
            raise StoreBusy("another process is writing")
        return letter(entry)

    scene = Scene()
    with pytest.raises(StoreBusy):
        scene.deliver(render)
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
    counts = {State.REJECTED: 1, State.DEFERRED: 1, State.UNKNOWN: 1, State.ACCEPTED: 2}
    assert scene.deliver() == Delivered(counts=counts)
    assert scene.ledger.tally(CAMPAIGN)[State.REJECTED, "550 no such user"] == 1


def test_what_was_deferred_is_tried_once_in_a_call_and_again_in_the_next() -> None:
    scene = Scene()
    scene.answer(b=Receipt(state=State.DEFERRED, reason="450 later"))
    assert scene.deliver().counts == {State.ACCEPTED: 4, State.DEFERRED: 1}
    scene.answer()
    assert scene.deliver().counts == {State.ACCEPTED: 1}
    assert set(scene.states.values()) == {"accepted"}


@pytest.mark.parametrize("error", [MailerBusy("421 too busy"), Unreachable("no answer")], ids=type)
def test_a_server_that_is_busy_or_gone_ends_the_call_and_the_next_one_goes_on(error: EnvoiError) -> None:
    scene = Scene()
    scene.answer(b=error)
    assert scene.deliver() == Delivered(counts={State.ACCEPTED: 1}, stopped=error)
    first = scene.sent
    scene.answer()
    assert scene.deliver() == Delivered(counts={State.ACCEPTED: 4})
    assert first + sorted(scene.sent) == PEOPLE


def test_another_worker_goes_on_once_the_lease_has_run_out() -> None:
    scene = Scene()
    scene.answer(a=MailerBusy("421 too busy"))
    scene.deliver(worker="w1")
    scene.answer()
    assert scene.deliver(worker="w2").counts == {State.ACCEPTED: 3}
    scene.clock.at = Instant(scene.clock.at + 15 * 60 * 1_000_000)
    assert scene.deliver(worker="w2").counts == {State.ACCEPTED: 2}
    assert sorted(scene.sent) == PEOPLE


def test_who_unsubscribed_since_the_plan_gets_nothing() -> None:
    scene = Scene(closed={"b": "unsubscribed"})
    assert scene.deliver(batch=1).counts == {State.ACCEPTED: 4}
    assert scene.ledger.tally(CAMPAIGN) == {(State.ACCEPTED, ""): 4, (State.SKIPPED, "unsubscribed"): 1}


def test_who_unsubscribes_while_the_batch_is_sent_gets_nothing() -> None:
    scene = Scene()

    def render(entry: Entry) -> Outgoing:
        scene.closed["d"] = "unsubscribed"
        return letter(entry)

    assert scene.deliver(render, batch=5).counts == {State.ACCEPTED: 4}
    assert scene.sent == ["a", "b", "c", "e"]
    assert scene.states["d"] == "skipped"


def test_a_worker_that_overslept_its_lease_sends_nothing_twice() -> None:
    scene = Scene()
    late: list[Delivered] = []

    def render(entry: Entry) -> Outgoing:
        if not late:
            late.append(Delivered(counts={}))
            scene.clock.at = Instant(scene.clock.at + 20 * 60 * 1_000_000)
            late.append(scene.deliver(worker="w2"))
        return letter(entry)

    assert scene.deliver(render, worker="w1", batch=3).counts == {}
    assert late[1].counts == {State.ACCEPTED: 5}
    assert sorted(scene.sent) == PEOPLE


def test_an_answer_that_comes_after_the_lease_is_not_told_as_settled() -> None:
    class Slow(MemoryMailer):
        def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
            receipt = super().send(outgoing, before_dot=before_dot)
            scene.clock.at = Instant(scene.clock.at + 20 * 60 * 1_000_000)
            scene.mailer = MemoryMailer()
            scene.deliver(worker="w2")
            return receipt

    scene = Scene()
    scene.mailer = Slow()
    assert scene.deliver(worker="w1", batch=1).counts == {}
    assert [person for person, _ in scene.settled] == ["b", "c", "d", "e"]
    assert scene.states["a"] == "unknown"


def test_a_crash_between_dot_and_answer_leaves_an_unknown_that_is_never_sent_again() -> None:
    class PowerLoss(Exception):
        """What no code of ours catches."""

    class Dying(MemoryMailer):
        def send(self, outgoing: Outgoing, *, before_dot: Callable[[], None]) -> Receipt:
            receipt = super().send(outgoing, before_dot=before_dot)
            if outgoing.recipient.startswith("b"):
                raise PowerLoss
            return receipt

    scene = Scene()
    scene.mailer = Dying()
    with pytest.raises(PowerLoss):
        scene.deliver()
    first, scene.mailer = scene.sent, MemoryMailer()
    scene.deliver()
    assert (first, scene.sent) == (["a", "b"], ["c", "d", "e"])
    assert scene.states == {"a": "accepted", "b": "unknown", "c": "accepted", "d": "accepted", "e": "accepted"}
