"""What is usual is read faster than what is not, and comes to the same."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from envoi.clock import Instant
from envoi.events.catalogue import Catalogue, EventPlan, Kind, Property
from envoi.events.clean import Cleaner
from envoi.hosts.live import posted as module
from envoi.hosts.live.posted import Malformed, Posted, envelope, posted

AT = Instant(1_760_000_000_000_000)
PLAN = EventPlan(name="Order Completed", properties={"total": Property(kind=Kind.NUMBER, required=True)})
CATALOGUE = Catalogue(events={PLAN.name: PLAN})

_odd = st.sampled_from(
    [None, "", " ", 0, 17, 1.5, True, [], {}, {"email": "a@b.c"}, "\ud83d", "x" * 600, [[1]], 1 << 70]
)
_time = st.sampled_from(["2025-10-09T08:00:00Z", "2025-10-09T09:00:00+01:00", "2030-01-01T00:00:00Z", "soon", ""])
_props = st.dictionaries(st.sampled_from(["total", "name", "", "a\0"]), _odd | st.floats(allow_nan=False), max_size=3)
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "type": st.sampled_from(["track", "identify", "page", "nonsense"]) | _odd,
    "event": st.sampled_from(["Order Completed", "Left"]) | _odd,
    "messageId": st.sampled_from(["a", "b-c"]) | _odd,
    "userId": st.sampled_from(["17", "ada@example.org"]) | _odd,
    "anonymousId": st.sampled_from(["a-1"]) | _odd,
    "properties": _props | _odd,
    "context": st.fixed_dictionaries({}, optional={"traits": _odd, "ip": _odd}) | _odd,
    "traits": _props,
    "timestamp": _time | _odd,
    "sentAt": _time | _odd,
    "originalTimestamp": _time | _odd,
    "writeKey": _odd,
    "batch": _odd,
    "surprise": _odd,
}
_usual = {"type": "track", "event": "Left", "messageId": "1", "userId": "17", "properties": {"a": 1}}
_messages = st.fixed_dictionaries({}, optional=_VALUES) | st.fixed_dictionaries(
    {key: st.just(value) for key, value in _usual.items()},
    optional={key: one for key, one in _VALUES.items() if key not in _usual},
)


def read(body: bytes, kind: str) -> Posted | str:
    try:
        return posted(envelope(body, kind), kind, Cleaner(CATALOGUE), AT)
    except Malformed as fault:
        return str(fault)


@given(messages=st.lists(_messages | _odd, max_size=3), sent=_time | _odd)
@example(messages=[_usual], sent="2025-10-09T08:00:00Z")
def test_a_batch_read_fast_is_as_if_read_slowly(messages: list[object], sent: object) -> None:
    check(json.dumps({"batch": messages, "sentAt": sent}).encode(), "batch")


@given(message=_messages, kind=st.sampled_from(["track", "identify", "page"]))
def test_a_message_read_fast_is_as_if_read_slowly(message: object, kind: str) -> None:
    check(json.dumps(message).encode(), kind)


def check(body: bytes, kind: str) -> None:
    fast = read(body, kind)
    with patch.object(module, "plain_track", lambda *_, **__: None):
        assert fast == read(body, kind)


def test_what_is_usual_is_read_fast() -> None:
    with patch.object(module, "raws", side_effect=AssertionError):
        found = read(json.dumps({"batch": [_usual]}).encode(), "batch")
    assert isinstance(found, Posted)
    assert [event.id for _, event in found.events] == ["1"]
