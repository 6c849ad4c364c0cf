"""What is known of a person: a fold of that person's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from envoi.clock import Instant
from envoi.events.event import Name, PersonId, Value, forgets
from envoi.people.words import REPORTED

if TYPE_CHECKING:
    from envoi.events.event import Event, Stored


class Said(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a person last said about one purpose."""

    granted: bool
    at: Instant
    #: Where it was said: "sign-up form", "preference page".
    source: str = ""
    #: How it reached us (words.py); empty for what was said before that was kept.
    method: str = ""
    #: A yes that holds from then on: a person who wants to hear nothing for a while.
    paused_until: Instant = Instant(0)


class Trait(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The latest value of one field, and when it became so."""

    value: Value
    at: Instant


class Profile(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person as of the last event folded in."""

    person: PersonId
    traits: dict[str, Trait] = {}
    #: By purpose: "newsletter", "profiling"; a purpose never spoken of is absent, which allows nothing.
    consent: dict[str, Said] = {}
    first_seen: Instant = Instant(0)
    last_seen: Instant = Instant(0)
    #: Position in the log of the last event folded in: folding it, or an earlier one, again changes nothing.
    seq: int = 0

    def value(self, trait: str) -> Value:
        """The trait's value, None if it is missing."""
        found = self.traits.get(trait)
        return None if found is None else found.value


def fold(profile: Profile | None, stored: Stored) -> Profile:
    """The profile after one more event.

    A trait or consent keeps the value with the latest `at`, whatever order events come in; at equal `at` the later
    position in the log wins. A yes that somebody else reports counts only where nothing else was said: it opens nothing
    that the person closed. Folding an event at or before `profile.seq` returns the profile unchanged. Nothing is left
    of a person who was erased.
    """
    event = stored.event
    if profile is None:
        profile = Profile(person=stored.person, first_seen=event.at, last_seen=event.at)
    elif stored.seq <= profile.seq:
        return profile
    if forgets(event):
        return Profile(person=stored.person, first_seen=event.at, last_seen=event.at, seq=stored.seq)
    traits, consent = profile.traits, profile.consent
    if event.name == Name.PROFILE_UPDATED:
        news = {key: Trait(value=value, at=event.at) for key, value in event.props.items()}
        traits = traits | {key: trait for key, trait in news.items() if key not in traits or traits[key].at <= event.at}
    elif event.name == Name.CONSENT_CHANGED:
        purpose, said = str(event.props["purpose"]), said_in(event)
        if purpose not in consent or _rank(consent[purpose]) <= _rank(said):
            consent = consent | {purpose: said}
    return Profile(
        person=profile.person,
        traits=traits,
        consent=consent,
        first_seen=min(profile.first_seen, event.at),
        last_seen=max(profile.last_seen, event.at),
        seq=stored.seq,
    )


def said_in(event: Event) -> Said:
    """The word that a "Consent Changed" event holds."""
    until = event.props.get("paused_until")
    return Said(
        granted=event.props["granted"] is True,
        at=event.at,
        source=str(event.props.get("source", "")),
        method=str(event.props.get("method", "")),
        paused_until=Instant(until if isinstance(until, int) else 0),
    )


def is_reported(said: Said) -> bool:
    """Whether it is a yes that not the person said, but somebody else who says that they did."""
    return said.granted and said.method in REPORTED


def _rank(said: Said) -> tuple[bool, Instant]:
    """Of two words the higher stands, in whatever order they come."""
    return not is_reported(said), said.at
