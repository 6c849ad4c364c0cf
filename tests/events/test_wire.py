"""Messages of Segment's clients, as they write them, become events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envoi.clock import Instant, iso, parse_instant
from envoi.events.catalogue import Catalogue
from envoi.events.clean import Cleaner
from envoi.events.event import Event
from envoi.events.wire import is_message, raws

if TYPE_CHECKING:
    from pathlib import Path

    from envoi.events.clean import Raw

TYPES = ("track", "identify", "page", "group", "alias")
PLAIN = st.sampled_from(TYPES) | st.text() | st.integers() | st.none() | st.booleans() | st.floats(allow_nan=False)
VALUES = PLAIN | st.lists(PLAIN) | st.dictionaries(st.text(), PLAIN)

RECEIVED = parse_instant("2026-11-22T00:00:00Z")

IDENTIFY = {
    "type": "identify",
    "userId": "user-1",
    "anonymousId": None,
    "messageId": "m-1",
    "timestamp": "2026-11-21T22:17:34.638+00:00",
    "traits": {"email": "ada@example.com", "plan": "pro", "address": {"city": "New York"}},
    "context": {"library": {"name": "analytics-python"}, "traits": {"plan": "free", "age": 40}},
    "integrations": {},
}


def raw(message: object, **more: object) -> Raw:
    [found] = raws(message, source="web", place="line 1", **more)  # type: ignore[arg-type]
    return found


def test_identify_tells_the_traits_and_the_address_is_a_key() -> None:
    found = raw(IDENTIFY)
    assert (found.id, found.name, found.fault) == ("m-1", "Profile Updated", "")
    assert found.keys == {"user_id": "user-1", "anonymous_id": None, "email": "ada@example.com"}
    assert found.props == {"email": "ada@example.com", "plan": "pro", "address": {"city": "New York"}, "age": 40}
    assert found.at == parse_instant("2026-11-21T22:17:34.638Z")


@pytest.mark.parametrize(
    ("message", "name", "props"),
    [
        ({"type": "track", "event": "Left", "properties": {"x": 1}}, "Left", {"x": 1}),
        ({"type": "track", "event": "Left", "properties": None}, "Left", {}),
        ({"type": "track", "event": "Left", "traits": {"x": 1}}, "Left", {}),
        (
            {"type": "page", "name": "Index", "category": "Docs", "properties": {"url": "/", "name": "index"}},
            "Page Viewed",
            {"url": "/", "name": "Index", "category": "Docs"},
        ),
        ({"type": "screen", "name": "Home", "properties": {}}, "Screen Viewed", {"name": "Home"}),
        (
            {"type": "group", "groupId": "g", "traits": {"name": "Acme"}},
            "Group Joined",
            {"name": "Acme", "group_id": "g"},
        ),
        ({"type": "alias", "previousId": "anon-9"}, "Alias Created", {"previous_id": "anon-9"}),
    ],
)
def test_each_type_of_message_is_an_event(message: dict[str, object], name: str, props: dict[str, object]) -> None:
    found = raw(message)
    assert (found.name, found.props, found.fault) == (name, props, "")


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ({"type": "charge"}, "'type' should be one of track, identify, page, screen, group, alias: 'charge'"),
        ({"type": ["track"]}, "'type' should be one of track, identify, page, screen, group, alias: a value of"),
        ({"event": "Left"}, "'type' should be one of track, identify, page, screen, group, alias: a value of"),
        ({"type": "track", "event": "Left", "properties": "x"}, "'properties' should be an object: 'x'"),
        ({"type": "identify", "context": [1]}, "'context' should be an object: a value of type list"),
        ({"type": "track", "timestamp": "soon"}, "'timestamp' should be a time written as"),
        ({"type": "track", "timestamp": 5}, "'timestamp' should be a time written as text"),
        ({"type": "track", "timestamp": "2026-11-21T22:17:34"}, "'timestamp' should be a time with a time zone"),
    ],
)
def test_what_is_no_message_comes_with_its_fault(message: dict[str, object], fault: str) -> None:
    found = raw(message)
    assert found.fault.startswith(fault)
    assert found.original == message


@pytest.mark.parametrize(
    ("says", "received", "at"),
    [
        # The client's clock was an hour slow: it sent at 09:00 what arrived at 10:00.
        ({"timestamp": "08:30", "sentAt": "09:00"}, "10:00", "09:30"),
        # Two hours fast.
        ({"timestamp": "11:30", "sentAt": "12:00"}, "10:00", "09:30"),
        ({"timestamp": "08:30"}, "10:00", "08:30"),
        ({"timestamp": "08:30", "sentAt": "09:00"}, None, "08:30"),
        ({"timestamp": "08:30", "sentAt": "09:00", "receivedAt": "10:00"}, None, "09:30"),
        # Here the arrival itself is the better witness.
        ({"timestamp": "08:30", "sentAt": "09:00", "receivedAt": "11:00"}, "10:00", "09:30"),
        # It was corrected before.
        ({"timestamp": "08:30", "sentAt": "09:00", "receivedAt": "10:00", "originalTimestamp": "07:30"}, None, "08:30"),
        ({}, "10:00", "10:00"),
        ({"receivedAt": "10:00"}, None, "10:00"),
        ({}, None, None),
    ],
)
def test_a_wrong_clock_is_corrected(says: dict[str, str], received: str | None, at: str | None) -> None:
    times = {key: f"2026-11-21T{value}:00Z" for key, value in says.items()}
    arrived = None if received is None else parse_instant(f"2026-11-21T{received}:00Z")
    found = raw({"type": "track", "event": "Left", **times}, received_at=arrived)
    assert (None if found.at is None else iso(found.at)) == (None if at is None else f"2026-11-21T{at}:00Z")


def test_a_batch_lends_its_messages_the_time_it_was_sent() -> None:
    message = {"type": "track", "event": "Left", "timestamp": "2026-11-21T08:30:00Z", "sentAt": None}
    body = {"batch": [message, "no message"], "sentAt": "2026-11-21T23:00:00Z", "writeKey": "k"}
    first, second = raws(body, source="web", place="line 7", received_at=RECEIVED)
    assert first.at == parse_instant("2026-11-21T09:30:00Z")
    assert (first.place, second.place) == ("line 7, message 1", "line 7, message 2")
    assert second.fault == "a message should be an object"


def test_a_message_without_an_id_has_the_same_one_whenever_it_comes_again() -> None:
    first, again, other = (
        {"type": "track", "event": "A"},
        {"event": "A", "type": "track"},
        {"type": "track", "event": "B"},
    )
    assert raw(first).id == raw(dict(first)).id != raw(other).id
    assert raw(first).id != next(raws(again, source="web", place="line 2")).id


def test_only_messages_look_like_messages() -> None:
    assert is_message({"type": "track"})
    assert is_message({"batch": []})
    assert not is_message({"type": "order", "user_id": 1})
    assert not is_message({"type": ["track"]})


@given(st.dictionaries(st.sampled_from([*IDENTIFY, "batch", "event", "sentAt", "properties"]), VALUES))
def test_no_message_breaks_it(message: dict[str, object]) -> None:
    clean = Cleaner(Catalogue())
    for found in raws(message, source="web", place="line 1", received_at=RECEIVED):
        assert clean(found, RECEIVED).source == "web"


def test_what_real_clients_send_is_taken_in_once(envoi_data: Path) -> None:
    clean, ids = Cleaner(Catalogue()), set()
    names: dict[str, set[str]] = {}
    for capture in sorted((envoi_data / "segment_wire_captures").glob("*.jsonl")):
        for line in capture.read_text(encoding="utf-8").splitlines():
            body = msgspec.json.decode(line)["body"]
            for found in raws(body, source="web", place=capture.name, received_at=RECEIVED):
                event = clean(found, RECEIVED)
                assert isinstance(event, Event), event
                ids.add(event.id)
                names.setdefault(capture.stem, set()).add(event.name)
    types = {"Profile Updated", "Product Viewed", "Product Added", "Alias Created", "Page Viewed", "Screen Viewed"}
    every = {*types, "Group Joined", "Order Completed"}
    assert names.pop("rudder_python_client") == {"Profile Updated", "Product Viewed"}
    assert names == dict.fromkeys(["node_client", "node_client_retry", "python_client", "python_client_retry"], every)
    # 8 messages each, twice of python_client and 2 of the other vendor; who retries sends the same ids again.
    assert len(ids) == 8 + 8 + 2 * 8 + 8 + 2


def test_correction_keeps_what_was_meant(envoi_data: Path) -> None:
    """An event that a client dates back to 2024 stays in 2024, give or take the time it took to arrive."""
    [line, *_] = (envoi_data / "segment_wire_captures" / "node_client.jsonl").read_text(encoding="utf-8").splitlines()
    body = msgspec.json.decode(line)["body"]
    sent = parse_instant(body["sentAt"])
    found = raws(body, source="web", place="", received_at=Instant(sent + 250_000))
    viewed = next(each for each in found if each.name == "Product Viewed")
    assert viewed.at is not None
    assert iso(viewed.at) == "2024-01-02T03:04:06.250000Z"
