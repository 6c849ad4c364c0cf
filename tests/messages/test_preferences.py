"""Preferences: what is chosen holds afterwards, whatever was said before; the page sent twice is sent once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.events.event import Event, PersonId, Stored
from envoi.messages.links import Reader
from envoi.messages.preferences import Preferences, preferences
from envoi.people.consent import allows, paused_until, permits
from envoi.people.profile import Profile, Said, fold
from envoi.people.purposes import CLICKS, OPENS, PROFILING, SCORING
from envoi.settings import Asked, Consents, Purpose, Sender, Settings, Shop, Tracking

ADA = PersonId("ada")
READER = Reader(ADA, "newsletter", "weekly")
SETTINGS = Settings(
    name="Shop",
    shop=Shop(name="Shop", address="1 Street, Town"),
    sender=Sender(name="Shop", email="shop@example.org"),
    purposes={"newsletter": Purpose(title="News", topics={"wine": "Wine"}), "surveys": Purpose()},
)
NAMES = ["newsletter", "newsletter/wine", "surveys", PROFILING, SCORING, OPENS, CLICKS]
DAY = 86_400_000_000


def page(profile: Profile | None, *, now: int = 100, asked: Asked = Asked.OPT_IN) -> Preferences:
    consent = Consents(profiling=asked, model_scoring=asked)
    settings = replace(SETTINGS, tracking=Tracking(clicks=asked, opens=asked), consent=consent)
    return preferences(READER, profile, settings, Instant(now))


def after(profile: Profile, events: list[Event]) -> Profile:
    for number, event in enumerate(events):
        profile = fold(profile, Stored(seq=profile.seq + number + 1, person=ADA, event=event))
    return profile


said = st.builds(Said, granted=st.booleans(), at=st.integers(1, 200).map(Instant))
profiles = st.dictionaries(st.sampled_from([*NAMES, "other"]), said).map(
    lambda consent: Profile(person=ADA, consent=consent, seq=1)
)
modes = st.sampled_from([Asked.OPT_IN, Asked.OPT_OUT])


@given(profiles, st.sets(st.sampled_from(NAMES)), modes)
def test_what_is_ticked_holds_afterwards(profile: Profile, wanted: set[str], asked: Asked) -> None:
    then = after(profile, page(profile, asked=asked).saved(NAMES, wanted))
    for name in ("newsletter", "surveys"):
        assert allows(then, name) is (name in wanted)
    assert allows(then, "newsletter/wine") is ({"newsletter", "newsletter/wine"} <= wanted)
    for name in (PROFILING, SCORING, OPENS, CLICKS):
        assert permits(then, name, asked) is (name in wanted)
    assert then.consent.get("other") == profile.consent.get("other")


@given(profiles, st.sets(st.sampled_from(NAMES)))
def test_sent_twice_it_is_sent_once(profile: Profile, wanted: set[str]) -> None:
    first, again = (page(profile, now=now).saved(NAMES, wanted) for now in (300, 301))
    assert [event.id for event in first] == [event.id for event in again]
    assert page(after(profile, first), now=302).saved(NAMES, wanted) == []


@given(profiles)
def test_after_stopping_no_mail_is_wanted(profile: Profile) -> None:
    then = after(profile, page(profile).stopped())
    assert not any(allows(then, name) for name in (*NAMES[:3], "other"))


@given(profiles, st.sampled_from([7, 90, 10_000]))
def test_a_pause_rests_what_was_granted_and_grants_nothing(profile: Profile, days: int) -> None:
    then = after(profile, page(profile, now=300).rested(days))
    for name in ("newsletter", "surveys", "other"):
        assert allows(then, name) is allows(profile, name)
        until = paused_until(then, name, Instant(300)) if allows(then, name) else None
        assert until == (300 + min(days, 365) * DAY if allows(profile, name) else None)
    woken = after(then, page(then, now=400).rested(0))
    assert page(woken, now=500).paused_until is None
    assert all(allows(woken, name) is allows(profile, name) for name in ("newsletter", "surveys", "other"))


def test_who_is_not_known_sees_what_there_is_and_may_choose() -> None:
    shown = page(None)
    assert [(choice.purpose, choice.granted) for choice in shown.choices] == [
        ("newsletter", False), ("surveys", False),
        (PROFILING, False), (SCORING, False), (OPENS, False), (CLICKS, False),
    ]  # fmt: skip
    (event,) = shown.saved(NAMES, ["surveys"])
    assert (event.props["purpose"], event.props["granted"], event.props["wording"]) == ("surveys", True, "Surveys")


def test_where_nobody_is_counted_there_is_nothing_to_choose_about_it() -> None:
    assert [choice.purpose for choice in page(None, asked=Asked.OFF).choices] == ["newsletter", "surveys"]
    ada = Profile(person=ADA)
    assert [choice.granted for choice in page(ada, asked=Asked.OPT_OUT).choices] == [
        False,
        False,
        True,
        True,
        True,
        True,
    ]


def test_what_the_page_did_not_show_is_not_answered() -> None:
    profile = Profile(person=ADA, consent={"surveys": Said(granted=True, at=Instant(1))}, seq=1)
    # The page was loaded before the project had surveys.
    assert page(profile).saved(["newsletter"], []) == []
