"""Purposes: the seven that are heeded, the project's own, and what is said of a name that is none."""

from __future__ import annotations

import pytest

from envoi.clock import Instant
from envoi.events.event import PersonId
from envoi.people.consent import allows, asked_for, is_open
from envoi.people.profile import Profile, Said
from envoi.people.purposes import ENRICHMENT, KNOWN, PROFILING, hint_for, names_of, purposes_of
from envoi.settings import Asked, Consents, Purpose, Sender, Settings, Shop

OWN = {"newsletter": Purpose(title="News", topics={"wine": "Wine"}), "surveys": Purpose()}


def settings(asked: Asked = Asked.OPT_OUT) -> Settings:
    consents = Consents(profiling=asked, model_scoring=asked)
    shop, sender = Shop(name="Shop", address="1 Street"), Sender(name="Shop", email="shop@example.org")
    return Settings(name="Shop", shop=shop, sender=sender, consent=consents)


def who(**said: bool) -> Profile:
    consent = {name: Said(granted=yes, at=Instant(1)) for name, yes in said.items()}
    return Profile(person=PersonId("ada"), consent=consent)


def test_a_project_adds_purposes_and_puts_known_ones_in_its_own_words() -> None:
    assert list(KNOWN) == [
        "newsletter", "profiling", "model_scoring", "open_tracking", "click_tracking", "enrichment", "transactional",
    ]  # fmt: skip
    assert all(purpose.title and purpose.description for purpose in KNOWN.values())
    assert purposes_of(OWN)["newsletter"].title == "News"
    assert names_of(OWN) == [*KNOWN, "surveys", "newsletter/wine"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("newsletter/wine", ""),
        ("surveys", ""),
        ("enrichment", ""),
        ("newsleter", "did you mean 'newsletter'?"),
        ("newsletter/whine", "did you mean 'newsletter/wine'?"),
        ("Profiling", "did you mean 'profiling'?"),
        ("zzz", "known: 'click_tracking', 'enrichment', "),
    ],
)
def test_a_name_that_is_none_is_told_with_the_nearest(name: str, hint: str) -> None:
    assert hint_for(name, OWN).startswith(hint)
    assert bool(hint_for(name, OWN)) is bool(hint)


@pytest.mark.parametrize(
    ("asked", "silent", "yes", "no"),
    [(Asked.OPT_IN, False, True, False), (Asked.OPT_OUT, True, True, False), (Asked.OFF, False, False, False)],
)
def test_data_are_used_as_the_project_asks_and_the_person_says(asked: Asked, silent: bool, yes: bool, no: bool) -> None:
    project = settings(asked)
    assert set(asked_for(project)) == {"profiling", "model_scoring", "open_tracking", "click_tracking"}
    for profile, expected in ((who(), silent), (who(profiling=True), yes), (who(profiling=False), no)):
        assert is_open(profile, PROFILING, project) is expected
    assert not is_open(None, PROFILING, project)


def test_enrichment_always_needs_a_yes() -> None:
    for profile, expected in ((who(), False), (who(enrichment=True), True), (who(enrichment=False), False)):
        assert allows(profile, ENRICHMENT) is is_open(profile, ENRICHMENT, settings()) is expected
