"""What hits mean: nothing of who did not agree, one no for a browser's signal, and machines as what they are."""

from __future__ import annotations

import pytest

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.events.event import Name, PersonId
from envoi.messages.links import PIXEL, Link
from envoi.messages.track import Hit
from envoi.messages.track_events import Moment, OptOut, Written, events_of, opt_outs
from envoi.people.profile import Profile, Said
from envoi.people.purposes import CLICKS, OPENS, PROFILING, SCORING
from envoi.settings import Asked, Consents, Sender, Settings, Shop, Tracking

ADA = PersonId("ada")
OPT_IN, OPT_OUT = Tracking(), Tracking(clicks=Asked.OPT_OUT, opens=Asked.OPT_OUT)


def mail(*, sent: int | None = None, known: bool = True, **said: bool) -> Written:
    consent = {name: Said(granted=yes, at=Instant(1)) for name, yes in said.items()}
    profile = Profile(person=ADA, consent=consent) if known else None
    at = None if sent is None else Instant(sent * MICROS_PER_SECOND)
    return Written(person=ADA, campaign="weekly", message_id="m", profile=profile, sent=at)


def hit(url: str, at_s: int = 100, decision: str = "d1") -> Hit:
    link = Link(id=url or "pixel", campaign="weekly", url=url)
    return Hit(id=f"{url}{at_s}", decision=decision, link=link, at=Instant(at_s * MICROS_PER_SECOND))


@pytest.mark.parametrize(
    ("written", "tracking", "names"),
    [
        (mail(), OPT_IN, []),
        (mail(), OPT_OUT, [Name.EMAIL_CLICKED, Name.EMAIL_OPENED]),
        (mail(click_tracking=True), OPT_IN, [Name.EMAIL_CLICKED]),
        (mail(open_tracking=True), OPT_IN, [Name.EMAIL_OPENED]),
        (mail(open_tracking=False), OPT_OUT, [Name.EMAIL_CLICKED]),
        (mail(known=False), OPT_OUT, []),
        (mail(click_tracking=True, open_tracking=True), Tracking(clicks=Asked.OFF, opens=Asked.OFF), []),
    ],
)
def test_only_what_was_agreed_to_is_recorded(written: Written, tracking: Tracking, names: list[Name]) -> None:
    events = events_of([hit("https://a.example/"), hit(PIXEL)], {"d1": written}, tracking, Moment())
    assert [event.name for _, event in events] == names
    assert all(person == ADA for person, _ in events)


def test_a_mail_that_nobody_knows_is_nobodys() -> None:
    assert events_of([hit("https://a.example/", decision="d9")], {"d1": mail()}, OPT_OUT, Moment()) == []


def test_machines_are_told_by_all_that_is_known() -> None:
    hits = [hit(PIXEL, 11), hit("https://a.example/", 50), hit("https://b.example/", 80)]
    moment = Moment(before=[hit("https://z.example/", 50)], headed={"d1": Instant(79 * MICROS_PER_SECOND)})
    events = events_of(hits, {"d1": mail(sent=10)}, OPT_OUT, moment)
    assert [event.props["why_machine"] for _, event in events] == [
        "within 2 seconds of sending", "several links at once", "asked whether it is there first",
    ]  # fmt: skip


def settings(tracking: Tracking, consent: Consents = Consents()) -> Settings:  # noqa: B008 - it is frozen
    shop, sender = Shop(name="Shop", address="1 Street"), Sender(name="Shop", email="shop@example.org")
    return Settings(name="Shop", shop=shop, sender=sender, tracking=tracking, consent=consent)


def test_a_browsers_signal_is_a_no_to_what_is_open_once() -> None:
    said = [OptOut(decision="d1", at=Instant(at)) for at in (5, 6, 7)]
    events = opt_outs(said, {"d1": mail(click_tracking=True, open_tracking=True)}, settings(OPT_IN))
    assert [(event.props["purpose"], event.props["granted"]) for _, event in events] == [
        (CLICKS, False), (OPENS, False), (PROFILING, False), (SCORING, False),
    ]  # fmt: skip
    assert {(event.props["source"], event.props["method"]) for _, event in events} == {
        ("Global Privacy Control", "GPC")
    }
    # Whenever it comes again it is the same event, which the log has: it closes nothing that was opened since.
    later = opt_outs([OptOut(decision="d1", at=Instant(99))], {"d1": mail(profiling=True)}, settings(OPT_IN))
    assert {event.id for _, event in later} <= {event.id for _, event in events}


def test_the_project_says_what_the_signal_closes() -> None:
    consent = Consents(privacy_control=("newsletter",), profiling=Asked.OPT_IN)
    said = [OptOut(decision="d1", at=Instant(5))]
    for is_open in (True, False):
        events = opt_outs(said, {"d1": mail(newsletter=is_open, profiling=True)}, settings(OPT_OUT, consent))
        assert [event.props["purpose"] for _, event in events] == ["newsletter"] * is_open


@pytest.mark.parametrize(
    ("written", "tracking"),
    [(mail(), OPT_IN), (mail(click_tracking=False, open_tracking=False), OPT_OUT), (mail(known=False), OPT_OUT)],
)
def test_who_is_not_counted_needs_to_say_nothing(written: Written, tracking: Tracking) -> None:
    asked = settings(tracking, Consents(profiling=Asked.OPT_IN, model_scoring=Asked.OFF))
    assert opt_outs([OptOut(decision="d1", at=Instant(5))], {"d1": written}, asked) == []
    assert opt_outs([OptOut(decision="d9", at=Instant(5))], {"d1": written}, asked) == []
