"""A person's preferences: what they can choose, what they have chosen, and what a new choice changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from envoi.clock import MICROS_PER_SECOND, Instant
from envoi.events.event import ENVOI, Event, Name
from envoi.people.consent import allows, asked_for, paused_until, permits
from envoi.people.profile import Profile
from envoi.people.purposes import CLICKS, ENRICHMENT, OPENS, PROFILING, SCORING, purposes_of
from envoi.people.words import Evidence, Method, props_of
from envoi.settings import Asked, Purpose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from envoi.events.event import Value
    from envoi.messages.links import Reader
    from envoi.settings import Settings

SOURCE = "preference page"
#: The longest that mail can be paused: after that it is kinder to ask again.
MOST_DAYS = 365
_DAY = 86_400 * MICROS_PER_SECOND
NEVER = Instant(0)

#: Not about which mail comes, but about what is done with data; each is open or not as the project asks for it.
_ABOUT_DATA = frozenset({PROFILING, SCORING, OPENS, CLICKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One purpose, or one topic of it, as the page shows it."""

    purpose: str
    title: str
    description: str = ""
    granted: bool
    #: Until when nothing comes although it is granted; None if it does.
    paused_until: Instant | None = None
    #: Whether it is about mail, and not about what is recorded of it.
    is_mail: bool = True
    topics: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """One person's page: what it shows, and the events that each of its buttons makes."""

    reader: Reader
    profile: Profile | None
    choices: Sequence[Choice]
    now: Instant
    #: What was received with an answer.
    proof: Mapping[str, str] = field(default_factory=dict)

    @property
    def paused_until(self) -> Instant | None:
        """Until when nothing comes of what is granted; None if it does."""
        return next((choice.paused_until for choice in self.choices if choice.paused_until), None)

    def saved(self, shown: Collection[str], wanted: Collection[str]) -> list[Event]:
        """The page is sent: of the purposes and topics that it showed, these are ticked."""
        return [
            self._word(choice, granted=choice.purpose in wanted)
            for choice in self._asked(wanted)
            if choice.purpose in shown and choice.granted != (choice.purpose in wanted)
        ]

    def stopped(self) -> list[Event]:
        """No mail at all is wanted any more."""
        return [self._word(choice, granted=False) for choice in self.choices if choice.is_mail and choice.granted]

    def rested(self, days: int) -> list[Event]:
        """No mail is wanted for so many days; 0 ends a pause."""
        days = min(max(days, 0), MOST_DAYS)
        until = Instant(self.now + days * _DAY) if days else NEVER
        resting = [
            choice for choice in self.choices if choice.is_mail and choice.granted and (days or choice.paused_until)
        ]
        return [self._word(choice, granted=True, paused_until=until) for choice in resting]

    def _asked(self, wanted: Collection[str]) -> Iterator[Choice]:
        """Those that an answer is about: topics of what is not wanted stay as they were."""
        for choice in self.choices:
            yield choice
            if choice.purpose in wanted:
                yield from (replace(topic, title=f"{choice.title}: {topic.title}") for topic in choice.topics)

    def _word(self, choice: Choice, *, granted: bool, paused_until: Instant = NEVER) -> Event:
        """What the person says; its id is derived from what it answers: sent twice, it is one event."""
        said = self.profile.consent.get(choice.purpose) if self.profile else None
        at = Instant(max(self.now, said.at)) if said else self.now
        answered = said.at if said else 0
        answer = f"{self.reader.person}\0{choice.purpose}\0{granted}\0{paused_until}\0{answered}"
        more: Mapping[str, Value] = {"paused_until": paused_until} if paused_until else {}
        return Event(
            id="preferences:" + blake2b(answer.encode(), digest_size=16).hexdigest(),
            source=ENVOI,
            name=Name.CONSENT_CHANGED,
            keys={"user_id": self.reader.person},
            at=at,
            seen_at=at,
            props={
                **props_of(choice.purpose, self._evidence(choice), granted=granted),
                "campaign": self.reader.campaign,
                **more,
            },
        )

    def _evidence(self, choice: Choice) -> Evidence:
        """What the person agreed to, in the words they saw."""
        wording = f"{choice.title}: {choice.description}" if choice.description else choice.title
        return Evidence(method=Method.PREFERENCES, source=SOURCE, wording=wording, proof=self.proof)


def preferences(reader: Reader, profile: Profile | None, settings: Settings, now: Instant) -> Preferences:
    """The project's purposes, whatever else this person spoke of, and what is done with their data."""
    known = profile or Profile(person=reader.person)
    spoken = [purpose.partition("/")[0] for purpose in (reader.purpose, *known.consent)]
    names = [name for name in dict.fromkeys([*settings.purposes, *spoken]) if name not in _ABOUT_DATA]
    words = purposes_of(settings.purposes)
    found = [
        *(_choice(name, words.get(name, Purpose()), known, now) for name in names),
        *_about_data(words, known, settings),
    ]
    return Preferences(reader=reader, profile=profile, choices=found, now=now)


def _choice(name: str, purpose: Purpose, profile: Profile, now: Instant) -> Choice:
    granted = allows(profile, name)
    topics = tuple(
        Choice(purpose=f"{name}/{key}", title=title, granted=_topic(profile, f"{name}/{key}"))
        for key, title in purpose.topics.items()
    )
    return Choice(
        purpose=name,
        title=purpose.title or name.replace("_", " ").capitalize(),
        description=purpose.description,
        granted=granted,
        paused_until=paused_until(profile, name, now) if granted else None,
        is_mail=name != ENRICHMENT,
        topics=topics,
    )


def _topic(profile: Profile, topic: str) -> bool:
    """What holds of a topic where the whole is granted: all that was not said no to."""
    said = profile.consent.get(topic)
    return said is None or said.granted


def _about_data(words: Mapping[str, Purpose], profile: Profile, settings: Settings) -> Iterator[Choice]:
    for name, asked in asked_for(settings).items():
        if asked is not Asked.OFF:
            granted = permits(profile, name, asked)
            title, description = words[name].title, words[name].description
            yield Choice(purpose=name, title=title or name, description=description, granted=granted, is_mail=False)
