"""What every ledger promises: each entry is in one state, moves only forward, and is let go at most once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from envoi.clock import Instant
from envoi.errors import Conflict, DataError, NotFound
from envoi.events.event import PersonId
from envoi.messages.freeze import TOGETHER
from envoi.messages.ledger import Audience, Entry, Receipt, State, Work
from envoi.messages.verdict import GO, Verdict, Wait
from tests.contracts.ledgers import (
    CAMPAIGN,
    KINDS,
    MINUTE,
    SHARED,
    AnyLedger,
    claim,
    closed_for,
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


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest) -> Iterator[AnyLedger]:
    with opened_quickly(request.param) as ledger:
        yield ledger


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
        entry_of("e", address="b@example.org", due=9),
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
        entry_of("e", address="b@example.org", at=7, due=9),
    ]


def test_a_plan_of_many_lots_has_each_address_once(ledger: AnyLedger) -> None:
    size = TOGETHER + 50
    audience = (entry_of(f"{n:05}", address=f"{n % (TOGETHER + 10)}@example.org") for n in range(size))
    assert ledger.plan(CAMPAIGN, audience, at=Instant(0))
    assert ledger.campaigns()[CAMPAIGN].size == size
    assert ledger.tally(CAMPAIGN) == {
        (State.PLANNED, ""): TOGETHER + 10,
        (State.SKIPPED, "same address as another person"): 40,
    }


def test_a_campaign_is_planned_once(planned: AnyLedger) -> None:
    assert not planned.plan(CAMPAIGN, [entry_of("z")], at=Instant(1))
    assert set(states(planned)) == set("abc")
    assert planned.campaigns() == {CAMPAIGN: Audience(at=Instant(0), size=3)}


def test_a_plan_for_nobody_is_a_plan(ledger: AnyLedger) -> None:
    assert ledger.plan(CAMPAIGN, [], at=Instant(1))
    assert not ledger.plan(CAMPAIGN, [entry_of("a")], at=Instant(2))
    assert ledger.campaigns() == {CAMPAIGN: Audience(at=Instant(1), size=0)}
    assert claim(ledger) == []


@pytest.mark.parametrize("far", [1, TOGETHER + 5])
def test_a_plan_that_is_refused_leaves_nothing(ledger: AnyLedger, far: int) -> None:
    with pytest.raises(Conflict):
        ledger.plan(CAMPAIGN, [*(entry_of(f"p{n}") for n in range(far)), entry_of("p0")], at=Instant(0))
    assert (ledger.campaigns(), ledger.tally(CAMPAIGN)) == ({}, {})


def test_what_is_being_planned_is_not_there_before_it_is_whole(ledger: AnyLedger) -> None:
    def watched() -> Iterator[Entry]:
        for number in range(2 * TOGETHER + 1):
            if number % TOGETHER == 0:
                assert (ledger.campaigns(), ledger.tally(CAMPAIGN), list(ledger.entries())) == ({}, {}, [])
                assert list(ledger.entries(CAMPAIGN, person="p0")) == []
                assert (ledger.of([PersonId("p0")], [CAMPAIGN]), ledger.due(CAMPAIGN)) == ([], None)
                with pytest.raises(NotFound):
                    claim(ledger)
            yield entry_of(f"p{number}")

    assert ledger.plan(CAMPAIGN, watched(), at=Instant(0))
    assert ledger.campaigns()[CAMPAIGN].size == sum(ledger.tally(CAMPAIGN).values()) == 2 * TOGETHER + 1


def test_a_plan_that_broke_off_leaves_nothing_to_the_next(ledger: AnyLedger) -> None:
    def broken(size: int) -> Iterator[Entry]:
        yield from (entry_of(f"p{number}") for number in range(size))
        raise DataError("the power went")

    for size in (2 * TOGETHER, TOGETHER + 1, 3):
        with pytest.raises(DataError):
            ledger.plan(CAMPAIGN, broken(size), at=Instant(0))
    assert ledger.plan(CAMPAIGN, [entry_of("a"), entry_of("p1")], at=Instant(1))
    assert set(states(ledger)) == {"a", "p1"}
    assert ledger.campaigns() == {CAMPAIGN: Audience(at=Instant(1), size=2)}


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_who_plan_a_campaign_at_once_the_last_one_does(kind: str) -> None:
    with opened(kind, 2) as (mine, other):

        def overtaken() -> Iterator[Entry]:
            yield from (entry_of(f"p{number}") for number in range(2 * TOGETHER))
            assert other.plan(CAMPAIGN, [entry_of("a"), entry_of("b")], at=Instant(1))
            yield entry_of("z")

        with pytest.raises(Conflict, match="another process has begun to plan"):
            mine.plan(CAMPAIGN, overtaken(), at=Instant(0))
        assert not mine.plan(CAMPAIGN, [entry_of("c")], at=Instant(2))
        assert mine.campaigns() == other.campaigns() == {CAMPAIGN: Audience(at=Instant(1), size=2)}
        assert set(states(mine)) == {"a", "b"}


@pytest.mark.parametrize("kind", KINDS)
def test_of_many_who_plan_few_people_at_once_one_does(kind: str) -> None:
    with opened(kind, 2) as (mine, other):

        def overtaken() -> Iterator[Entry]:
            yield entry_of("a")
            assert other.plan(CAMPAIGN, [entry_of("a"), entry_of("b")], at=Instant(1))
            yield entry_of("b")

        assert not mine.plan(CAMPAIGN, overtaken(), at=Instant(0))
        assert mine.campaigns() == {CAMPAIGN: Audience(at=Instant(1), size=2)}


def test_campaigns_do_not_touch_each_other(planned: AnyLedger) -> None:
    other = Entry(campaign="autumn", person=PersonId("a"), address="a@example.org", decision=2)
    assert planned.plan("autumn", [other], at=Instant(0))
    submitting, deferred, _ = claim(planned)
    assert submit(planned, submitting) == ["a"]
    assert settle(planned, deferred, State.DEFERRED)
    before = states(planned)
    # Late enough for another worker to take what is there of the one, and nothing of the other.
    late = planned.turn("autumn", Work(), lease_of("w2", now=MINUTE, size=9), gate=is_open, book=lambda _: None)
    assert [entry.campaign for entry in late.claimed] == ["autumn"]
    assert states(planned) == before


def test_nothing_is_begun_or_done_in_a_campaign_that_was_never_planned(planned: AnyLedger) -> None:
    with pytest.raises(NotFound, match="did you mean 'spring'"):
        planned.begin("sprnig", "w1", at=Instant(0))
    with pytest.raises(NotFound):
        planned.turn("sprnig", Work(), lease_of(size=9), gate=is_open, book=lambda _: None)


def test_two_workers_share_the_audience(planned: AnyLedger) -> None:
    first = claim(planned, "w1", size=2)
    second = claim(planned, "w2", size=2)
    assert [(entry.person, entry.fence) for entry in [*first, *second]] == [("a", 1), ("b", 1), ("c", 1)]
    assert claim(planned, "w3") == []


def test_a_message_is_claimed_submitted_and_settled(planned: AnyLedger) -> None:
    entry = claim(planned, size=1, now=4)[0]
    assert entry == entry_of("a", state=State.CLAIMED, fence=1, at=4, due=4 + MINUTE)
    assert submit(planned, entry, now=5) == ["a"]
    submitting = entry_of("a", state=State.SUBMITTING, fence=1, at=5, due=5 + MINUTE)
    assert next(planned.entries(CAMPAIGN)) == submitting
    assert settle(planned, submitting, State.ACCEPTED, now=6)
    assert next(planned.entries(CAMPAIGN)) == entry_of("a", state=State.ACCEPTED, fence=1, at=6)


def test_one_turn_books_lets_go_and_claims(planned: AnyLedger) -> None:
    first, second = claim(planned, size=2)
    assert submit(planned, first) == ["a"]
    booked: list[Entry] = []
    done = turn(
        planned,
        lease_of(now=7, size=5),
        settled=[(first, Receipt(state=State.ACCEPTED, at=Instant(6)))],
        ready=[second],
        book=booked.extend,
    )
    assert list(done.settled) == booked == [entry_of("a", state=State.ACCEPTED, fence=1, at=6)]
    assert list(done.released) == [entry_of("b", state=State.SUBMITTING, fence=1, at=7, due=7 + MINUTE)]
    assert list(done.claimed) == [entry_of("c", state=State.CLAIMED, fence=1, at=7, due=7 + MINUTE)]
    assert (list(done.withdrawn), done.again_at) == ([], None)
    assert states(planned) == {"a": "accepted", "b": "submitting", "c": "claimed"}


def test_nothing_is_submitted_or_settled_twice(planned: AnyLedger) -> None:
    entry = claim(planned, size=1)[0]
    assert submit(planned, entry) == ["a"]
    assert submit(planned, entry) == []
    assert settle(planned, entry, State.REJECTED, reason="550 no such user")
    assert not settle(planned, entry, State.ACCEPTED)
    assert planned.tally(CAMPAIGN)[State.REJECTED, "550 no such user"] == 1


@pytest.mark.parametrize("outcome", sorted(set(State) - {State.PLANNED, State.SKIPPED, State.REJECTED, State.DEFERRED}))
def test_what_was_not_submitted_ends_only_as_not_sent(planned: AnyLedger, outcome: State) -> None:
    entry = claim(planned, size=1)[0]
    assert not settle(planned, entry, outcome)
    assert states(planned)["a"] == "claimed"


def test_what_was_submitted_does_not_go_back_as_if_it_had_not_been(planned: AnyLedger) -> None:
    entry = claim(planned, size=1)[0]
    assert submit(planned, entry) == ["a"]
    for outcome in (State.PLANNED, State.SKIPPED, State.CLAIMED, State.CANCELLED):
        assert not settle(planned, entry, outcome)
    assert states(planned)["a"] == "submitting"


def test_what_was_not_tried_goes_back_and_is_there_for_the_next(planned: AnyLedger) -> None:
    entry = claim(planned, "w1", size=1)[0]
    assert settle(planned, entry, State.PLANNED)
    again = claim(planned, "w2", size=1)[0]
    assert (again.person, again.fence, again.attempts) == ("a", 2, 0)


def test_an_entry_that_is_not_in_the_ledger_is_refused(planned: AnyLedger) -> None:
    stranger = entry_of("z", state=State.CLAIMED, fence=1)
    done = turn(planned, lease_of(), ready=[stranger])
    assert (list(done.released), list(done.withdrawn)) == ([], [stranger])
    assert not settle(planned, stranger, State.SKIPPED)
    assert set(states(planned)) == set("abc")


def test_a_closed_gate_skips_at_the_claim_and_the_rest_goes_on(planned: AnyLedger) -> None:
    done = turn(planned, lease_of(size=1), gate=closed_for("a", "b"))
    assert [entry.person for entry in done.claimed] == ["c"]
    assert [(entry.person, entry.reason) for entry in done.settled] == [("a", "unsubscribed"), ("b", "unsubscribed")]
    assert planned.tally(CAMPAIGN) == {(State.SKIPPED, "unsubscribed"): 2, (State.CLAIMED, ""): 1}


def test_a_gate_that_closed_since_the_claim_skips_before_the_message_is_let_go(planned: AnyLedger) -> None:
    entries = claim(planned, size=2)
    done = turn(planned, lease_of(now=5), ready=entries, gate=closed_for("a"))
    assert [entry.person for entry in done.released] == ["b"]
    assert [entry.person for entry in done.withdrawn] == ["a"]
    assert states(planned) == {"a": "skipped", "b": "submitting", "c": "planned"}


def test_a_gate_that_lets_wait_puts_off_until_then(planned: AnyLedger) -> None:
    def quiet(entries: Sequence[Entry]) -> list[Verdict]:
        return [Wait(until=Instant(100), reason="quiet hours") if entry.person != "c" else GO for entry in entries]

    done = turn(planned, lease_of(now=5, size=3), gate=quiet)
    assert [entry.person for entry in done.claimed] == ["c"]
    assert (done.again_at, list(done.settled)) == (100, [])
    assert next(planned.entries(CAMPAIGN)) == entry_of("a", reason="quiet hours", at=5, due=100)
    assert claim(planned, now=99) == []
    taken = claim(planned, now=100)
    assert [(entry.person, entry.reason) for entry in taken] == [("a", ""), ("b", "")]
    put_back = turn(planned, lease_of(now=101), ready=taken, gate=lambda _: [Wait(until=Instant(0), reason="x")] * 2)
    # Never for no time at all, or it would be asked about again in the same breath.
    assert (put_back.again_at, [entry.person for entry in put_back.withdrawn]) == (102, ["a", "b"])


def test_the_earliest_due_is_claimed_first(ledger: AnyLedger) -> None:
    ledger.plan(CAMPAIGN, [entry_of("a", due=30), entry_of("b", due=10), entry_of("c", due=20)], at=Instant(0))
    assert [entry.person for entry in claim(ledger, now=25, size=1)] == ["b"]
    done = turn(ledger, lease_of(now=25, size=9))
    assert ([entry.person for entry in done.claimed], done.again_at) == (["c"], 30)


def test_a_gate_that_fails_has_changed_nothing(planned: AnyLedger) -> None:
    (first, second) = claim(planned, size=2)
    submit(planned, first)
    before = list(planned.entries(CAMPAIGN))

    def failing(_: Sequence[Entry]) -> list[Verdict]:
        raise DataError("no profile")

    with pytest.raises(DataError):
        turn(
            planned,
            lease_of(now=7, size=9),
            settled=[(first, Receipt(state=State.ACCEPTED, at=Instant(6)))],
            ready=[second],
            gate=failing,
        )
    assert list(planned.entries(CAMPAIGN)) == before


def test_what_cannot_be_logged_is_not_booked(planned: AnyLedger) -> None:
    entry = claim(planned, size=1)[0]
    submit(planned, entry)

    def failing(_: Sequence[Entry]) -> None:
        raise DataError("the log is full")

    with pytest.raises(DataError):
        turn(planned, lease_of(), settled=[(entry, Receipt(state=State.ACCEPTED, at=Instant(6)))], book=failing)
    assert states(planned)["a"] == "submitting"


def test_a_lease_that_ran_out_is_taken_over_and_its_old_holder_is_refused(planned: AnyLedger) -> None:
    old = claim(planned, "w1", size=1)[0]
    assert claim(planned, "w2", now=MINUTE - 1, size=1)[0].person == "b"
    new = claim(planned, "w2", now=MINUTE)
    taken_over = next(entry for entry in new if entry.person == "a")
    assert (old.fence, taken_over.fence) == (1, 2)
    assert submit(planned, old, now=MINUTE) == []
    assert not settle(planned, old, State.SKIPPED, now=MINUTE)
    assert submit(planned, taken_over, now=MINUTE, worker="w2") == ["a"]


def test_a_lease_that_ran_out_and_was_not_taken_over_is_lost_all_the_same(planned: AnyLedger) -> None:
    old = claim(planned, "w1", size=1)[0]
    turn(planned, lease_of("w2", now=MINUTE))
    assert states(planned)["a"] == "planned"
    assert submit(planned, old, now=MINUTE) == []
    assert states(planned)["a"] == "planned"


def test_what_a_dead_worker_was_submitting_is_unknown_and_stays_so(planned: AnyLedger) -> None:
    entry = claim(planned, "w1", size=1)[0]
    assert submit(planned, entry, now=0) == ["a"]
    claim(planned, "w2", now=MINUTE - 1, size=1)
    assert states(planned)["a"] == "submitting"
    booked: list[Entry] = []
    turn(planned, lease_of("w2", now=MINUTE, size=1), book=booked.extend)
    assert [(one.person, one.state) for one in booked] == [("a", State.UNKNOWN)]
    assert not settle(planned, entry, State.ACCEPTED, now=MINUTE)
    assert states(planned)["a"] == "unknown"


def test_a_worker_that_comes_back_need_not_wait_for_its_own_lease(planned: AnyLedger) -> None:
    submitted, claimed = claim(planned, "w1", size=2)
    assert submit(planned, submitted) == ["a"]
    planned.begin(CAMPAIGN, "w1", at=Instant(7))
    again = claim(planned, "w1", now=7)
    assert {(entry.person, entry.fence) for entry in again} == {("b", 2), ("c", 1)}
    assert states(planned)["a"] == "unknown"
    assert submit(planned, claimed, now=7) == []


def test_a_worker_that_comes_back_leaves_others_what_they_hold(planned: AnyLedger) -> None:
    claim(planned, "w1", size=2)
    planned.begin(CAMPAIGN, "w2", at=Instant(7))
    assert [entry.person for entry in claim(planned, "w2", now=7)] == ["c"]


def test_what_was_deferred_waits_until_it_is_due_or_a_person_wants_it_at_once(planned: AnyLedger) -> None:
    entry = claim(planned, size=1)[0]
    submit(planned, entry)
    assert settle(planned, entry, State.DEFERRED, reason="450 later", due=90)
    planned.begin(CAMPAIGN, "w2", at=Instant(9))
    assert {each.person for each in claim(planned, "w2", now=9)} == {"b", "c"}
    planned.begin(CAMPAIGN, "w3", at=Instant(9), early=True)
    again = entry_of("a", state=State.CLAIMED, fence=2, at=9, due=9 + MINUTE, attempts=1)
    assert claim(planned, "w3", now=9) == [again]


def test_tries_are_counted(planned: AnyLedger) -> None:
    for number in range(3):
        (entry,) = claim(planned, size=1, now=number)
        assert (entry.person, entry.attempts) == ("a", number)
        assert settle(planned, entry, State.DEFERRED, now=number)


def test_entries_are_found_by_campaign_person_and_state(planned: AnyLedger) -> None:
    other = Entry(campaign="autumn", person=PersonId("b"), address="b@example.org", decision=2)
    planned.plan("autumn", [other], at=Instant(0))
    claim(planned, size=1)

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


def test_some_peoples_entries_in_some_campaigns(planned: AnyLedger) -> None:
    other = Entry(campaign="autumn", person=PersonId("b"), address="b@example.org", decision=2)
    planned.plan("autumn", [other], at=Instant(0))

    def found(people: str, *campaigns: str) -> set[tuple[str, str]]:
        entries = planned.of([PersonId(person) for person in people], campaigns)
        return {(entry.campaign, entry.person) for entry in entries}

    assert found("abz", "spring", "autumn", "winter") == {("autumn", "b"), ("spring", "a"), ("spring", "b")}
    assert found("ab", "autumn") == {("autumn", "b")}
    assert found("", "autumn") == found("b") == set()


@pytest.mark.parametrize("kind", SHARED)
def test_five_processes_that_claim_at_once_never_get_the_same(kind: str) -> None:
    people = 300
    with opened(kind, 5) as ledgers, ThreadPoolExecutor(5) as pool:
        ledgers[0].plan(CAMPAIGN, [entry_of(f"p{n:03}") for n in range(people)], at=Instant(0))

        def work(number: int) -> list[str]:
            mine: list[str] = []
            while claimed := claim(ledgers[number], f"w{number}", size=7):
                gone = submit(ledgers[number], *claimed, worker=f"w{number}")
                assert gone == [entry.person for entry in claimed]
                mine += gone
            return mine

        shares = list(pool.map(work, range(5)))
    assert sorted(person for share in shares for person in share) == [f"p{n:03}" for n in range(people)]


@pytest.mark.parametrize("kind", SHARED)
def test_what_one_process_commits_another_sees(kind: str) -> None:
    with opened(kind, 2) as (mine, yours):
        mine.plan(CAMPAIGN, [entry_of("a")], at=Instant(0))
        assert states(yours) == {"a": "planned"}
        (entry,) = claim(mine)
        assert states(yours) == {"a": "claimed"}
        assert submit(yours, entry) == ["a"]
        assert submit(mine, entry) == []
        assert settle(mine, entry, State.ACCEPTED)
        assert states(yours) == {"a": "accepted"}
