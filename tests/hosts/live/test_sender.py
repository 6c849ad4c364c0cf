"""Campaigns begin when they are due and are sent in turn, by a clock that is turned by hand."""

from __future__ import annotations

import getpass
from dataclasses import replace
from pathlib import Path

import pytest

from envoi.clock import FixedClock
from envoi.hosts.local import open_project
from envoi.messages.ledger import State
from envoi.messages.order import Command, Order
from tests.hosts.live.mailing import START, campaign, introduce, office, write

AT_NINE = '\nat = "09:00"\nevery = "day"\n'
PERSONAL = f'{AT_NINE}time_zone = "person"\n'


def order(command: Command, rate: int | None = None) -> Order:
    return Order(command=command, by=getpass.getuser(), rate_per_h=rate)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, {"daily": campaign(AT_NINE)})
    introduce(tmp_path)
    return tmp_path


def test_a_daily_campaign_is_sent_every_day_at_its_time(root: Path) -> None:
    with office(root) as at_work:
        at_work.until("23T07:45")
        assert at_work.runs() == []
        at_work.until("25T09:00")
        assert at_work.runs() == ["daily@2026-11-23", "daily@2026-11-24", "daily@2026-11-25"]
        # 09:00 in Berlin.
        assert at_work.sent_at("daily@2026-11-24") == dict.fromkeys(["anna", "ben", "carl", "dora"], "08:00")


def test_each_person_gets_it_at_that_time_of_their_own(root: Path) -> None:
    write(root, {"daily": campaign(PERSONAL)})
    with office(root) as at_work:
        at_work.until("25T00:00")
        # The first to be due anywhere would have been before the schedule was known.
        assert "daily@2026-11-23" not in at_work.runs()
        # 09:00 in New York; whose time zone is not known, or is none, has the project's.
        expected = {"anna": "08:00", "ben": "14:00", "carl": "08:00", "dora": "08:00"}
        assert at_work.sent_at("daily@2026-11-24") == expected
    with open_project(root, read_only=True) as envoi:
        carl = next(envoi.stores.statement.entries("daily@2026-11-24", person="carl"))
        (decision,) = envoi.stores.archive.fetch([carl.decision])
        assert "time zone 'Mars/Olympus' is not known: Europe/Berlin is used" in str(decision.event.props["reasons"])


def test_after_an_outage_only_the_last_is_sent_and_only_within_its_deadline(root: Path) -> None:
    with office(root) as at_work:
        at_work.until("23T09:00")
        # Nothing ran for three days.
        at_work.clock.at = START + 3 * 86_400_000_000 + 6 * 3_600_000_000  # type: ignore[assignment]
        at_work.until("26T12:30")
        assert at_work.runs() == ["daily@2026-11-23", "daily@2026-11-26"]
    write(root, {"daily": campaign(AT_NINE, deadline="2 hours")})
    with office(root) as at_work:
        at_work.until("23T06:00")
        at_work.clock.at = START + 7 * 86_400_000_000 + 6 * 3_600_000_000  # type: ignore[assignment]
        at_work.until("30T12:30")
        assert "daily@2026-11-30" not in at_work.runs()


def test_a_schedule_that_is_new_does_not_make_up_for_what_was_before(root: Path) -> None:
    with office(root) as at_work:
        at_work.until("23T12:00")
        # Somebody moves it to a time that is over for today, and adds another such.
        write(root, {"daily": campaign(AT_NINE.replace("09", "08")), "second": campaign(AT_NINE)})
        at_work.until("23T22:00")
        assert at_work.runs() == ["daily@2026-11-23"]
        # One that names its very day is meant.
        write(
            root, {"once": campaign('\nat = "2026-11-23T21:00"\n'), "from": campaign(f"{AT_NINE}starts = 2026-11-23\n")}
        )
        at_work.until("23T23:00")
        assert at_work.runs() == ["daily@2026-11-23", "from@2026-11-23", "once"]


def test_mail_waits_for_the_end_of_quiet_hours_or_is_dropped(root: Path) -> None:
    quiet = '[delivery]\nquiet_hours = [{ from = "08:00", to = "10:00" }]\n'
    write(root, {"waits": campaign(AT_NINE), "drops": campaign(AT_NINE, quiet="drop")}, delivery=quiet)
    with office(root) as at_work:
        at_work.until("23T08:30")
        assert at_work.rounds.sender.post.statement.tally("waits@2026-11-23") == {
            (State.ACCEPTED, ""): 1,
            (State.PLANNED, "quiet hours: 08:00 to 10:00"): 3,
        }
        at_work.until("23T12:00")
        # In New York it was the middle of the night.
        assert at_work.sent_at("waits@2026-11-23") == {
            "anna": "09:00",
            "ben": "08:00",
            "carl": "09:00",
            "dora": "09:00",
        }
        assert at_work.rounds.sender.post.statement.tally("drops@2026-11-23") == {
            (State.ACCEPTED, ""): 1,
            (State.SKIPPED, "quiet hours: 08:00 to 10:00"): 3,
        }


def test_who_was_capped_and_by_what_is_told(root: Path) -> None:
    cap = '[[delivery.caps]]\nmost = 1\nper = "day"\n'
    write(
        root,
        {"first": campaign(AT_NINE, priority=1), "second": campaign(AT_NINE.replace("09", "10"), deadline="3 hours")},
        delivery=cap,
    )
    with office(root) as at_work:
        at_work.until("23T15:00")
        assert at_work.states("first@2026-11-23") == {"accepted": 4}
        reason = "at most 1 per day: had first@2026-11-23"
        assert at_work.rounds.sender.post.statement.tally("second@2026-11-23") == {(State.SKIPPED, reason): 4}


def test_pause_resume_cancel_and_rate_are_honoured(root: Path) -> None:
    write(root, {"daily": campaign(AT_NINE, rate_per_hour=2)})
    with office(root) as at_work:
        at_work.until("23T08:00")
        ledger = at_work.rounds.sender.post.ledger
        run = "daily@2026-11-23"
        assert at_work.states(run) == {"accepted": 1, "planned": 3}
        ledger.order(run, order(Command.PAUSE), at=at_work.clock.at)
        at_work.until("23T12:00")
        assert at_work.states(run)["accepted"] == 1
        ledger.order(run, order(Command.RESUME), at=at_work.clock.at)
        at_work.until("23T12:30")
        assert 2 <= at_work.states(run)["accepted"] <= 3
        ledger.order(run, order(Command.RATE, 0), at=at_work.clock.at)
        at_work.until("23T12:31")
        assert at_work.states(run) == {"accepted": 4}
        at_work.until("24T08:00")
        ledger.order("daily@2026-11-24", order(Command.CANCEL), at=at_work.clock.at)
        at_work.until("24T20:00")
        assert at_work.states("daily@2026-11-24") == {"accepted": 1, "cancelled": 3}


def test_what_a_person_sends_by_hand_stays_theirs_until_they_let_it_go_on(root: Path) -> None:
    write(root, {"sale": campaign()})
    with open_project(root) as envoi:
        replace(envoi, clock=FixedClock(START)).freeze("sale")
    with office(root) as at_work:
        now = START
        at_work.until(now)
        assert at_work.states("sale") == {"planned": 4}
        at_work.rounds.sender.post.ledger.order("sale", order(Command.RESUME), at=now)
        at_work.until(now)
        assert at_work.states("sale") == {"accepted": 4}


def test_a_domain_that_is_new_sends_a_few_a_day_and_campaigns_share_them(root: Path) -> None:
    days = '[delivery.warm_up."example.org"]\nstarts = 2026-11-23\nper_day = [2, 2, 2, 2]\n'
    warm = f'[delivery]\ndeadline = "5 days"\n{days}'
    once = '\nat = "2026-11-23T09:00"\n'
    write(root, {"one": campaign(once), "two": campaign(once)}, delivery=warm)
    with office(root) as at_work:
        for day, sent in (("23", 1), ("24", 2), ("25", 3), ("26", 4)):
            at_work.until(f"{day}T22:00")
            assert [at_work.states(run)["accepted"] for run in ("one", "two")] == [sent, sent]


def test_mistakes_in_the_files_stop_nothing_that_has_begun(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(root, {"daily": campaign(PERSONAL)})
    with office(root) as at_work:
        at_work.until("24T08:00")
        (root / "campaigns/broken.toml").write_text("audience = 1\n", encoding="utf-8")
        at_work.until("25T12:00")
        assert at_work.states("daily@2026-11-24") == {"accepted": 4}
        # The next had begun the evening before, somewhere in the Pacific, but for the mistake.
        assert at_work.runs() == ["daily@2026-11-24"]
        assert [one.getMessage() for one in caplog.records].count(caplog.records[-1].getMessage()) == 1
        assert "what is scheduled waits: campaigns/broken.toml:1" in caplog.text
        (root / "campaigns/broken.toml").unlink()
        at_work.until("25T22:00")
        assert "daily@2026-11-26" in at_work.runs()


def test_campaigns_that_wait_have_their_turns(root: Path) -> None:
    introduce(root, dict.fromkeys(f"p{n:03}" for n in range(500)))
    write(root, {"big": campaign('\nat = "2026-11-23T09:00"\n'), "small": campaign('\nat = "2026-11-23T09:00"\n')})
    with office(root) as at_work:
        at_work.until("23T07:45")
        at_work.rounds.turn_s = 1.0
        ticks = iter(range(1 << 30))
        at_work.rounds.seconds = lambda: next(ticks) / 4
        at_work.clock.at = START + 2 * 3_600_000_000  # type: ignore[assignment]
        at_work.rounds.go_round()
        first = {run: at_work.states(run)["accepted"] for run in at_work.runs()}
        at_work.rounds.go_round()
        second = {run: at_work.states(run)["accepted"] for run in at_work.runs()}
        # The first had to stop so that the second began before it was done.
        assert sorted(first) == ["big", "small"]
        assert 0 < first["big"] < 504
        assert second["small"] > first["small"] == 0
        while at_work.rounds.go_round():
            pass
        assert [at_work.states(run) for run in ("big", "small")] == [{"accepted": 504}] * 2
