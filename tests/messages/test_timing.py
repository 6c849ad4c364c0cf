"""Whether a mail may be sent now: one check at a time."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from envoi.clock import Instant, parse_instant
from envoi.events.event import PersonId
from envoi.messages.caps import Mail
from envoi.messages.gate import Known, consent, gate_of, verdict
from envoi.messages.ledger import Entry
from envoi.messages.schedule import Every, Schedule
from envoi.messages.timing import Quiet, Timing, When
from envoi.messages.verdict import GO, Skip, Verdict, Wait
from envoi.people.profile import Profile, Said, Trait
from envoi.settings import Cap, Delivery, MailKind, Per, QuietHours

ANNA = PersonId("anna")
ENTRY = Entry(campaign="weekly@2026-11-23", person=ANNA, address="anna@example.org", decision=1)
NIGHTS = (QuietHours(begins=time(21), ends=time(8)),)
A_DAY = Cap(most=1, name="1 per day", within=Per.DAY)
AT_NINE = Schedule(at=time(9), every=Every.WEEK, weekdays=frozenset({0}), is_personal=True)
QUIET = "quiet hours: 21:00 to 08:00"
LATE = "too late: it could not be sent within 24 hours of its time, or before the next"


def at(text: str) -> Instant:
    return parse_instant(f"2026-11-{text}Z")


def profile(zone: object = None, **consents: bool) -> Profile:
    said = {purpose: Said(granted=granted, at=Instant(1)) for purpose, granted in consents.items()}
    traits = {} if zone is None else {"time_zone": Trait(value=str(zone), at=Instant(1))}
    return Profile(person=ANNA, traits=traits, consent=said)


def timing(when: When | None = None, **more: object) -> Timing:
    values: dict[str, object] = {
        "run": ENTRY.campaign,
        "purpose": "news",
        "kind": MailKind.MARKETING,
        "when": when or When(schedule=AT_NINE),
        "delivery": Delivery(quiet_hours=NIGHTS, caps=(A_DAY,)),
        "zone": UTC,
        "day": date(2026, 11, 23),
        "planned_at": at("22T19:00"),
    }
    return Timing(**{**values, **more})  # type: ignore[arg-type]


def said(one: Timing, now: str, *, zone: str = "UTC", mails: tuple[Mail, ...] = ()) -> Verdict:
    return verdict(one.checks(), ENTRY, Known(now=at(now), profile=profile(zone), mails=mails))


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        ("UTC", "23T09:00"),
        ("Pacific/Auckland", "22T20:00"),
        ("America/Los_Angeles", "23T17:00"),
        ("Mars/Olympus", "23T09:00"),
        ("", "23T09:00"),
    ],
)
def test_each_is_due_on_their_own_clock_and_on_the_projects_where_theirs_is_not_known(zone: str, due: str) -> None:
    assert timing().due(profile(zone)) == at(due)
    assert timing().expires(profile(zone)) == at(due) + 24 * 3_600_000_000


def test_without_a_schedule_it_is_due_when_it_was_planned_and_never_too_late() -> None:
    by_hand = timing(When(), day=None, planned_at=at("20T10:00"))
    assert by_hand.due(profile()) == at("20T10:00")
    assert said(by_hand, "29T10:00") == GO
    # Unless its file says how late is too late.
    impatient = timing(When(late=timedelta(hours=24)), day=None, planned_at=at("20T10:00"))
    assert said(impatient, "21T09:59") == GO
    assert said(impatient, "21T10:00") == Skip(reason=LATE)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("23T20:59", GO),
        ("23T21:00", Wait(until=at("24T08:00"), reason=QUIET)),
        # In the morning it is not too late yet; an hour later it is.
        ("24T08:59", GO),
        ("24T09:00", Skip(reason=LATE)),
    ],
)
def test_quiet_hours_and_the_deadline(now: str, expected: Verdict) -> None:
    assert said(timing(), now) == expected


@pytest.mark.parametrize(
    ("quiet", "kind", "expected"),
    [
        (Quiet.WAIT, MailKind.MARKETING, Wait(until=at("24T08:00"), reason=QUIET)),
        (Quiet.DROP, MailKind.MARKETING, Skip(reason=QUIET)),
        (Quiet.IGNORE, MailKind.MARKETING, GO),
        (Quiet.DROP, MailKind.TRANSACTIONAL, GO),
    ],
)
def test_what_quiet_hours_do(quiet: Quiet, kind: MailKind, expected: Verdict) -> None:
    assert said(timing(When(schedule=AT_NINE, quiet=quiet), kind=kind), "23T22:00") == expected


def test_who_waits_past_the_deadline_is_left_out_at_once() -> None:
    hasty = timing(When(schedule=AT_NINE, late=timedelta(hours=20)))
    assert said(hasty, "23T22:00") == Skip(reason=QUIET)


def test_a_campaign_may_have_quiet_hours_of_its_own_or_none() -> None:
    assert said(timing(When(schedule=AT_NINE, quiet_hours=())), "23T22:00") == GO
    noon = (QuietHours(begins=time(12), ends=time(14)),)
    assert said(timing(When(schedule=AT_NINE, quiet_hours=noon)), "23T13:00") == Wait(
        until=at("23T14:00"), reason="quiet hours: 12:00 to 14:00"
    )


def test_who_is_capped_waits_for_room_or_is_left_out_if_that_is_too_late() -> None:
    had = (Mail(campaign="sale", at=at("23T07:00"), purpose="news"),)
    assert said(timing(), "23T09:00", mails=had) == Wait(until=at("24T00:00"), reason="at most 1 per day: had sale")
    hasty = timing(When(schedule=AT_NINE, late=timedelta(hours=12)))
    assert said(hasty, "23T09:00", mails=had) == Skip(reason="at most 1 per day: had sale")


def test_a_skip_comes_before_a_wait() -> None:
    # Capped until midnight, and in the middle of hours in which this campaign's mails are dropped.
    had = (Mail(campaign="sale", at=at("23T07:00"), purpose="news"),)
    drops = timing(When(schedule=AT_NINE, quiet=Quiet.DROP))
    assert said(drops, "23T22:00", mails=had) == Skip(reason=QUIET)


def test_the_calendar_day_is_the_persons_own() -> None:
    had = (Mail(campaign="sale", at=at("23T01:00"), purpose="news"),)
    # In Los Angeles that was yesterday.
    assert said(timing(), "23T18:00", zone="America/Los_Angeles", mails=had) == GO
    assert isinstance(said(timing(), "23T18:00", zone="Europe/Paris", mails=had), Wait)


@pytest.mark.parametrize(
    ("kind", "consents", "expected"),
    [
        (MailKind.MARKETING, {}, Skip(reason="never consented")),
        (MailKind.MARKETING, {"news": False}, Skip(reason="consent withdrawn")),
        (MailKind.MARKETING, {"news": True}, GO),
        (MailKind.TRANSACTIONAL, {}, GO),
        (MailKind.TRANSACTIONAL, {"other": False}, GO),
        (MailKind.TRANSACTIONAL, {"news": False}, Skip(reason="consent withdrawn")),
        (MailKind.TRANSACTIONAL, {"news": True}, GO),
    ],
)
def test_transactional_mail_needs_no_consent_and_heeds_an_objection(
    kind: MailKind, consents: dict[str, bool], expected: Verdict
) -> None:
    known = Known(now=at("23T09:00"), profile=profile(**consents))
    gate = gate_of([consent("news", kind)], lambda entries: {one.person: known for one in entries})
    assert gate([ENTRY]) == [expected]


def test_zones_that_were_renamed_are_known_by_both_names() -> None:
    both = {timing().zone_of(profile(name)).utcoffset(None) for name in ("Europe/Kiev", "Europe/Kyiv")}
    assert len(both) == 1
    assert timing().zone_of(profile("Europe/Kiev")) == ZoneInfo("Europe/Kiev")
    assert timing().zone_of(profile("Nowhere/At_All")) is UTC
