"""F4 to F7: whatever a mail server does, the campaign ends truly: nobody lost, nobody twice, others not held up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from envoi.adapters.database import open_database
from envoi.adapters.messages.smtp import SmtpMailer
from envoi.adapters.messages.smtp_connect import parse_server
from envoi.adapters.messages.smtp_patience import Patience
from envoi.adapters.messages.sqlite_ledger import SqliteLedger
from envoi.clock import FixedClock, Instant
from envoi.errors import MailerBusy, Unreachable
from envoi.messages.delivery import Delivered, Desk, Worker, deliver
from envoi.messages.ledger import State
from envoi.messages.retry import Retry
from envoi.messages.verdict import GO
from tests.adapters.messages.posting import letters as made
from tests.adapters.messages.posting import mailer_to, post
from tests.faults.send_campaign import CAMPAIGN, audience, letters
from tests.faults.smtp_server import (
    ACCEPTS_AND_DROPS,
    ACCEPTS_AND_RESETS,
    BUSY_BANNER,
    HANGS_UP,
    IS_SILENT,
    LOCAL_ERROR,
    NO_SUCH_USER,
    OK,
    PIPELINED,
    SPAM,
    Behaviour,
    FaultServer,
)

PEOPLE = 40
HOUR = 3_600_000_000
RETRY = Retry(first=timedelta(minutes=10), give_up_after=timedelta(hours=5))


class Server(FaultServer):
    """It takes envelopes with the message before, as most servers do."""

    @property
    def behaviour(self) -> Behaviour:
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self._behaviour = replace(behaviour, extensions=PIPELINED)


@dataclass
class Campaign:
    """A campaign in a ledger, and a clock that moves only when it is told to."""

    ledger: SqliteLedger
    clock: FixedClock

    def send(self, server: FaultServer, *, patience_s: float = 5.0, connections: int = 4) -> Delivered:
        """One run of a worker."""
        mailer = SmtpMailer(parse_server(f"{server.url}?connections={connections}"), patience=Patience.of(patience_s))
        with closing(mailer):
            desk = Desk(
                ledger=self.ledger,
                mailer=mailer,
                clock=self.clock,
                gate=lambda entries: [GO] * len(entries),
                render=letters,
            )
            return deliver(CAMPAIGN, desk, worker=Worker(name="w", batch=20, retry=RETRY))

    def later(self, hours: float) -> None:
        self.clock.at = Instant(self.clock.at + int(hours * HOUR))

    @property
    def states(self) -> Counter[State]:
        return Counter(entry.state for entry in self.ledger.entries(CAMPAIGN, limit=10**6))


@pytest.fixture
def campaign() -> Iterator[Campaign]:
    with closing(open_database(None)) as connection:
        ledger, clock = SqliteLedger(connection), FixedClock(Instant(HOUR))
        ledger.plan(CAMPAIGN, audience(PEOPLE), at=clock.at)
        yield Campaign(ledger, clock)


def holds(campaign: Campaign, server: FaultServer) -> None:
    """Nobody twice, and what the server kept is accepted or unknown."""
    by_id = {entry.message_id: entry for entry in campaign.ledger.entries(CAMPAIGN, limit=10**6)}
    assert len(by_id) == PEOPLE
    assert set(server.record.accepted.values()) <= {1}
    assert {by_id[name].state for name in server.record.accepted} <= {State.ACCEPTED, State.UNKNOWN}
    assert {name for name, one in by_id.items() if one.state is State.ACCEPTED} <= set(server.record.accepted)


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [(NO_SUCH_USER, State.REJECTED), (SPAM, State.REJECTED), (OK, State.ACCEPTED)],
)
def test_what_the_server_says_for_good_is_for_good(campaign: Campaign, behaviour: Behaviour, state: State) -> None:
    with Server(behaviour) as server:
        campaign.send(server)
        assert campaign.states == {state: PEOPLE}
        holds(campaign, server)
        server.behaviour = OK
        campaign.later(48)
        campaign.send(server)
        assert campaign.states == {state: PEOPLE}


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(mail="452 4.3.1 full"), Behaviour(rcpt="450 4.2.1 come back later"), LOCAL_ERROR],
)
def test_what_the_server_puts_off_comes_later_and_not_all_at_once(campaign: Campaign, behaviour: Behaviour) -> None:
    with Server(behaviour) as server:
        campaign.send(server)
        assert set(campaign.states) <= {State.DEFERRED, State.PLANNED}
        # After a few it leaves the destination alone, so not all were tried.
        assert 3 <= campaign.states[State.DEFERRED] < PEOPLE
        asked = len(server.record.commands)
        campaign.send(server)
        assert len(server.record.commands) <= asked + 3, "nothing is due yet"
        due = {entry.due for entry in campaign.ledger.entries(CAMPAIGN, state=State.DEFERRED)}
        assert len(due) > 1
        server.behaviour = OK
        for _ in range(9):
            campaign.later(1)
            campaign.send(server)
        assert campaign.states == {State.ACCEPTED: PEOPLE}
        holds(campaign, server)


def test_what_is_put_off_for_too_long_is_given_up(campaign: Campaign) -> None:
    with Server(Behaviour(rcpt="450 4.2.1 come back later")) as server:
        for _ in range(60):
            campaign.send(server)
            campaign.later(4)
    entries = list(campaign.ledger.entries(CAMPAIGN, limit=10**6))
    assert {entry.state for entry in entries} == {State.REJECTED}
    assert all(entry.reason.startswith("gave up after") and "450 4.2.1" in entry.reason for entry in entries)


@pytest.mark.parametrize("behaviour", [BUSY_BANNER, Behaviour(banner=IS_SILENT), Behaviour(banner=HANGS_UP)])
def test_a_server_that_is_not_there_costs_nobody_anything(campaign: Campaign, behaviour: Behaviour) -> None:
    with Server(behaviour) as server:
        done = campaign.send(server, patience_s=0.1)
        assert isinstance(done.stopped, MailerBusy | Unreachable)
        assert campaign.states == {State.PLANNED: PEOPLE}
        server.behaviour = OK
        campaign.send(server)
        assert campaign.states == {State.ACCEPTED: PEOPLE}
        holds(campaign, server)


@pytest.mark.parametrize(
    "behaviour", [ACCEPTS_AND_DROPS, ACCEPTS_AND_RESETS, Behaviour(verdict=IS_SILENT), Behaviour(verdict="2 50")]
)
def test_what_was_taken_without_a_word_is_unknown_and_not_sent_again(campaign: Campaign, behaviour: Behaviour) -> None:
    with Server(behaviour) as server:
        done = campaign.send(server, patience_s=0.1)
        unknown = campaign.states[State.UNKNOWN]
        # After ten it goes on no more by itself; other connections may have had one each.
        assert isinstance(done.stopped, Unreachable)
        assert 10 <= unknown == len(server.record.kept) <= 14
        server.behaviour = OK
        for _ in range(3):
            campaign.later(2)
            campaign.send(server)
        assert campaign.states == {State.UNKNOWN: unknown, State.ACCEPTED: PEOPLE - unknown}
        holds(campaign, server)


def test_a_server_that_takes_only_so_many_gets_only_so_many_and_the_rest_when_it_takes_more(campaign: Campaign) -> None:
    with Server(Behaviour(in_all=10)) as server:
        for most in (10, 20, 30, 40):
            server.behaviour = Behaviour(in_all=most)
            server.record.commands.clear()
            done = campaign.send(server)
            assert most == 40 or isinstance(done.stopped, MailerBusy)
            # Some envelopes for each of four connections, and not again and again.
            assert sum(command.startswith("MAIL") for command in server.record.commands) <= 14 + 3 * 4
            assert most - 4 <= server.record.taken <= most + 4
            campaign.later(1)
        campaign.send(server)
        server.behaviour = OK
        campaign.send(server)
        assert campaign.states == {State.ACCEPTED: PEOPLE}
        holds(campaign, server)


def test_one_mailbox_that_hangs_holds_up_nobody_else() -> None:
    letter_of_none, *others = made(60)
    stuck = Behaviour(answers={letter_of_none.recipient: IS_SILENT})
    with Server(stuck) as server, closing(mailer_to(server, connections=3, patience_s=0.5)) as mailer:
        ends, _ = post(mailer, [letter_of_none, *others])
    assert ends.pop(letter_of_none.message_id).state is State.DEFERRED
    assert {each.state for each in ends.values()} == {State.ACCEPTED}
    assert list(server.record.kept) != []


def test_a_server_that_changes_its_mind_all_the_time_doubles_nobody(campaign: Campaign) -> None:
    moods = [
        OK,
        ACCEPTS_AND_DROPS,
        replace(OK, per_connection=2),
        Behaviour(data="451 4.3.0 not now"),
        ACCEPTS_AND_RESETS,
        Behaviour(rcpt=HANGS_UP, resets=True),
        BUSY_BANNER,
        OK,
    ]
    with Server() as server:
        steps = iter(range(10**9))

        def change() -> None:
            server.behaviour = moods[next(steps) // 7 % len(moods)]

        server.listener = change
        for _ in range(12):
            campaign.send(server, patience_s=2)
            campaign.later(1)
        server.listener = lambda: None
        server.behaviour = OK
        for _ in range(4):
            campaign.later(4)
            campaign.send(server)
        assert set(campaign.states) <= {State.ACCEPTED, State.UNKNOWN, State.REJECTED}
        holds(campaign, server)
