"""A raw record becomes an event, or is set aside with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from math import isnan

import msgspec

from envoi.clock import Instant
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.event import RESERVED, WHO_IS_WHO, Event, Name, Rejected, Value
from envoi.events.values import Fields, Unfit, anything, named, text

#: A reject keeps this much of its record: enough to find and mend it, too little to fill a disk.
RAW_BYTES = 2_000
_LONGEST_NAME = 200
_LONGEST_KEY = 500
_is_plain = re.compile(rf"[\w:-]{{1,{_LONGEST_KEY}}}").fullmatch
#: Names of events that are remembered: more of them than this are made up by a program, and looked at each time.
_MOST_NAMES = 10_000

_CONSENT = EventPlan(
    name=Name.CONSENT_CHANGED,
    properties={
        "purpose": Property(kind=Kind.TEXT, required=True),
        "granted": Property(kind=Kind.BOOLEAN, required=True),
    },
)


class Raw(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a source says happened, in the shape of an event, but nothing of it checked."""

    source: str
    #: Where in the source: "line 12, message 2"; empty if the record it was made from says where.
    place: str = ""
    #: Unique within its source; the same if the same record comes again (see `digest`).
    id: object = None
    name: object = None
    #: By kind of key; None where there is none.
    keys: Mapping[str, object] = {}
    #: None: when it was taken in.
    at: Instant | None = None
    props: Mapping[str, object] = {}
    #: What a rule of the project has changed, by its path: what it was, and the rule.
    was: Mapping[str, tuple[object, str]] = {}
    #: Why it cannot be an event, where that is known already.
    fault: str = ""
    #: The record it was made from, to be shown if it is set aside.
    original: object = None


class Cleaner:
    """Makes raw records into events as the catalogue says; what it learns of a kind of event it keeps."""

    def __init__(self, catalogue: Catalogue, standardise: Callable[[Raw], Raw] | None = None) -> None:
        """Events of Envoi's own are planned by Envoi: traits as the catalogue says, consent as consent is.

        `standardise` puts a record in the forms that the project's rules name (people/standardise), before all else.
        """
        traits = EventPlan(name=Name.PROFILE_UPDATED, properties=catalogue.traits)
        own = {name.value: EventPlan(name=name) for name in Name}
        self._plans = {**own, **catalogue.events, traits.name: traits, _CONSENT.name: _CONSENT}
        self._standardise = standardise
        self._accept_unplanned = catalogue.accept_unplanned
        self._fields: dict[object, Fields] = {}

    def __call__(self, raw: Raw, seen_at: Instant) -> Event | Rejected:
        """The event, or the record with the reason why it cannot be one.

        A time later than `seen_at` cannot be true: it becomes `seen_at`, and `claimed_at` keeps what was claimed.
        """
        if self._standardise is not None:
            raw = self._standardise(raw)
        if raw.fault:
            return set_aside(raw, raw.fault, seen_at)
        try:
            name = raw.name if type(raw.name) is str else _name(raw.name)
            fields = self._fields.get(name) or self._learn(name)
            at = seen_at if raw.at is None else raw.at
            early = at > seen_at
            return Event(
                id=_id(raw.id),
                source=raw.source,
                name=name,
                keys=_keys(raw.keys),
                at=seen_at if early else at,
                seen_at=seen_at,
                props=fields(raw.props),
                claimed_at=at if early else None,
                raw=_was(raw.was) if raw.was else {},
            )
        except Unfit as unfit:
            return set_aside(raw, str(unfit), seen_at)

    def _learn(self, name: str) -> Fields:
        """The fields of events of this name, compiled; the name itself is checked here, once."""
        if name in RESERVED:
            instead = ": send an alias" if name in WHO_IS_WHO else ""
            raise Unfit(f"only Envoi itself says that{instead}", name)
        plan = self._plans.get(_name(name))
        if plan is None and not self._accept_unplanned:
            raise Unfit("the tracking plan has no such event", name)
        fields = Fields(plan.properties if plan else {})
        if len(self._fields) < _MOST_NAMES:
            self._fields[name] = fields
        return fields


def clean(raw: Raw, *, catalogue: Catalogue, seen_at: Instant) -> Event | Rejected:
    """The event that `raw` is, or the reason why it is none; for more than one record make a `Cleaner`.

    >>> raw = Raw(source="web", id=7, name="Left", keys={"user_id": 17850.0}, at=Instant(3))
    >>> event = clean(raw, catalogue=Catalogue(), seen_at=Instant(2))
    >>> event.id, event.keys, event.at, event.claimed_at
    ('7', {'user_id': '17850'}, 2, 3)
    """
    return Cleaner(catalogue)(raw, seen_at)


def set_aside(raw: Raw, reason: str, seen_at: Instant) -> Rejected:
    """The record with the reason why it is no event."""
    return Rejected(source=raw.source, place=raw.place, reason=reason, raw=excerpt(raw.original), seen_at=seen_at)


def digest(content: object) -> str:
    """A short name for this content, the same whenever it comes again: the id of a record that brings none.

    >>> digest({"a": 1}), digest({"a": 2})
    ('1f8c00645b7df6ce', '91086d20cae57830')
    """
    return blake2b(msgspec.json.encode(content), digest_size=8).hexdigest()


def excerpt(record: object) -> str:
    """A record as JSON, shortened; text stays text."""
    if not isinstance(record, str):
        try:
            record = msgspec.json.encode(record).decode()
        except (TypeError, ValueError, RecursionError):
            record = ascii(record)
    return record.encode("utf-8", "backslashreplace")[:RAW_BYTES].decode("utf-8", "ignore")


def _was(changed: Mapping[str, tuple[object, str]]) -> dict[str, tuple[Value, str]]:
    return {path: (anything(value), rule) for path, (value, rule) in changed.items()}


def _name(name: object) -> str:
    if name is None or name == "":
        raise Unfit("the name of the event is missing")
    if not isinstance(name, str) or name.isspace() or len(name) > _LONGEST_NAME:
        raise Unfit(f"the name of an event should be a text of up to {_LONGEST_NAME} characters", name)
    return named(name)


def _id(found: object) -> str:
    if type(found) is str and _is_plain(found):
        return found
    if found is None or not (key := _key("id", found)):
        raise Unfit("the id of the event is missing")
    return key


def _keys(keys: Mapping[str, object]) -> dict[str, str]:
    cleaned = {}
    for kind, value in keys.items():
        if value is not None and (key := _key(kind, value)):
            cleaned[kind] = key
    if not cleaned:
        raise Unfit(f"nobody is named: {' and '.join(keys) or 'every key'} is missing")
    return cleaned


def _key(kind: str, value: object) -> str:
    """A key as text, empty if it is missing; a whole number printed as 17850.0, as spreadsheets do, is 17850."""
    if type(value) is str and value.isalnum() and len(value) <= _LONGEST_KEY:
        return value
    if isinstance(value, float) and isnan(value):
        return ""
    if isinstance(value, bool):
        raise Unfit("should be text or a number", value).within(kind)
    try:
        key = text(value).strip()
    except Unfit as unfit:
        raise unfit.within(kind) from None
    if len(key) > _LONGEST_KEY or "\0" in key:
        raise Unfit(f"should be a text of up to {_LONGEST_KEY} characters without NUL", key).within(kind)
    return key[:-2] if key.endswith(".0") and key[:-2].isdecimal() else key
