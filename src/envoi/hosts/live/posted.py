"""What a client posted becomes events, and records set aside with the reason; nothing in it can stall the server."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from envoi.events.clean import Raw, set_aside
from envoi.events.event import Event, PersonId, Rejected
from envoi.events.wire import Envelope, has_signal, plain_track, raws
from envoi.hosts.live.deep import without_deep
from envoi.people.identity import resolve

if TYPE_CHECKING:
    from envoi.clock import Instant
    from envoi.events.clean import Cleaner

#: The source of events that came over HTTP.
SOURCE = "http"
#: The largest body, as sent and unpacked: the clients stop at half a megabyte, RudderStack's at four.
MOST_BYTES = 4 << 20
#: The largest message; Segment's clients drop what is larger.
MESSAGE_BYTES = 32 << 10
#: The largest body that is read leniently when it is not quite JSON.
LENIENT_BYTES = 1 << 20
#: The endpoint of each type of message.
TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})


_TOO_DEEP = "the JSON is nested too deep"


class TooLarge(Exception):
    """The body is larger than MOST_BYTES."""


class Malformed(Exception):
    """The body is nothing that could ever be taken in; the message says why."""


@dataclass(slots=True, kw_only=True)
class Posted:
    """What one request brought."""

    #: When it arrived; unique to the request.
    at: Instant
    events: list[tuple[PersonId, Event]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    size_bytes: int = 0
    #: The key that the body itself brought.
    write_key: object = None
    #: Whose browser wants to be left alone (Global Privacy Control), with the keys it was known by.
    signalled: dict[PersonId, dict[str, str]] = field(default_factory=dict)

    def take(self, happened: tuple[PersonId, Event], *, is_signalled: bool) -> None:
        """Adds an event, and notes whose browser wants to be left alone."""
        self.events.append(happened)
        if is_signalled:
            self.signalled[happened[0]] = happened[1].keys


_envelope = msgspec.json.Decoder(Envelope).decode
_message = msgspec.json.Decoder(dict[str, Any]).decode


def unpacked(body: bytes) -> bytes:
    """The content of a gzip body, which is never unpacked further than is allowed.

    Raises:
        TooLarge: it is larger unpacked than a body may be.
        Malformed: it is not gzip, or not all of it.
    """
    unzip = zlib.decompressobj(wbits=31)
    try:
        content = unzip.decompress(body, MOST_BYTES + 1)
    except zlib.error as error:
        raise Malformed(f"the body is not gzip: {error}") from None
    if len(content) > MOST_BYTES:
        raise TooLarge
    if not unzip.eof:
        raise Malformed("the body ends before its gzip stream does")
    return content


def envelope(body: bytes, kind: str) -> Envelope:
    """The messages in a body, still packed; `kind` is the endpoint.

    Raises:
        Malformed: it is not the JSON that this endpoint takes.
    """
    try:
        if kind == "batch":
            return _envelope(body)
        return Envelope(batch=[msgspec.Raw(body)])
    except RecursionError:
        return _but_for_the_deep(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _leniently(body, _reason(error))


def posted(found: Envelope, kind: str, clean: Cleaner, at: Instant, *, is_signalled: bool = False) -> Posted:
    """The events in an envelope that arrived at `at`, and what could not be one; `at` is unique to the request.

    `is_signalled`: the request came with `Sec-GPC: 1`, so it is every message's.
    """
    made = Posted(at=at, write_key=found.writeKey)
    for number, packed in enumerate(found.batch, 1):
        made.size_bytes += len(packed)
        if happened := _usual(packed, found, kind=kind, clean=clean, at=at):
            made.take(happened, is_signalled=is_signalled)
            continue
        where = f"request {at}, message {number}"
        try:
            message = _unwrapped(packed, kind)
        except Malformed as fault:
            made.rejected.append(as_rejected(packed, str(fault), where, at))
            continue
        if kind != "batch":
            made.write_key = message.get("writeKey")
        if found.sentAt is not None and "sentAt" not in message:
            message["sentAt"] = found.sentAt
        if not message.get("messageId"):
            message["messageId"] = where
        for raw in raws(message, source=SOURCE, place=where, received_at=at):
            read = _read(raw, clean, at)
            if isinstance(read, Rejected):
                made.rejected.append(replace(read, raw=_whole(message, packed)))
            else:
                made.take(read, is_signalled=is_signalled or has_signal(message))
    return made


def _usual(
    packed: msgspec.Raw, found: Envelope, *, kind: str, clean: Cleaner, at: Instant
) -> tuple[PersonId, Event] | None:
    """The event that a message is if it is a usual one, as nearly all are."""
    is_track = kind == "track"
    if len(packed) > MESSAGE_BYTES or not (is_track or kind == "batch"):
        return None
    raw = plain_track(packed, found, source=SOURCE, received_at=at, is_track=is_track)
    read = _read(raw, clean, at) if raw else None
    return None if isinstance(read, Rejected) else read


def _read(raw: Raw, clean: Cleaner, at: Instant) -> tuple[PersonId, Event] | Rejected:
    event = clean(raw, at)
    if isinstance(event, Rejected):
        return event
    person = resolve(event.keys)
    return set_aside(raw, "nobody is named", at) if person is None else (person, event)


def once_more(aside: Rejected, clean: Cleaner, at: Instant) -> tuple[PersonId, Event] | Rejected:
    """The event that a message set aside earlier is by the present tracking plan, or why it is none still.

    It happened when it says, or when it first arrived; and it has the id that it had, so it counts once.
    """
    try:
        message = _unwrapped(msgspec.Raw(aside.raw.encode()), "batch")
    except Malformed as fault:
        return replace(aside, reason=str(fault))
    (raw,) = raws(message, source=SOURCE, place=aside.place, received_at=aside.seen_at)
    read = _read(raw, clean, at)
    return replace(aside, reason=read.reason) if isinstance(read, Rejected) else read


def as_rejected(packed: bytes | msgspec.Raw, reason: str, place: str, at: Instant) -> Rejected:
    """Something that came, set aside: whole if it is as small as a message may be, so that it can be taken in later."""
    return replace(set_aside(Raw(source=SOURCE, place=place), reason, at), raw=_text(bytes(packed)[:MESSAGE_BYTES]))


def _unwrapped(packed: msgspec.Raw, kind: str) -> dict[str, Any]:
    """One message, with its type.

    Raises:
        Malformed: it is no JSON object, or too large.
    """
    if len(packed) > MESSAGE_BYTES:
        raise Malformed(f"a message should be no larger than {MESSAGE_BYTES:,} bytes, and it has {len(packed):,}")
    try:
        message = _message(packed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = _loaded(bytes(packed), _reason(error))
    if kind != "batch":
        message["type"] = kind
    return message


def _but_for_the_deep(body: bytes) -> Envelope:
    """A batch in which a message is nested deeper than can be read: it is left for later, the others are good."""
    if len(body) > LENIENT_BYTES:
        raise Malformed(_TOO_DEEP)
    shallow, deep = without_deep(body)
    if not deep:
        raise Malformed(_TOO_DEEP)
    found = envelope(shallow, "batch")
    found.batch = [msgspec.Raw(deep.get(bytes(packed), packed)) for packed in found.batch]
    return found


def _leniently(body: bytes, reason: str) -> Envelope:
    """A batch in which a message holds NaN or half a surrogate pair, as Python writes them: the others are good."""
    found = _loaded(body, reason) if len(body) <= LENIENT_BYTES else {}
    batch = found.get("batch")
    if not isinstance(batch, list):
        raise Malformed(reason)
    packed = [msgspec.Raw(json.dumps(message).encode()) for message in batch]
    return Envelope(batch=packed, sentAt=found.get("sentAt"), writeKey=found.get("writeKey"))


def _loaded(content: bytes, reason: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise Malformed(reason) from None
    if not isinstance(found, dict):
        raise Malformed(reason)
    return found


def _whole(message: dict[str, Any], packed: msgspec.Raw) -> str:
    """The message with what its envelope and its address said of it, so that it can be taken in by itself."""
    try:
        return json.dumps(message)
    except RecursionError:
        return _text(packed)


def _text(content: bytes | msgspec.Raw) -> str:
    return bytes(content).decode("utf-8", "backslashreplace")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return _TOO_DEEP
    return f"not the JSON that it should be: {error}"
