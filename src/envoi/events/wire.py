"""Messages as Segment's clients write them, over HTTP or one a line in a file: from their words to raw events.

The form is Segment's HTTP tracking API (segment.com/docs/connections/spec/common). A batch holds several messages. Of
`context` only the traits and the wish for privacy (`gpc`) are taken; where a message came from, as its address and
device, is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from envoi.events.clean import Raw, digest
from envoi.events.event import Name
from envoi.events.times import in_years, reader
from envoi.events.values import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from envoi.clock import Instant

    Message = Mapping[str, object]

#: What each type of message is called as an event; the message itself says what a track is called.
NAMES = {
    "identify": Name.PROFILE_UPDATED.value,
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group Joined",
    "alias": "Alias Created",
}

_TYPES = ("track", *NAMES)
_read = reader()


class Envelope(msgspec.Struct, gc=False):
    """A batch, as far as it has to be read to take its messages out."""

    batch: list[msgspec.Raw]
    sentAt: Any = None  # noqa: N815 - the wire's name
    writeKey: Any = None  # noqa: N815


class _Track(msgspec.Struct, gc=False):
    """A track as clients usually send it; what of it is not kept is not even read."""

    event: str
    messageId: str  # noqa: N815
    type: Any = None
    userId: str | None = None  # noqa: N815
    anonymousId: str | None = None  # noqa: N815
    properties: dict[str, Any] | None = None
    timestamp: str | None = None
    context: _Context | None = None
    sentAt: Any = msgspec.UNSET  # noqa: N815
    originalTimestamp: Any = None  # noqa: N815
    writeKey: Any = None  # noqa: N815
    batch: Any = None


class _Context(msgspec.Struct, gc=False):
    traits: Any = None
    gpc: Any = None


_track = msgspec.json.Decoder(_Track).decode


def plain_track(
    packed: msgspec.Raw, envelope: Envelope, *, source: str, received_at: Instant, is_track: bool
) -> Raw | None:
    """The raw event of one message that is a track and has nothing unusual about it, in half the time of `raws`.

    `is_track`: whatever it says it is. None for every other message: `raws` says what it is, or what is wrong with it.
    """
    try:
        message = _track(packed)
        if not (is_track or message.type == "track") or not message.messageId or _is_unusual(message):
            return None
        at, sent = received_at, envelope.sentAt if message.sentAt is msgspec.UNSET else message.sentAt
        if message.timestamp:
            at = _read(message.timestamp)
            if sent and message.originalTimestamp is None:
                at = in_years(at + received_at - _read(sent))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, Unfit):
        return None
    return Raw(
        source=source,
        id=message.messageId,
        name=message.event,
        keys={"user_id": message.userId, "anonymous_id": message.anonymousId, "email": None},
        at=at,
        props={} if message.properties is None else message.properties,
    )


def _is_unusual(message: _Track) -> bool:
    """Whether it holds more than a track usually does: a key, the person's traits, other messages."""
    context = message.context
    says_more = context is not None and (context.traits is not None or context.gpc is not None)
    return says_more or message.writeKey is not None or message.batch is not None


def has_signal(message: Message) -> bool:
    """Whether whoever collected it says that the browser sent Global Privacy Control: `context.gpc` is true."""
    context = message.get("context")
    return isinstance(context, dict) and context.get("gpc") is True


def is_message(fields: Message) -> bool:
    """Whether a record looks like a message, or like a batch of them."""
    return fields.get("type") in _TYPES or isinstance(fields.get("batch"), list)


def raws(body: Message, *, source: str, place: str, received_at: Instant | None = None) -> Iterator[Raw]:
    """The raw event of each message; one that is none comes with its fault, and touches none of the others.

    `received_at` is when the body arrived here; without it, what the message says in `receivedAt`. If the client's
    clock was wrong when it sent (`sentAt`), `timestamp` is corrected by as much, as Segment does.
    """
    batch = body.get("batch")
    if not isinstance(batch, list):
        yield _raw(body, body, source=source, place=place, received_at=received_at)
        return
    for number, message in enumerate(batch, 1):
        where = f"{place}, message {number}"
        if isinstance(message, dict):
            yield _raw(message, body, source=source, place=where, received_at=received_at)
        else:
            yield Raw(source=source, place=where, fault="a message should be an object", original=message)


def _raw(message: Message, envelope: Message, *, source: str, place: str, received_at: Instant | None) -> Raw:
    try:
        return Raw(
            source=source,
            place=place,
            id=message.get("messageId") or digest([place, message]),
            name=_name(message),
            keys=_keys(message),
            at=_at(message, envelope, received_at),
            props=_props(message),
            original=message,
        )
    except Unfit as unfit:
        return Raw(source=source, place=place, fault=str(unfit), original=message)


def _name(message: Message) -> object:
    kind = message.get("type")
    if kind not in _TYPES:
        raise Unfit(f"should be one of {', '.join(_TYPES)}", kind).within("type")
    return message.get("event") if kind == "track" else NAMES[str(kind)]


def _keys(message: Message) -> dict[str, object]:
    """Who it was; the address among the person's traits is a key as well."""
    email = _traits(message).get("email")
    return {
        "user_id": message.get("userId"),
        "anonymous_id": message.get("anonymousId"),
        "email": email if isinstance(email, str) else None,
    }


def _at(message: Message, envelope: Message, received_at: Instant | None) -> Instant | None:
    received = received_at if received_at is not None else _time(message, envelope, "receivedAt")
    at = _time(message, message, "timestamp")
    if at is None:
        return received
    sent = _time(message, envelope, "sentAt")
    # Where `originalTimestamp` is kept, `timestamp` was corrected already, on its way through another collector.
    if sent is None or received is None or message.get("originalTimestamp") is not None:
        return at
    return in_years(at + received - sent)


def _time(message: Message, envelope: Message, key: str) -> Instant | None:
    value = message.get(key) or envelope.get(key)
    try:
        return None if value is None else _read(value)
    except Unfit as unfit:
        raise unfit.within(key) from None


def _props(message: Message) -> dict[str, object]:
    match message.get("type"):
        case "identify":
            return _traits(message)
        case "group":
            return {**_object(message, "traits"), "group_id": message.get("groupId")}
        case "alias":
            return {"previous_id": message.get("previousId")}
        case "page" | "screen":
            titles = {key: message[key] for key in ("name", "category") if message.get(key) is not None}
            return {**_object(message, "properties"), **titles}
        case _:
            return _object(message, "properties")


def _traits(message: Message) -> dict[str, object]:
    """What the message says of the person; the traits of a group are not the person's."""
    said = _object(message, "traits") if message.get("type") == "identify" else {}
    return {**_object(_object(message, "context"), "traits"), **said}


def _object(message: Message, key: str) -> dict[str, object]:
    value = message.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Unfit("should be an object", value).within(key)
    return value
