"""Messages as Segment's clients write them, over HTTP or one a line in a file: from their words to raw events.

The form is Segment's HTTP tracking API (segment.com/docs/connections/spec/common). A batch holds several messages. Of
`context` only the traits are taken; where a message came from, as its address and device, is not kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
