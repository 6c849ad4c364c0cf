"""A click says no once; a new yes can be answered by a new no."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.events.event import PersonId, Stored
from envoi.messages.links import Reader
from envoi.messages.unsubscribe import withdrawal
from envoi.people.consent import allows
from envoi.people.profile import Profile, Said, fold

ADA = PersonId("ada")
LINK = Reader(ADA, "newsletter", "hello")


def who_said(at: int, *, granted: bool) -> Profile:
    return Profile(person=ADA, consent={"newsletter": Said(granted=granted, at=Instant(at))}, seq=1)


def after_a_click(profile: Profile | None, now: int) -> Profile:
    event = withdrawal(LINK, profile, Instant(now))
    assert event is not None
    return fold(profile, Stored(seq=2, person=ADA, event=event))


@pytest.mark.parametrize("now", [5, 10, 15])
def test_a_click_closes_the_purpose_whenever_it_was_granted(now: int) -> None:
    assert not allows(after_a_click(who_said(10, granted=True), now), "newsletter")


def test_a_second_click_adds_nothing() -> None:
    assert withdrawal(LINK, after_a_click(who_said(10, granted=True), 15), Instant(20)) is None


def test_two_clicks_at_once_are_one_event() -> None:
    first, second = (withdrawal(LINK, who_said(10, granted=True), Instant(now)) for now in (15, 16))
    assert first is not None
    assert second is not None
    assert first.id == second.id


def test_a_click_after_a_new_yes_is_another_no() -> None:
    old = withdrawal(LINK, who_said(10, granted=True), Instant(15))
    new = withdrawal(LINK, who_said(20, granted=True), Instant(25))
    assert old is not None
    assert new is not None
    assert old.id != new.id


def test_who_was_never_asked_can_say_no() -> None:
    for profile in (None, Profile(person=ADA)):
        said = after_a_click(profile, 15).consent["newsletter"]
        assert (said.granted, said.source) == (False, "unsubscribe link")


def test_another_purpose_is_not_touched() -> None:
    profile = Profile(person=ADA, consent={"receipts": Said(granted=True, at=Instant(1))}, seq=1)
    assert allows(after_a_click(profile, 15), "receipts")
