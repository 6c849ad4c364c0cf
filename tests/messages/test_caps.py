"""Caps: no stretch of time ever holds more mails than it may, and who is held back is told by what, and until when."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, duration, iso, parse_instant
from envoi.conditions.calendar import begins
from envoi.messages.caps import LOOK_AGAIN, Mail, capped, longest
from envoi.messages.wall_clock import shown
from envoi.settings import Cap, MailKind, Per

HOUR = duration(timedelta(hours=1))
START = parse_instant("2026-10-20T00:00:00Z")
NEW_YORK = ZoneInfo("America/New_York")

ANY_WEEK = Cap(most=3, name="3 in 7 days", within=timedelta(days=7))
A_DAY = Cap(most=1, name="1 per day", within=Per.DAY)
NEWS = Cap(most=1, name="1 of news in 24 hours", within=timedelta(hours=24), purpose="news")

some_caps = st.lists(
    st.builds(
        Cap,
        most=st.integers(1, 3),
        name=st.just("so many"),
        within=st.one_of(st.sampled_from(Per), st.integers(1, 200).map(lambda hours: timedelta(hours=hours))),
        kind=st.sampled_from([MailKind.MARKETING, MailKind.TRANSACTIONAL, None]),
        purpose=st.sampled_from(["", "news", "offers"]),
    ),
    min_size=1,
    max_size=3,
)
wishes = st.lists(
    st.builds(
        Mail,
        campaign=st.sampled_from("abc"),
        at=st.integers(0, 24 * 40).map(lambda hours: Instant(START + hours * HOUR)),
        kind=st.sampled_from(MailKind),
        purpose=st.sampled_from(["news", "offers"]),
    ),
    max_size=60,
)


def at(text: str) -> Instant:
    return parse_instant(f"2026-{text}Z")


def mail(campaign: str, when: str, **more: object) -> Mail:
    return Mail(campaign=campaign, at=at(when), **more)  # type: ignore[arg-type]


def counted(cap: Cap, mails: list[Mail]) -> list[Mail]:
    return [one for one in mails if cap.kind in {None, one.kind} and cap.purpose in {"", one.purpose}]


def most_at_once(cap: Cap, mails: list[Mail], zone: ZoneInfo) -> int:
    """The most mails in any stretch of the cap, the stretches tried one by one."""
    instants = [one.at for one in counted(cap, mails)]
    if not isinstance(cap.within, Per):
        span = duration(cap.within)
        return max((sum(end - span < one <= end for one in instants) for end in instants), default=0)
    names = {Per.DAY: "%Y-%m-%d", Per.WEEK: "%G-%V", Per.MONTH: "%Y-%m"}
    days = [f"{shown(one, zone):{names[cap.within]}}" for one in instants]
    return max((days.count(day) for day in days), default=0)


@given(some_caps, wishes)
def test_no_stretch_of_time_ever_holds_more_than_its_cap(caps: list[Cap], wanted: list[Mail]) -> None:
    sent: list[Mail] = []
    for wish in sorted(wanted, key=lambda one: one.at):
        held = capped(wish, sent, caps, zone=NEW_YORK)
        if held is None:
            sent.append(wish)
        else:
            # It was held back for good reason, and waits no longer than it must.
            assert most_at_once(held.cap, [*sent, wish], NEW_YORK) > held.cap.most
            assert held.until > wish.at
    assert all(most_at_once(cap, sent, NEW_YORK) <= cap.most for cap in caps)


@given(some_caps, wishes, st.integers(0, 24 * 40))
def test_a_mail_that_waited_as_long_as_it_was_told_can_be_sent(caps: list[Cap], wanted: list[Mail], hour: int) -> None:
    sent: list[Mail] = []
    for wish in sorted(wanted, key=lambda one: one.at):
        if capped(wish, sent, caps, zone=NEW_YORK) is None:
            sent.append(wish)
    now = max([one.at for one in sent], default=START)
    wish = Mail(campaign="x", at=Instant(now + hour * HOUR), purpose="news")
    held = capped(wish, sent, caps, zone=NEW_YORK)
    if held:
        then = Mail(campaign="x", at=held.until, purpose="news")
        earlier = Mail(campaign="x", at=Instant(held.until - 1), purpose="news")
        assert capped(then, sent, caps, zone=NEW_YORK) is None
        assert capped(earlier, sent, caps, zone=NEW_YORK) is not None


@given(st.sampled_from(Per), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_days_weeks_and_months_are_those_of_the_persons_own_calendar(per: Per, day: date) -> None:
    cap = Cap(most=1, name="", within=per)
    sent = Mail(campaign="a", at=begins(day, NEW_YORK))
    last = capped(Mail(campaign="b", at=sent.at), [sent], [cap], zone=NEW_YORK)
    assert last is not None
    names = {Per.DAY: "%Y-%m-%d", Per.WEEK: "%G-%V", Per.MONTH: "%Y-%m"}
    before, after = (f"{shown(Instant(last.until - n), NEW_YORK):{names[per]}}" for n in (1, 0))
    assert before == f"{day:{names[per]}}" != after


@pytest.mark.parametrize(
    ("others", "until", "reason"),
    [
        (["11-16T09:00", "11-18T09:00"], "", ""),
        # The first of three leaves the week at 09:00 on the 23rd.
        (["11-16T09:30", "11-18T09:00", "11-19T09:00"], "11-23T09:30", "at most 3 in 7 days: had a"),
        # Exactly so long ago counts no more.
        (["11-16T09:00", "11-18T09:00", "11-19T09:00"], "", ""),
        # Somebody lowered the cap: two have to leave.
        (["11-16T12:00", "11-17T09:00", "11-18T09:00", "11-19T09:00"], "11-24T09:00", "at most 3 in 7 days: had a"),
    ],
)
def test_any_seven_days(others: list[str], until: str, reason: str) -> None:
    held = capped(mail("b", "11-23T09:00"), [mail("a", one) for one in others], [ANY_WEEK], zone=UTC)
    assert (held.until, held.reason) == (at(until), reason) if held else not until


def test_the_cap_that_holds_longest_is_told() -> None:
    others = [mail("a", "11-23T08:00", purpose="news"), mail("b", "11-20T08:00"), mail("c", "11-19T08:00")]
    held = capped(mail("d", "11-23T09:00", purpose="news"), others, [A_DAY, NEWS, ANY_WEEK], zone=UTC)
    assert held
    assert (held.cap, held.reason) == (ANY_WEEK, "at most 3 in 7 days: had a, b, c")
    assert iso(held.until) == "2026-11-26T08:00:00Z"


def test_what_is_transactional_neither_counts_nor_is_held_back_unless_the_cap_says_so() -> None:
    receipt = mail("receipt", "11-23T08:00", kind=MailKind.TRANSACTIONAL)
    assert capped(mail("a", "11-23T09:00"), [receipt], [A_DAY], zone=UTC) is None
    assert capped(receipt, [mail("a", "11-23T07:00")], [A_DAY], zone=UTC) is None
    of_all = Cap(most=1, name="1 per day", within=Per.DAY, kind=None)
    assert capped(receipt, [mail("a", "11-23T07:00")], [of_all], zone=UTC)


def test_a_mail_yields_to_one_that_matters_more() -> None:
    sale = mail("sale", "11-23T15:00", priority=1, is_sent=False)
    weekly = mail("weekly", "11-23T09:00", priority=50)
    held = capped(weekly, [sale], [A_DAY], zone=UTC)
    assert held
    assert (held.reason, held.until) == ("at most 1 per day: sale comes first", sale.at)
    # The other way round it does not; nor does it between equals, nor where that one is due another day.
    assert capped(sale, [mail("weekly", "11-23T09:00", priority=50, is_sent=False)], [A_DAY], zone=UTC) is None
    assert capped(weekly, [mail("sale", "11-23T15:00", priority=50, is_sent=False)], [A_DAY], zone=UTC) is None
    assert capped(weekly, [mail("sale", "11-24T00:00", priority=1, is_sent=False)], [A_DAY], zone=UTC) is None


def test_it_looks_again_for_one_that_could_be_sent_at_any_moment() -> None:
    late = mail("sale", "11-23T08:00", priority=1, is_sent=False)
    held = capped(mail("weekly", "11-23T09:00"), [late], [A_DAY], zone=UTC)
    assert held
    assert held.until == at("11-23T09:00") + duration(LOOK_AGAIN)


def test_where_there_is_room_for_two_nobody_yields() -> None:
    two = Cap(most=2, name="2 per day", within=Per.DAY)
    others = [mail("sale", "11-23T15:00", priority=1, is_sent=False)]
    assert capped(mail("weekly", "11-23T09:00"), others, [two], zone=UTC) is None
    had = [*others, mail("welcome", "11-23T08:00")]
    held = capped(mail("weekly", "11-23T09:00"), had, [two], zone=UTC)
    assert held
    assert held.reason == "at most 2 per day: had welcome and sale comes first"


def test_how_far_back_mails_matter() -> None:
    lengths = [longest([cap]) for cap in (A_DAY, ANY_WEEK, Cap(most=1, name="", within=Per.MONTH))]
    assert all(one < other for one, other in pairwise(lengths))
    assert longest([]) == timedelta(0)
