"""Something that happened: to a person, or done by Envoi; the one record all else is a fold of."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NewType

import msgspec

from envoi.clock import Instant

#: The business's own user id where known; see people/identity.py for the other shapes.
PersonId = NewType("PersonId", str)

if TYPE_CHECKING:
    #: What a property may hold: JSON's values; a list of objects holds line items.
    Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]
else:
    # msgspec reads annotations when it runs, and knows no alias that speaks of itself.
    Value = Any


#: The source of the events that Envoi itself writes.
ENVOI = "envoi"


class Name(StrEnum):
    """Names of the events that mean something to Envoi itself; all other names are the business's own."""

    PROFILE_UPDATED = "Profile Updated"
    CONSENT_CHANGED = "Consent Changed"
    CONSENT_ASKED = "Consent Asked"
    #: Envoi's own estimate of what a person did not tell (people/impute).
    TRAIT_IMPUTED = "Trait Imputed"
    DECISION_MADE = "Decision Made"
    EMAIL_SENT = "Email Sent"
    EMAIL_FAILED = "Email Failed"
    EMAIL_PROCESSED = "Email Processed"
    EMAIL_DELIVERED = "Email Delivered"
    EMAIL_DEFERRED = "Email Deferred"
    EMAIL_BOUNCED = "Email Bounced"
    EMAIL_DROPPED = "Email Dropped"
    EMAIL_COMPLAINED = "Email Complained"
    EMAIL_OPENED = "Email Opened"
    EMAIL_CLICKED = "Email Clicked"
    PEOPLE_MERGED = "People Merged"
    PEOPLE_SEPARATED = "People Separated"
    #: What an import brought of this person counts no more (people/undone.py).
    IMPORT_UNDONE = "Import Undone"
    SEGMENT_ENTERED = "Segment Entered"
    SEGMENT_LEFT = "Segment Left"
    #: Whoever follows the log lets go of this person; it tells nobody who that was, once all have (people/privacy).
    PERSON_ERASED = "Person Erased"
    #: What is left of an event whose person was erased: its place.
    ERASED = "Erased"


#: Whose an event is that was erased.
NOBODY = PersonId("")

#: Who is who is Envoi's own word.
WHO_IS_WHO = frozenset({Name.PEOPLE_MERGED.value, Name.PEOPLE_SEPARATED.value})
#: What only Envoi itself can say: a record that claims to be one of these is set aside.
RESERVED = WHO_IS_WHO | {Name.TRAIT_IMPUTED.value, Name.IMPORT_UNDONE.value, Name.CONSENT_ASKED.value}
#: Events by which earlier ones count otherwise: whoever folds the log looks back.
LOOKING_BACK = WHO_IS_WHO | {Name.IMPORT_UNDONE.value}
#: The events that set fields of a profile.
ABOUT_PEOPLE = (Name.PROFILE_UPDATED, Name.CONSENT_CHANGED, Name.TRAIT_IMPUTED)

#: Conditions and history know the consent to a purpose as a trait: this and the purpose.
CONSENT = "consent."
#: Before the name of a field: the field of a profile that holds an estimate of it, where the person did not tell it.
IMPUTED = "imputed."
#: Before the name of a model: the field of a profile that holds its latest score.
MODEL = "model."


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One thing that happened, cleaned; it counts once per (source, id)."""

    #: Unique within its source.
    id: str
    #: Where it came from: "tills", "web", or "envoi" for what Envoi itself did.
    source: str
    #: What happened, as people say it: "Order Completed".
    name: str
    #: Who it happened to, by kind of key: {"user_id": "17"}; at least one.
    keys: dict[str, str]
    #: When it happened, never later than `seen_at`.
    at: Instant
    #: When Envoi took it in.
    seen_at: Instant
    #: What is known about it; for "Profile Updated" the traits.
    props: dict[str, Value] = {}
    #: The time its source claimed, if that lay after `seen_at`.
    claimed_at: Instant | None = None
    #: What the project's rules changed, by its path in `props` (in `keys` after "keys."): what it was, and the rule.
    raw: dict[str, tuple[Value, str]] = {}


def forgets(event: Event) -> bool:
    """Whether it is Envoi's own word that the event's person was erased: what came before it counts no more."""
    return event.name == Name.PERSON_ERASED and event.source == ENVOI


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A record that could not be an event, kept with the reason so that it can be mended and sent again."""

    source: str
    #: Where in the source: "line 12", "row 90".
    place: str
    #: One sentence for the person who will mend it.
    reason: str
    #: The record as it came, as JSON text or, where it was not text, as escaped bytes.
    raw: str
    seen_at: Instant


class Stored(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event with its place in the log and the person it belongs to."""

    #: Position in the log, from 1, without gaps.
    seq: int
    person: PersonId
    event: Event


def imputed(event: Event) -> dict[str, Value]:
    """The fields that an event of estimates sets, each under a name that says what it is.

    >>> estimate = {"imputed": {"age": 34}, "method": {"age": "median"}}
    >>> imputed(Event(id="1", source=ENVOI, name=Name.TRAIT_IMPUTED, keys={}, at=0, seen_at=0, props=estimate))
    {'imputed.age': 34}
    """
    estimates = event.props.get("imputed")
    return {f"{IMPUTED}{name}": value for name, value in estimates.items()} if isinstance(estimates, dict) else {}
