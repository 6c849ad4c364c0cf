"""What the gate knows: the latest word of each person, suppressed addresses, and the other mails that caps count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta

import pytest
from msgspec.structs import replace

from envoi.adapters.events.memory import MemoryEventLog
from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.adapters.people.memory import MemoryProfileStore
from envoi.clock import FixedClock, Instant, duration
from envoi.events.event import Event, Name, PersonId, Value
from envoi.events.port import Batch
from envoi.messages.caps import Mail
from envoi.messages.gate import one_mail, verdict
from envoi.messages.ledger import Entry, Receipt, State, Work
from envoi.messages.look import CountedMails, Look
from envoi.messages.order import Command, Order
from envoi.messages.timing import Timing, When
from envoi.messages.verdict import GO
from envoi.people.latest import Latest
from envoi.people.regroup import Merged, as_event
from envoi.settings import Cap, Delivery, MailKind
from tests.contracts.ledgers import is_open, lease_of

DAY = duration(timedelta(days=1))
NOW = Instant(100 * DAY)
ANNA = PersonId("anna")
CAP = Cap(most=1, name="1 in 7 days", within=timedelta(days=7))


class Timings:
    """Every run is marketing mail of the project."""

    def of(self, run: str, *, planned_at: Instant) -> Timing:
        return Timing(
            run=run,
            purpose="news",
            kind=MailKind.MARKETING,
            when=When(),
            delivery=Delivery(caps=(CAP,)),
            zone=UTC,
            day=None,
            planned_at=planned_at,
        )


def entry_of(campaign: str, person: str = "anna") -> Entry:
    return Entry(campaign=campaign, person=PersonId(person), address=f"{person}@example.org", decision=1)


def test_a_word_that_is_in_no_profile_yet_counts() -> None:
    log, people = MemoryEventLog(), MemoryProfileStore()
    look = Look(
        latest=Latest(log, people, log), clock=FixedClock(NOW), suppressed=lambda asked: {asked[0]: "hard bounce"}
    )
    assert look([entry_of("spring")])["anna"].profile is None
    said: dict[str, Value] = {"purpose": "news", "granted": True}
    keys = {"user_id": "anna"}
    event = Event(id="1", source="t", name=Name.CONSENT_CHANGED, keys=keys, at=NOW, seen_at=NOW, props=said)
    log.append(Batch(events=[(ANNA, event)]))
    found = look([entry_of("spring"), entry_of("spring", "bert")])
    profile = found["anna"].profile
    assert profile
    assert profile.consent["news"].granted
    assert (found["anna"].suppressed, found["bert"].suppressed, found["anna"].now) == ("hard bounce", "", NOW)


def sent(ledger: MemoryLedger, campaign: str, at: int, state: State) -> None:
    """A campaign to Anna that was planned and sent then."""
    ledger.plan(campaign, [entry_of(campaign)], at=Instant(at))
    claimed = ledger.turn(campaign, Work(), lease_of(now=at, size=1), gate=is_open, book=lambda _: None).claimed
    work = Work(ready=claimed)
    if state is not State.CLAIMED:
        ledger.turn(campaign, work, lease_of(now=at), gate=is_open, book=lambda _: None)
        done = Work(settled=[(claimed[0], Receipt(state=state, at=Instant(at)))])
        ledger.turn(campaign, done, lease_of(now=at), gate=is_open, book=lambda _: None)


def test_mails_that_were_sent_or_may_have_been_and_those_to_come_are_counted() -> None:
    ledger = MemoryLedger()
    sent(ledger, "accepted", NOW - 2 * DAY, State.ACCEPTED)
    sent(ledger, "unknown", NOW - DAY, State.UNKNOWN)
    sent(ledger, "rejected", NOW - DAY, State.REJECTED)
    for name in ("planned", "paused", "own", "old"):
        ledger.plan(name, [entry_of(name)], at=Instant(NOW - 60 * DAY if name == "old" else NOW))
    ledger.order("paused", Order(command=Command.PAUSE, by="anna"), at=NOW)
    mails = CountedMails(statement=ledger, timings=Timings(), clock=FixedClock(NOW), caps=[CAP])
    found = mails([entry_of("own"), entry_of("own", "bert")])
    told = sorted((mail.campaign, mail.is_sent, mail.at) for mail in found[ANNA])
    assert told == [("accepted", True, NOW - 2 * DAY), ("planned", False, 0), ("unknown", True, NOW - DAY)]
    assert PersonId("bert") not in found


def test_where_nothing_is_capped_nothing_is_looked_up() -> None:
    mails = CountedMails(statement=MemoryLedger(), timings=Timings(), clock=FixedClock(NOW), caps=[])
    assert mails([entry_of("own")]) == {}


@pytest.mark.parametrize(
    ("states", "same"),
    [
        # Whoever is called as all of them are now gets the one mail,
        ({"anna": State.PLANNED, "a": State.PLANNED, "b": State.CLAIMED}, {"a": "anna", "b": "anna"}),
        # unless another has it, or may have it,
        ({"anna": State.PLANNED, "b": State.ACCEPTED}, {"anna": "b"}),
        ({"anna": State.DEFERRED, "a": State.PLANNED, "b": State.SUBMITTING}, {"anna": "b", "a": "b"}),
        # or nobody is in it by that id, or is to get none.
        ({"a": State.PLANNED, "b": State.PLANNED}, {"b": "a"}),
        ({"anna": State.SKIPPED, "b": State.PLANNED}, {}),
        ({"a": State.PLANNED}, {}),
    ],
)
def test_who_turned_out_to_be_one_gets_one_mail(states: Mapping[str, State], same: Mapping[str, str]) -> None:
    log, people = MemoryEventLog(), MemoryProfileStore()
    entries = [replace(entry_of("spring", person), state=state) for person, state in states.items()]

    def places(campaign: str, asked: Sequence[PersonId]) -> list[Entry]:
        return [one for one in entries if one.campaign == campaign and one.person in asked]

    look = Look(latest=Latest(log, people, log), clock=FixedClock(NOW), places=places)
    for number, person in enumerate(("anna", "a", "b")):
        update = Event(id=str(number), source="t", name="Seen", keys={"user_id": person}, at=NOW, seen_at=NOW)
        log.append(Batch(events=[(PersonId(person), update)]))
    for gone in ("a", "b"):
        change = Merged(into=ANNA, gone=PersonId(gone), nodes=(PersonId(gone),), because="one")
        log.append(Batch(events=[(ANNA, as_event(change, cause="c", at=NOW, seen_at=NOW))]))
    asked = [one for one in entries if one.state not in (State.ACCEPTED, State.SKIPPED)]
    found = look(asked)
    assert {person: known.same_as for person, known in found.items() if known.same_as} == same
    assert {known.profile.person for known in found.values() if known.profile} == {ANNA}
    skip = verdict([one_mail()], asked[-1], found[asked[-1].person])
    assert (skip == GO) is (asked[-1].person not in same)


def test_mails_by_another_id_of_the_person_count() -> None:
    log, people = MemoryEventLog(), MemoryProfileStore()
    change = Merged(into=ANNA, gone=PersonId("b"), nodes=(PersonId("b"),), because="one")
    log.append(Batch(events=[(ANNA, as_event(change, cause="c", at=NOW, seen_at=NOW))]))
    had = {person: [Mail(campaign="autumn", at=NOW)] for person in ("anna", "b")}
    look = Look(
        latest=Latest(log, people, log),
        clock=FixedClock(NOW),
        mails=lambda entries: {one.person: had[one.person] for one in entries},
    )
    assert [len(known.mails) for known in look([entry_of("spring"), entry_of("spring", "b")]).values()] == [2, 2]
