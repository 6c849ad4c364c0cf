"""What is lacking of a person, asked of somebody else: whether it may be, what is sent, and what is taken.

A person is asked about only if they agreed to it, when the question goes and again when the answer is written. Of what
comes back, only the fields that the project names are taken, each cleaned by its rules; what the person told stays.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from envoi.errors import DataError
from envoi.events.clean import Raw, digest
from envoi.events.event import Name
from envoi.people.consent import allows
from envoi.people.identity import keys_of
from envoi.people.purposes import ENRICHMENT
from envoi.people.quality.complete import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from envoi.clock import Instant
    from envoi.events.event import Value
    from envoi.people.profile import Profile

#: Before the name of a provider: the source of the events that hold what it told.
SOURCE = "enrich:"
#: Beside the fields of a profile, what can be sent.
PERSON = "user_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """`[enrich.NAME]`: somebody who knows more."""

    name: str
    url: str
    #: All that is sent of a person: fields of the profile, or `user_id`. Who lacks one is not asked about.
    keys: tuple[str, ...]
    #: What is taken: the field, and the path at which the answer has it.
    fields: Mapping[str, str]
    timeout: timedelta = timedelta(seconds=5)
    #: A header, and the variable that holds what it says.
    header: str = ""
    secret: str = ""
    #: How long an answer is not asked for again.
    cache: timedelta = timedelta(days=30)
    per_minute: float = 60.0
    #: Whether what it tells replaces what the person told.
    overwrite: bool = False
    #: Whether it may be a machine of this network.
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a provider once answered about a person."""

    #: Stands for what was sent: another question is asked anew.
    asked: str
    answer: Mapping[str, Value]
    until: Instant
    #: What of it was written into the profile: that is the provider's to change.
    given: Mapping[str, Value] = field(default_factory=dict)


def question(profile: Profile, provider: Provider) -> dict[str, Value] | None:
    """What to send about this person; None if they did not agree, lack nothing, or have no such key."""
    if not allows(profile, ENRICHMENT):
        return None
    if not provider.overwrite and not any(is_blank(profile.value(name)) for name in provider.fields):
        return None
    sent: dict[str, Value] = {key: _key(profile, key) for key in provider.keys}
    return None if any(is_blank(value) for value in sent.values()) else sent


def read(body: bytes, provider: Provider) -> dict[str, Value]:
    """The fields in an answer; those that it does not have, or that are no plain values, are left out.

    >>> provider = Provider(name="p", url="", keys=("email",), fields={"employer": "company.name", "age": "age"})
    >>> read(b'{"company": {"name": "Acme", "size": 3}, "age": null, "more": 1}', provider)
    {'employer': 'Acme'}

    Raises:
        DataError: it is no JSON object.
    """
    try:
        found = msgspec.json.decode(body, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise DataError(f"the answer is no JSON object: {error}", hint="see what the provider sends") from None
    return {name: value for name, path in provider.fields.items() if (value := _at(found, path)) is not None}


def taken(
    profile: Profile, provider: Provider, answer: Mapping[str, Value], given: Mapping[str, Value]
) -> dict[str, Value]:
    """What of an answer is new and may be written: what the person lacks, or has only from this very provider.

    >>> from envoi.people.profile import Profile, Said, Trait
    >>> said = {"enrichment": Said(granted=True, at=0)}
    >>> traits = {"age": Trait(value=36, at=0), "job": Trait(value="Poet", at=0)}
    >>> ada = Profile(person="17", consent=said, traits=traits)
    >>> provider = Provider(name="p", url="", keys=(), fields={"age": "a", "job": "j", "town": "t"})
    >>> taken(ada, provider, {"age": 40, "job": "Programmer", "town": "London"}, {"job": "Poet"})
    {'job': 'Programmer', 'town': 'London'}
    """
    if not allows(profile, ENRICHMENT):
        return {}
    news = {}
    for name, value in answer.items():
        own = profile.value(name)
        is_theirs = name in given and given[name] == own
        if own != value and (is_blank(own) or is_theirs or provider.overwrite):
            news[name] = value
    return news


def as_raw(profile: Profile, provider: Provider, news: Mapping[str, Value], at: Instant) -> Raw:
    """The record that says so; rules and tracking plan have their say before it is an event."""
    return Raw(
        source=f"{SOURCE}{provider.name}",
        id=digest([profile.person, profile.seq, dict(news)]),
        name=Name.PROFILE_UPDATED.value,
        keys=keys_of(profile.person),
        at=at,
        props=dict(news),
    )


def _key(profile: Profile, key: str) -> Value:
    return profile.person if key == PERSON else profile.value(key)


def _at(found: object, path: str) -> Value:
    for step in path.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, str | int | float | bool) else None
