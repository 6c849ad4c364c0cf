"""Consent: the whole speaks for its topics, a topic for itself, and a pause ends by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.people.consent import allows, objection, pause, paused_until, refusal
from envoi.people.profile import Profile, Said

NEWS, WINE = "newsletter", "newsletter/wine"


def profile(**said: bool | None) -> Profile:
    words = {NEWS: said.get("news"), WINE: said.get("wine")}
    consent = {name: Said(granted=yes, at=Instant(1)) for name, yes in words.items() if yes is not None}
    return Profile(person=PersonId("ada"), consent=consent)


@pytest.mark.parametrize(
    ("news", "wine", "allowed"),
    [
        (None, None, False),
        (None, True, False),
        (None, False, False),
        (True, None, True),
        (True, True, True),
        (True, False, False),
        (False, None, False),
        (False, True, False),
        (False, False, False),
    ],
)
def test_a_topic_is_open_if_the_whole_is_and_it_is_not_closed(
    news: bool | None, wine: bool | None, allowed: bool
) -> None:
    ada = profile(news=news, wine=wine)
    assert allows(ada, WINE) is allowed
    assert (refusal(ada, WINE) == "") is allowed
    assert allows(ada, NEWS) is (news is True)


def test_why_it_is_closed() -> None:
    assert refusal(profile(), WINE) == "never consented"
    assert refusal(profile(news=False), WINE) == "consent withdrawn"
    assert objection(profile(), WINE) == ""
    assert objection(profile(news=False, wine=True), WINE) == "consent withdrawn"


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_pause_of_the_whole_or_of_the_topic_holds_until_its_end(news: int, wine: int, now: int) -> None:
    consent = {
        NEWS: Said(granted=True, at=Instant(0), paused_until=Instant(news)),
        WINE: Said(granted=True, at=Instant(0), paused_until=Instant(wine)),
    }
    ada = Profile(person=PersonId("ada"), consent=consent)
    until = max(news, wine)
    assert paused_until(ada, WINE, Instant(now)) == (until if until > now else None)
    assert bool(pause(ada, WINE, Instant(now))) is (until > now)
    assert bool(pause(ada, NEWS, Instant(now))) is (news > now)
    assert pause(ada, "receipts", Instant(now)) == ""
    # A pause is no refusal.
    assert refusal(ada, WINE) == ""
