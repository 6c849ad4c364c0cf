"""What is known of a person: a fold of that person's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from envoi.clock import Instant
from envoi.events.event import ENVOI, IMPUTED, Name, PersonId, Value, forgets, imputed
from envoi.people.regroup import change_of
from envoi.people.undone import takes_back
from envoi.people.words import REPORTED

if TYPE_CHECKING:
    from envoi.events.event import Event, Stored


#: What Envoi decided for a person, and what became of the mail: for a whole campaign at once, and no word of theirs.
_SILENT = frozenset({Name.DECISION_MADE.value, Name.EMAIL_SENT.value, Name.EMAIL_FAILED.value})


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
    #: Of a no that met a yes when two people turned out to be one: only a yes said from then on ends it.
    stands_until: Instant = Instant(0)


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
    #: Who this turned out to be: then nothing else is here, and what happens to this id is another's. Else empty.
    into: PersonId = PersonId("")
    #: What the people were called who turned out to be this one.
    once: tuple[PersonId, ...] = ()
    #: Whether all that was known was taken back, so that there is nobody here until something happens again.
    is_gone: bool = False

    def value(self, trait: str) -> Value:
        """The trait's value, None if it is missing."""
        found = self.traits.get(trait)
        return None if found is None else found.value


def fold(profile: Profile | None, stored: Stored) -> Profile:
    """The profile after one more event.

    A trait or consent keeps the value with the latest `at`, whatever order events come in; at equal `at` the later
    position in the log wins. A yes that somebody else reports counts only where nothing else was said: it opens nothing
    that the person closed. Folding an event at or before `profile.seq`, or one that says nothing of the person, returns
    the profile unchanged. Nothing is left of a person who was erased. That people turn out to be one, or two, concerns
    several and is folded by people/folding.py, and so is what was taken back; here these only count as read.
    """
    event = stored.event
    if profile is not None and (stored.seq <= profile.seq or is_silent(event)):
        return profile
    if profile is None or profile.into or profile.is_gone:
        profile = Profile(person=stored.person)
    if forgets(event):
        return Profile(person=stored.person, first_seen=event.at, last_seen=event.at, seq=stored.seq)
    if change_of(event) or takes_back(event):
        return replace(profile, seq=stored.seq)
    first_seen, last_seen = (profile.first_seen, profile.last_seen) if is_seen(profile) else (event.at, event.at)
    traits, consent = profile.traits, profile.consent
    if event.name == Name.PROFILE_UPDATED:
        traits = _told(traits, {key: value for key, value in event.props.items() if not _is_estimate(key)}, event.at)
    elif event.name == Name.TRAIT_IMPUTED:
        traits = _told(traits, imputed(event), event.at)
    elif event.name == Name.CONSENT_CHANGED:
        purpose = str(event.props["purpose"])
        if (known := _later(consent.get(purpose), said_in(event))) is not consent.get(purpose):
            consent = consent | {purpose: known}
    return Profile(
        person=profile.person,
        traits=traits,
        consent=consent,
        first_seen=min(first_seen, event.at),
        last_seen=max(last_seen, event.at),
        seq=stored.seq,
        once=profile.once,
    )


def is_silent(event: Event) -> bool:
    """Whether an event says nothing of its person: no profile changes by it."""
    return event.source == ENVOI and event.name in _SILENT


def is_seen(profile: Profile) -> bool:
    """Whether anything happened to the person yet, but that others turned out to be them."""
    return bool(profile.first_seen or profile.last_seen)


def _later(known: Said | None, said: Said) -> Said:
    """What counts: the later word, but that a yes does not end a no that stands until later."""
    if known is None:
        return said
    if rank(known) > rank(said) or (said.granted and said.at < known.stands_until):
        return known
    return said if said.granted else replace(said, stands_until=known.stands_until)


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


def _told(traits: dict[str, Trait], values: dict[str, Value], at: Instant) -> dict[str, Trait]:
    news = {key: Trait(value=value, at=at) for key, value in values.items()}
    return traits | {key: trait for key, trait in news.items() if key not in traits or traits[key].at <= at}


def _is_estimate(key: str) -> bool:
    """Whether a field is called as only estimates are: nobody else may set it."""
    return key.startswith(IMPUTED) or key == IMPUTED[:-1]


def rank(said: Said) -> tuple[bool, Instant]:
    """Of two words the higher stands, in whatever order they come."""
    return not is_reported(said), said.at
