"""What the HTTP API answers: kept and judged, or refused so that the client does the right thing next."""

from __future__ import annotations

import gzip
import json
import os
import socket
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Client

from envoi.events.event import ENVOI, Stored
from envoi.hosts.live import api, impatient, serve
from envoi.hosts.live.posted import MESSAGE_BYTES, MOST_BYTES
from tests.hosts.live.shop import KEY, encoded, logged, make, segments_of, served, set_aside, wait_until_open


def track(name: str = "Product Viewed", user: str | None = "17", **more: object) -> dict[str, Any]:
    return {"type": "track", "event": name, "userId": user, "messageId": str(uuid4()), **more}


def event_of(root: Path, message: dict[str, Any]) -> Stored:
    (found,) = [one for one in logged(root) if one.event.id == message["messageId"]]
    return found


def test_what_is_answered_200_is_in_the_log_and_judged_for_every_process(client: Client, root: Path) -> None:
    message = track("Order Completed", user="buyer", properties={"total": 12.5})
    assert client.post("/v1/track", json=message).json() == {"success": True}
    stored = event_of(root, message)
    assert (stored.person, stored.event.name, stored.event.props) == ("buyer", "Order Completed", {"total": 12.5})
    assert segments_of(root, "buyer") == {"Buyers"}
    (entered,) = [one for one in logged(root) if one.event.source == ENVOI and one.person == "buyer"]
    assert entered.event.props["cause"] == f"event {stored.seq}"


def test_time_alone_lets_people_out(client: Client, root: Path) -> None:
    message = track("Product Viewed", user="passer-by")
    assert client.post("/v1/track", json=message).status_code == 200
    assert segments_of(root, "passer-by") == {"Browsing", "Not yet"}
    until = time.monotonic() + 10
    while segments_of(root, "passer-by") != {"Not yet"}:
        assert time.monotonic() < until
        time.sleep(0.01)
    (left,) = [one.event for one in logged(root) if one.person == "passer-by" and one.event.name == "Segment Left"]
    assert left.at == event_of(root, message).event.at + 2_000_000
    assert left.seen_at - left.at < 2_000_000


def test_a_message_counts_once(client: Client, root: Path) -> None:
    message = track()
    for _ in range(3):
        assert client.post("/v1/track", json=message).status_code == 200
        assert client.post("/v1/batch", json={"batch": [message, message]}).status_code == 200
    event_of(root, message)


@pytest.mark.parametrize(
    ("kind", "message", "name"),
    [
        ("identify", {"traits": {"email": "ada@example.org"}}, "Profile Updated"),
        ("page", {"name": "Home"}, "Page Viewed"),
        ("screen", {"name": "Home"}, "Screen Viewed"),
        ("group", {"groupId": "g1"}, "Group Joined"),
        ("alias", {"previousId": "a1"}, "Alias Created"),
    ],
)
def test_each_endpoint_knows_its_type(
    client: Client, root: Path, kind: str, message: dict[str, Any], name: str
) -> None:
    sent = {"messageId": str(uuid4()), "userId": "17", **message}
    assert client.post(f"/v1/{kind}", json=sent).status_code == 200
    assert event_of(root, sent).event.name == name


def test_nulls_and_unknown_keys_are_no_trouble(client: Client, root: Path) -> None:
    message = track(
        anonymousId=None, properties=None, integrations={"All": True}, context=None, surprise=[1, {"a": None}]
    )
    assert client.post("/v1/batch", json={"batch": [message], "surprise": 1}).status_code == 200
    assert event_of(root, message).event.keys == {"user_id": "17"}


def said(root: Path, person: str) -> list[tuple[object, ...]]:
    told = [one.event.props for one in logged(root) if one.person == person and one.event.name == "Consent Changed"]
    return [(one["purpose"], one["granted"], one["method"]) for one in told]


def word(user: str, *, granted: bool, **more: object) -> dict[str, Any]:
    return track("Consent Changed", user=user, properties={"purpose": "newsletter", "granted": granted, **more})


def test_what_others_report_never_turns_a_no_into_a_yes(client: Client, root: Path) -> None:
    for granted in (True, False):
        assert client.post("/v1/track", json=word("left", granted=granted)).status_code == 200
    traits = {"type": "identify", "userId": "left", "traits": {"city": "Porto"}}
    answer = client.post("/v1/batch", json={"batch": [word("left", granted=True), traits]})
    reason = "the person said no to 'newsletter', and what others report opens nothing again"
    assert [one["reason"] for one in answer.json()["set_aside"]] == [reason]
    assert client.post("/v1/track", json=word("left", granted=True)).json()["error"] == reason
    assert said(root, "left") == [("newsletter", True, "API"), ("newsletter", False, "API")]
    assert [one.event.props for one in logged(root) if one.event.props.get("city")] == [{"city": "Porto"}]
    assert [one.reason for one in set_aside(root)][-2:] == [reason] * 2
    # The business's own form is the person's word, as long as it says what they read.
    more = {"method": "form", "wording": "Yes, write to me."}
    assert client.post("/v1/track", json=word("left", granted=True, **more)).status_code == 200
    assert said(root, "left")[-1] == ("newsletter", True, "form")


def test_who_refuses_profiling_leaves_the_segments_that_need_it_at_once(client: Client, root: Path) -> None:
    assert (
        client.post("/v1/track", json=track("Order Completed", user="shopper", properties={"total": 12.5})).status_code
        == 200
    )
    assert segments_of(root, "shopper") == {"Buyers"}
    said_no = track("Consent Changed", user="shopper", properties={"purpose": "profiling", "granted": False})
    assert client.post("/v1/track", json=said_no).status_code == 200
    assert segments_of(root, "shopper") == set()
    left = [one.event.props for one in logged(root) if one.person == "shopper" and one.event.name == "Segment Left"]
    assert [one["segment"] for one in left] == ["Buyers"]


def test_global_privacy_control_closes_once_by_header_or_by_context(client: Client, root: Path) -> None:
    closed = [(purpose, False, "GPC") for purpose in ("click_tracking", "open_tracking", "profiling", "model_scoring")]
    for _ in range(2):
        assert client.post("/v1/track", json=track(user="shy"), headers={"sec-gpc": "1"}).status_code == 200
        assert client.post("/v1/track", json=track(user="coy", context={"gpc": True})).status_code == 200
        assert client.post("/v1/batch", json={"batch": [track(user="bold", context={"gpc": False})]}).status_code == 200
    assert (said(root, "shy"), said(root, "coy"), said(root, "bold")) == (closed, closed, [])
    again = word("shy", granted=True, purpose="profiling", method="form", wording="Choose for me")
    assert client.post("/v1/track", json=again, headers={"sec-gpc": "1"}).status_code == 200
    assert said(root, "shy") == [*closed, ("profiling", True, "form")]


def test_a_wrong_clock_is_corrected_by_sent_at(client: Client, root: Path) -> None:
    message = track(timestamp="2001-01-01T00:00:00Z")
    assert client.post("/v1/batch", json={"batch": [message], "sentAt": "2001-01-01T00:00:10Z"}).status_code == 200
    event = event_of(root, message).event
    assert event.seen_at - event.at == 10_000_000


def test_gzip(client: Client, root: Path) -> None:
    message = track()
    body = gzip.compress(encoded({"batch": [message]}))
    assert client.post("/v1/batch", content=body, headers={"content-encoding": "gzip"}).status_code == 200
    event_of(root, message)


# -- keys


def test_the_key_may_be_in_the_body(address: str, root: Path) -> None:
    single, batched = track(writeKey=KEY), track()
    with Client(base_url=address) as client:
        assert client.post("/v1/track", json=single).status_code == 200
        assert client.post("/v1/batch", json={"batch": [batched], "writeKey": KEY}).status_code == 200
    event_of(root, single)
    event_of(root, batched)


@pytest.mark.parametrize("authorization", ["Basic d3Jvbmc6", "Basic !", "Basic", "Bearer " + KEY, "Basic 4oKs", ""])
@pytest.mark.parametrize("body", [{"batch": []}, {"batch": [], "writeKey": KEY}])
def test_a_wrong_key_is_refused_whatever_the_body_says(address: str, authorization: str, body: object) -> None:
    with Client(base_url=address) as client:
        answer = client.post("/v1/batch", json=body, headers={"authorization": authorization})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [b'{"batch": []}', b'{"batch": [], "writeKey": "wrong"}', b'{"batch": [], "writeKey": 1}']
)
def test_without_a_key_nothing_is_taken_or_set_aside(address: str, root: Path, body: bytes) -> None:
    before = len(set_aside(root))
    with Client(base_url=address) as client:
        assert client.post("/v1/batch", content=body).status_code == 401
        assert client.post("/v1/track", content=b"{}").status_code == 401
        assert client.post("/v1/batch", content=b"not JSON").status_code == 400
    assert len(set_aside(root)) == before


# -- what can never be an event


def test_a_bad_message_is_set_aside_and_its_neighbours_are_kept(client: Client, root: Path) -> None:
    good, bad = track(), {**track(), "userId": None}
    answer = client.post("/v1/batch", json={"batch": [bad, 7, good]})
    reason = "nobody is named: user_id and anonymous_id and email is missing"
    assert answer.status_code == 200
    assert answer.json()["set_aside"][0] == {"message": "1", "reason": reason}
    assert [one["message"] for one in answer.json()["set_aside"]] == ["1", "2"]
    event_of(root, good)
    assert json.loads(set_aside(root)[-2].raw)["messageId"] == bad["messageId"]


def test_a_single_bad_message_is_answered_with_its_reason(client: Client, root: Path) -> None:
    answer = client.post("/v1/track", json={"userId": "17"})
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    assert set_aside(root)[-1].reason == answer.json()["error"] == "the name of the event is missing"


DEEP = b"[" * 200_000
POISON = {
    "no JSON": b"hello",
    "nothing": b"",
    "no object": b"[]",
    "no batch": b"{}",
    "null": b'{"batch": null}',
    "half": b'{"batch": [{"type": "track"',
    "deep and large": b'{"batch": ' + DEEP * 3 + b"]" * 600_000 + b"}",
    "deep and open": b'{"batch": ' + DEEP,
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON.keys())
def test_what_is_no_batch_is_set_aside_whole_and_never_to_be_sent_again(
    client: Client, root: Path, body: bytes
) -> None:
    before = len(set_aside(root))
    answer = client.post("/v1/batch", content=body)
    assert answer.status_code == 400
    *_, last = aside = set_aside(root)
    assert len(aside) == before + 1
    assert last.raw.encode()[:50] == body.decode("utf-8", "backslashreplace").encode()[:50]
    assert len(last.raw) <= MESSAGE_BYTES


BAD_PROPERTIES = {
    "not UTF-8": b'{"a": "\xff"}',
    "NaN": b'{"a": NaN}',
    "infinity": b'{"a": -Infinity}',
    "too large a number": b'{"a": 1e999}',
    "half a surrogate pair": b'{"a": "\\ud83d"}',
    "deep": b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
    "deeper than readers go": b'{"a": ' + b'{"a": [' * 5_000 + b"]}" * 5_000 + b"}",
    "a bomb": b'{"a": ' + DEEP + b"]" * 200_000 + b"}",
    "many keys": b'{"a": {' + b",".join(b'"%d":1' % each for each in range(10_001)) + b"}}",
    "a million keys": b"{" + b",".join(b'"%d":1' % each for each in range(300_000)) + b"}",
    "a long text": b'{"a": "' + b"x" * MESSAGE_BYTES + b'"}',
}


@pytest.mark.parametrize("properties", BAD_PROPERTIES.values(), ids=BAD_PROPERTIES.keys())
def test_a_poisonous_message_harms_none_of_its_neighbours(client: Client, root: Path, properties: bytes) -> None:
    good = track()
    bad = b'{"type": "track", "event": "X", "userId": "17", "properties": ' + properties + b"}"
    begun = time.monotonic()
    answer = client.post("/v1/batch", content=b'{"batch": [' + bad + b"," + encoded(good) + b"]}")
    assert (answer.status_code, len(answer.json()["set_aside"])) == (200, 1)
    assert time.monotonic() - begun < 5
    event_of(root, good)


@pytest.mark.parametrize("odd", ["__proto__", "constructor", "'; DROP TABLE events; --", "\u202e", "x" * 200])
def test_odd_texts_are_texts(client: Client, root: Path, odd: str) -> None:
    message = track(odd, user=odd, properties={odd: odd, "nul": "\0"})
    assert client.post("/v1/track", json=message).json() == {"success": True}
    assert event_of(root, message).event.props == {odd: odd, "nul": "\0"}


# -- too much


def test_a_large_body_is_refused(client: Client) -> None:
    assert client.post("/v1/batch", content=b" " * (MOST_BYTES + 1)).status_code == 413
    chunks = (b" " * 65_536 for _ in range(MOST_BYTES // 65_536 + 2))
    assert client.post("/v1/batch", content=chunks).status_code == 413


def test_a_zip_bomb_is_not_unpacked(client: Client) -> None:
    bomb = gzip.compress(b" " * (64 << 20))
    assert len(bomb) < 100_000
    assert client.post("/v1/batch", content=bomb, headers={"content-encoding": "gzip"}).status_code == 413


@pytest.mark.parametrize("body", [b"hello", b"", gzip.compress(b"{}" * 1000)[:-9]])
def test_what_is_no_gzip_is_refused(client: Client, body: bytes) -> None:
    assert client.post("/v1/batch", content=body, headers={"content-encoding": "gzip"}).status_code == 400


def test_other_encodings_methods_and_routes_are_refused(client: Client) -> None:
    assert client.post("/v1/batch", content=b"{}", headers={"content-encoding": "br"}).status_code == 415
    assert client.get("/v1/batch").status_code == 405
    assert client.post("/v1/tracks").status_code == 404
    assert client.post("/v1/").status_code == 404


def sent_slowly(address: str, *, bytes_sent: int) -> bytes:
    """Declares a body of a hundred bytes, sends some, and waits for the answer."""
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        head = f"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nauthorization: Basic {_BASIC}\r\n\r\n"
        connection.sendall(head.encode() + b"x" * bytes_sent)
        return connection.recv(65_536)


_BASIC = "V1JJVEVfS0VZX1RFU1Q6"


@pytest.mark.parametrize("bytes_sent", [0, 50])
def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path, bytes_sent: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(impatient, "REQUEST_S", 0.2)
        with served(make(tmp_path)) as address:
            assert b" 408 " in sent_slowly(address, bytes_sent=bytes_sent).split(b"\r\n")[0]


def ended(address: str, *parts: bytes) -> bytes:
    """What the server answers before it ends the connection by itself."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=30) as connection:
        answer = b""
        for part in parts:
            try:
                connection.sendall(part)
            except OSError:
                break
        while found := received(connection):
            answer += found
        return answer


def received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("head", [b"", b"POST /v1/ba", b"POST /v1/batch HTTP/1.1\r\nhost: x\r\nx-slow: "])
def test_a_head_that_does_not_come_is_not_waited_for(tmp_path: Path, head: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(impatient, "REQUEST_S", 0.2)
        with served(make(tmp_path)) as address:
            assert ended(address, head) == b""


def test_a_head_without_end_is_not_taken(address: str, client: Client) -> None:
    line = b"x-more: " + b"y" * 8_000 + b"\r\n"
    assert ended(address, b"POST /v1/batch HTTP/1.1\r\nhost: x\r\n", *[line] * 1_000) == b""
    assert client.post("/v1/batch", json={"batch": []}).status_code == 200


def test_no_more_is_held_than_fits_while_bodies_arrive(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "HELD_BYTES", 100_000)
        with served(make(tmp_path)) as address:
            head = (
                f"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\nauthorization: Basic {_BASIC}\r\n\r\n"
            )
            answer = ended(address, head.encode(), *[b" " * 50_000] * 10)
            assert answer.startswith(b"HTTP/1.1 429 ")
            assert b"\r\nretry-after: 1\r\n" in answer
            with Client(base_url=address, auth=(KEY, "")) as client:
                assert client.post("/v1/batch", json={"batch": []}).status_code == 200


def test_more_connections_than_fit_are_told_to_come_back(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "MOST_CONNECTIONS", 3)
        with served(make(tmp_path)) as address:
            held = [socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) for _ in range(3)]
            try:
                with Client(base_url=address, auth=(KEY, "")) as client:
                    assert client.post("/v1/batch", json={"batch": []}).status_code == 503
            finally:
                for one in held:
                    one.close()
            wait_until_open(address)


def test_who_goes_away_while_sending_leaves_nothing_behind(address: str, client: Client) -> None:
    port = int(address.rpartition(":")[2])
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
    assert client.post("/v1/batch", json={"batch": []}).status_code == 200


def test_the_process_stays_small(client: Client) -> None:
    body = b'{"batch": [' + b",".join([encoded(track())] * 5) + b"," + BAD_PROPERTIES["a million keys"] + b"]}"

    def size_kb() -> int:
        return int(Path(f"/proc/{os.getpid()}/statm").read_text(encoding="utf-8").split()[1]) * 4

    for _ in range(5):
        client.post("/v1/batch", content=body)
    before = size_kb()
    for _ in range(30):
        assert client.post("/v1/batch", content=body).status_code == 200
    assert size_kb() - before < 50_000
