"""Weeks of mail, simulated: no cap is ever exceeded, nobody is disturbed, and each mail comes to an end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envoi.adapters.messages.memory_ledger import MemoryLedger
from envoi.campaigns.campaign import Campaign
from envoi.campaigns.project import load
from envoi.campaigns.timing import Timings
from envoi.clock import FixedClock, Instant, duration, parse_instant
from envoi.conditions.tree import All
from envoi.errors import InvalidProject
from envoi.events.event import PersonId
from envoi.messages.gate import Known, gate_of
from envoi.messages.ledger import FINAL, Entry, Lease, Receipt, State, Work
from envoi.messages.look import CountedMails
from envoi.messages.order import Command, Order
from envoi.messages.quiet import is_never_open, is_quiet
from envoi.messages.schedule import Every, Schedule, run_name
from envoi.messages.timing import Quiet, When
from envoi.messages.wall_clock import shown
from envoi.people.profile import Profile, Trait
from envoi.settings import Cap, Delivery, MailKind, Per, QuietHours, Sender, Settings, Shop
from tests.campaigns.corner import FILES
from tests.laws.sources import ROOT
from tests.messages.test_caps import most_at_once
from tests.messages.test_quiet import some_hours

START = parse_instant("2026-10-17T00:00:00Z")
HOUR = duration(timedelta(hours=1))
#: Clocks are changed within these weeks, in Europe on one Sunday and in America on the next.
WEEKS = 3
END = Instant(START + WEEKS * 7 * 24 * HOUR)

SETTINGS = Settings(
    name="Corner", shop=Shop(name="Corner", address="1 Main Street"), sender=Sender(name="Corner", email="a@b.example")
)


@dataclass
class World:
    """People in their zones, campaigns in their ledger, and a clock that goes from one thing due to the next."""

    people: Mapping[PersonId, Profile]
    timings: Timings
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    now: Instant = START

    def live(self) -> None:
        """Begins what is due and sends what may be sent, until all is over."""
        while self.now < END + 40 * 24 * HOUR:
            if self.now < END:
                self.begin()
            dues = [due for run in self.ledger.campaigns() if (due := self.send(run)) is not None]
            hourly = Instant(self.now + HOUR - self.now % HOUR)
            following = min([*dues, *([hourly] if self.now < END else [])], default=Instant(END * 2))
            self.now = max(Instant(self.now + 1), following)

    def begin(self) -> None:
        """Plans each occurrence that has begun."""
        delivery, zone = self.timings.settings.delivery, self.timings.settings.zone
        for name, campaign in self.timings.campaigns.items():
            schedule = campaign.when.schedule
            assert schedule
            for day in schedule.open_at(self.now, zone, campaign.when.late or delivery.late):
                run = run_name(name, schedule, day)
                timing = self.timings.of(run, planned_at=self.now)
                assert timing.day == day
                dues = {person: timing.due(profile) for person, profile in self.people.items()}
                entries = [
                    Entry(campaign=run, person=person, address=person, decision=1, due=due)
                    for person, due in dues.items()
                    if due is not None
                ]
                self.ledger.plan(run, entries, at=self.now)

    def send(self, run: str) -> Instant | None:
        """Takes turns until there is nothing to claim; when there may be more."""
        timing = self.timings.of(run, planned_at=self.ledger.campaigns()[run].at)
        lease = Lease(worker="w", size=10, now=self.now, until=Instant(self.now + HOUR))
        gate, work = gate_of(timing.checks(), self.look), Work()
        while True:
            turned = self.ledger.turn(run, work, lease, gate=gate, book=lambda _: None)
            accepted = Receipt(state=State.ACCEPTED, at=self.now)
            work = Work(ready=turned.claimed, settled=[(one, accepted) for one in turned.released])
            if not (work.ready or work.settled):
                return turned.again_at

    def look(self, entries: Sequence[Entry]) -> Mapping[str, Known]:
        caps, clock = self.timings.settings.delivery.caps, FixedClock(self.now)
        mails = CountedMails(statement=self.ledger, timings=self.timings, clock=clock, caps=caps)(entries)
        return {
            one.person: Known(now=self.now, profile=self.people[one.person], mails=mails.get(one.person, ()))
            for one in entries
        }


def campaign(name: str, **more: object) -> Campaign:
    values: dict[str, object] = {"audience": All(()), "audience_text": "", "purpose": "news", "template": ""}
    return Campaign(name=name, **{**values, **more})  # type: ignore[arg-type]


clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
schedules = st.one_of(
    st.builds(Schedule, at=clock_times, every=st.just(Every.DAY), is_personal=st.booleans()),
    st.builds(
        Schedule,
        at=clock_times,
        every=st.just(Every.WEEK),
        weekdays=st.frozensets(st.integers(0, 6), min_size=1),
        is_personal=st.booleans(),
    ),
    st.builds(
        Schedule,
        at=clock_times,
        every=st.just(Every.ONCE),
        starts=st.dates(date(2026, 10, 18), date(2026, 11, 5)),
        is_personal=st.booleans(),
    ),
)
whens = st.builds(
    When,
    schedule=schedules,
    late=st.sampled_from([None, timedelta(hours=3), timedelta(hours=30), timedelta(days=10)]),
    quiet=st.sampled_from(Quiet),
    priority=st.integers(1, 3),
)
campaigns = st.lists(
    st.tuples(whens, st.sampled_from([*MailKind, MailKind.MARKETING]), st.sampled_from(["news", "offers"])),
    min_size=1,
    max_size=4,
)
caps = st.lists(
    st.builds(
        Cap,
        most=st.integers(1, 3),
        name=st.just("so many"),
        within=st.one_of(st.sampled_from(Per), st.integers(2, 200).map(lambda hours: timedelta(hours=hours))),
        kind=st.sampled_from([MailKind.MARKETING, None]),
        purpose=st.sampled_from(["", "news"]),
    ),
    max_size=3,
).map(tuple)
zones = st.lists(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "Mars/Olympus", ""]),
    min_size=1,
    max_size=2,
    unique=True,
)


@settings(max_examples=15)
@given(campaigns, caps, some_hours.filter(lambda hours: not is_never_open(hours)), zones)
def test_weeks_of_mail(
    planned: list[tuple[When, MailKind, str]],
    capped: tuple[Cap, ...],
    hours: tuple[QuietHours, ...],
    named: list[str],
) -> None:
    people = {
        PersonId(zone or "nobody knows"): Profile(
            person=PersonId(zone), traits={"time_zone": Trait(value=zone, at=Instant(1))}
        )
        for zone in named
    }
    found = {
        f"c{n}": campaign(f"c{n}", when=when, kind=kind, purpose=purpose)
        for n, (when, kind, purpose) in enumerate(planned)
    }
    delivery = Delivery(quiet_hours=hours, caps=capped)
    world = World(people, Timings(settings=replace(SETTINGS, delivery=delivery), campaigns=found))
    world.live()
    entries = list(world.ledger.entries(limit=1 << 30))
    for person, profile in people.items():
        mine = [one for one in entries if one.person == person]
        sent = [
            (one, world.timings.of(one.campaign, planned_at=world.ledger.campaigns()[one.campaign].at))
            for one in mine
            if one.state is State.ACCEPTED
        ]
        # No stretch of time ever holds more than its cap.
        mails = [timing.mail(one.at, is_sent=True) for one, timing in sent]
        zone = world.timings.of("c0", planned_at=START).zone_of(profile)
        assert isinstance(zone, ZoneInfo) or zone is UTC
        assert all(most_at_once(cap, mails, zone) <= cap.most for cap in capped)  # type: ignore[arg-type]
        for one, timing in sent:
            # Nobody is written to in quiet hours, nor before the time, nor when it is too late.
            disturbs = timing.kind is MailKind.TRANSACTIONAL or timing.when.quiet is Quiet.IGNORE
            assert disturbs or not is_quiet(hours, shown(one.at, zone))
            assert timing.due(profile) is not None
            assert (timing.due(profile) or 0) <= one.at < timing.expires(profile)
        # Each mail comes to an end: it was sent, or there is a reason why not.
        assert all(one.state in FINAL for one in mine)
        assert all(one.reason for one in mine if one.state is not State.ACCEPTED)


def test_without_caps_and_quiet_hours_each_day_brings_one_mail() -> None:
    daily = When(schedule=Schedule(at=time(2, 30), every=Every.DAY, is_personal=True))
    people = {
        PersonId(zone): Profile(person=PersonId(zone), traits={"time_zone": Trait(value=zone, at=Instant(1))})
        for zone in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
    }
    world = World(people, Timings(settings=SETTINGS, campaigns={"daily": campaign("daily", when=daily)}))
    world.live()
    for person in people:
        sent = [one.at for one in world.ledger.entries(person=person, limit=1 << 30) if one.state is State.ACCEPTED]
        # The first may be late, as the world had not begun.
        days = [shown(at, ZoneInfo(person)).date() for at in sent[1:]]
        assert len(days) >= WEEKS * 7 - 2
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


def test_a_lesser_campaign_yields_to_one_that_comes_later_the_same_day() -> None:
    found = {
        name: campaign(
            name,
            when=When(
                schedule=Schedule(at=at, every=Every.DAY, is_personal=True), late=timedelta(hours=6), priority=priority
            ),
        )
        for name, at, priority in (("lesser", time(9), 50), ("greater", time(15), 1))
    }
    delivery = Delivery(caps=(Cap(most=1, name="1 per day", within=Per.DAY),))
    anna = PersonId("anna")
    world = World({anna: Profile(person=anna)}, Timings(settings=replace(SETTINGS, delivery=delivery), campaigns=found))
    world.live()
    # One of the day before was over before the world began.
    entries = [one for one in world.ledger.entries(person=anna, limit=1 << 30) if one.campaign[-2:] not in {"15", "16"}]
    assert {one.state for one in entries if one.campaign.startswith("greater")} == {State.ACCEPTED}
    # On the last no greater one was begun.
    lesser = [one for one in entries if one.campaign.startswith("lesser")][:-1]
    assert {one.state for one in lesser} == {State.SKIPPED}
    assert all("1 per day" in one.reason for one in lesser)


def test_a_campaign_that_is_paused_keeps_no_place() -> None:
    found = {name: campaign(name, when=When(priority=priority)) for name, priority in (("lesser", 50), ("greater", 1))}
    delivery = Delivery(caps=(Cap(most=1, name="1 per day", within=Per.DAY),))
    anna = PersonId("anna")
    world = World({anna: Profile(person=anna)}, Timings(settings=replace(SETTINGS, delivery=delivery), campaigns=found))
    for name in found:
        world.ledger.plan(name, [Entry(campaign=name, person=anna, address="a@b", decision=1)], at=START)
    held = world.send("lesser")
    assert held is not None
    (waiting,) = world.ledger.entries("lesser")
    assert (waiting.state, waiting.reason) == (State.PLANNED, "at most 1 per day: greater comes first")
    world.ledger.order("greater", Order(command=Command.PAUSE, by="anna"), at=START)
    world.now = held
    world.send("lesser")
    (sent,) = world.ledger.entries("lesser")
    assert sent.state is State.ACCEPTED


SCHEDULED = """
kind = "transactional"
priority = 3
rate_per_hour = 500
deadline = "6 hours"
quiet = "drop"
quiet_hours = [{ from = "22:00", to = 06:00:00, days = ["friday"] }]

[schedule]
at = "09:30"
every = "month"
day = "last"
starts = 2026-11-01
time_zone = "person"
"""
DELIVERY = """
[delivery]
deadline = "12 hours"
quiet_hours = [{ from = "21:00", to = "08:00" }]

[[delivery.caps]]
most = 3
within = "7 days"

[[delivery.caps]]
most = 1
per = "day"
purpose = "newsletter"
kind = "any"
"""


def with_keys(campaign: str = "", delivery: str = "") -> dict[str, str]:
    """The corner shop, with more in its settings, and in its first campaign before its first table."""
    name = next(file for file in FILES if file.startswith("campaigns/"))
    keys, _, table = campaign.partition("[schedule]")
    schedule = f"\n[schedule]{table}" if table else ""
    return {
        **FILES,
        name: f"{keys}\n{FILES[name]}\n{schedule}",
        "envoi.toml": f"{FILES['envoi.toml']}\n{delivery}",
    }


def test_files_say_when() -> None:
    project = load(with_keys(SCHEDULED, DELIVERY))
    found = next(iter(project.campaigns.values()))
    schedule = Schedule(at=time(9, 30), every=Every.MONTH, day=31, starts=date(2026, 11, 1), is_personal=True)
    assert found.kind is MailKind.TRANSACTIONAL
    assert found.when == When(
        schedule=schedule,
        late=timedelta(hours=6),
        quiet=Quiet.DROP,
        quiet_hours=(QuietHours(begins=time(22), ends=time(6), days=frozenset({4})),),
        priority=3,
        rate_per_h=500,
    )
    delivery = project.settings.delivery
    assert delivery.late == timedelta(hours=12)
    assert [cap.name for cap in delivery.caps] == ["3 in 7 days", "1 of newsletter per day"]
    assert [cap.kind for cap in delivery.caps] == [MailKind.MARKETING, None]


@pytest.mark.parametrize(
    ("schedule", "mistake"),
    [
        ('at = "09:00"', "add the day to at"),
        ('at = "2026-11-23T09:00"\nevery = "day"', "at has a day, so it is sent once"),
        ('at = "2026-11-23T09:00Z"', "this time is on the clocks of time_zone"),
        ('at = "nine"\nevery = "day"', "a time of day is written as '09:00'"),
        ('at = "09:00"\nevery = "week"', "every = 'week' and days = ['monday'] go together"),
        ('at = "09:00"\nevery = "day"\ndays = ["monday"]', "every = 'week' and days = ['monday'] go together"),
        ('at = "09:00"\nevery = "month"', "every = 'month' and day = 1"),
        ('at = "09:00"\nevery = "month"\nday = 32', "a day of the month is a number from 1 to 31"),
        ('at = "09:00"\nevery = "weekly"', "did you mean 'week'?"),
        ('at = "09:00"\nevery = "day"\nends = 2026-01-01\nstarts = 2026-02-01', "it ends before it starts"),
        ('at = "09:00"\nevery = "day"\ntimezone = "person"', "did you mean 'time_zone'?"),
    ],
)
def test_what_a_schedule_cannot_mean_is_told(schedule: str, mistake: str) -> None:
    with pytest.raises(InvalidProject) as told:
        load(with_keys(f"[schedule]\n{schedule}"))
    assert mistake in str(told.value)
    assert told.value.mistakes[0].at.line > 1


@pytest.mark.parametrize(
    ("delivery", "mistake"),
    [
        ('deadline = "soon"', "a length of time is written as '24 hours'"),
        ('quiet_hours = [{ from = "00:00", to = "00:00" }]', "it is always quiet"),
        ('quiet_hours = [{ from = "25:00", to = "08:00" }]', "a time of day is written as '09:00'"),
        ('[[delivery.caps]]\nmost = 0\nper = "day"', "greater than or equal to 1"),
        ("[[delivery.caps]]\nmost = 1", "within = '7 days'"),
        ('[[delivery.caps]]\nmost = 1\nper = "day"\nwithin = "7 days"', "within = '7 days'"),
        (
            '[delivery.warm_up."else.example"]\nstarts = 2026-11-01\nper_day = [5]',
            "no mail is sent from 'else.example'",
        ),
    ],
)
def test_what_delivery_cannot_mean_is_told(delivery: str, mistake: str) -> None:
    with pytest.raises(InvalidProject) as told:
        load(with_keys(delivery=f"[delivery]\n{delivery}"))
    assert mistake in str(told.value)


def test_an_occurrence_is_a_campaign_of_its_own() -> None:
    project = load(with_keys(SCHEDULED))
    name = next(iter(project.campaigns))
    one = project.campaign(f"{name}@2026-11-30")
    assert (one.name, one.audience) == (f"{name}@2026-11-30", project.campaign(name).audience)
    timing = project.timings.of(one.name, planned_at=START)
    assert timing.day == date(2026, 11, 30)
    assert project.timings.of("gone@2026-11-30", planned_at=START).kind is MailKind.MARKETING


def test_a_campaign_that_is_sent_once_begins_by_its_schedule_or_by_hand() -> None:
    once = Schedule(at=time(9), every=Every.ONCE, starts=date(2026, 11, 23))
    timings = Timings(settings=SETTINGS, campaigns={"sale": campaign("sale", when=When(schedule=once))})
    at_ten = parse_instant("2026-11-23T10:00:00Z")
    assert timings.of("sale", planned_at=at_ten).day == date(2026, 11, 23)
    early = timings.of("sale", planned_at=parse_instant("2026-11-20T10:00:00Z"))
    assert (early.day, early.due(None)) == (None, early.planned_at)
    due = timings.of("sale", planned_at=at_ten).due(None)
    assert due == parse_instant("2026-11-23T09:00:00Z")


def test_the_files_of_the_how_to_are_good() -> None:
    text = (ROOT / "docs/how-to/schedule-campaigns.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 5
    for block in blocks:
        load(with_keys(block) if "# campaigns/" in block else with_keys(delivery=block))
